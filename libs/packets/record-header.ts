import { bigWord, LARGEST_PACKET, littleWord } from "./container.ts";
import type { PcapHeader } from "./pcap-header.ts";

/** Lengths of record headers that the file's magic says nothing of: Nokia's 20, Red Hat 6.1's 24, SuSE 6.3's 28. */
const LENGTHS = [16, 20, 24, 28];
/** What all of them begin with: times and lengths. */
const COMMON = 16;
const NEAR_SECONDS = 86_400;

/**
 * Length of the record headers of a file whose second record is none where the magic says that it begins, with the first at `first`:
 * the one that leads to two more records, or to one and the end. 0 where there is none: then the file is damaged. Below 0: that many
 * bytes from `first` on must be there to tell.
 */
export function otherRecordHeader(
  header: PcapHeader,
  buffer: Uint8Array,
  first: number,
  end: number,
  final: boolean,
): number {
  for (const length of LENGTHS) {
    if (length === header.recordHeader) continue;
    let at = first;
    let followers = 0;
    for (; followers < 2; followers++) {
      at += length + word(header, buffer, at + 8);
      if (at + COMMON > end) {
        if (final && at === end && followers > 0) return length;
        if (!final) return first - at - COMMON;
        break;
      }
      if (!follows(header, buffer, first, at)) break;
    }
    if (followers === 2) return length;
  }
  return 0;
}

function follows(header: PcapHeader, buffer: Uint8Array, first: number, at: number): boolean {
  const captured = word(header, buffer, at + 8);
  if (captured === 0 || captured > LARGEST_PACKET || captured > word(header, buffer, at + 12)) return false;
  const isSoon = Math.abs(word(header, buffer, at) - word(header, buffer, first)) <= NEAR_SECONDS;
  return isSoon && word(header, buffer, at + 4) < header.ticksPerSecond;
}

function word(header: PcapHeader, buffer: Uint8Array, at: number): number {
  return header.bigEndian ? bigWord(buffer, at) : littleWord(buffer, at);
}
