import { CaptureError } from "./capture-error.ts";
import { bigWord, type ContainerReader, LARGEST_PACKET, littleWord } from "./container.ts";
import { DecodeCounters } from "./counters.ts";
import type { PacketDecoder } from "./packet-decoder.ts";
import type { FastPath } from "./fast-path.ts";
import { ETHERNET } from "./frame.ts";
import { otherRecordHeader } from "./record-header.ts";
import { isSectionHeader } from "./pcapng.ts";
import {
  isPcap,
  isPcapHeader,
  PCAP_HEADER,
  type PcapHeader,
  readPcapHeader,
  unreadableLinkType,
} from "./pcap-header.ts";

/** Records that follow each other are as near as this in time; those of files put together may not be. */
const NEAR_SECONDS = 30 * 86_400;
/**
 * A time in the spring of 1970 is believed only of a capture that is all like it: read four bytes too late, records look like
 * that, each leading to the next as true ones do.
 */
const EARLY_SECONDS = 10_000_000;
/** Behind damage, a record is one when so many follow it, near in time. */
const FOLLOWERS = 2;

/** Longer was no packet, not even before it was cut. */
const LARGEST_LENGTH = 64 * LARGEST_PACKET;

/** All but modified variants have record headers of so many bytes. */
const SHORT_HEADER = 16;

/** Ten seconds of microseconds: no fraction of a second. */
const MANY_SECONDS = 10_000_000;

/** In place of the bytes that must be there to tell: it is told. */
const NONE = -1;

/** What a header that is not plainly right may be. */
const RECORD = 0;
const WAIT_FOR_NEXT = 1;
const DAMAGE = 2;

/**
 * pcap: a header of 24 bytes, then records: seconds 4 · micro- or nanoseconds 4 · captured length 4 · length 4 · bytes.
 * Records carry no mark of their own, so damage is known by a header that cannot be, and the next record by three headers
 * in a row that can.
 */
export class PcapReader implements ContainerReader {
  need = PCAP_HEADER;
  ended = false;
  readonly #packets: PacketDecoder;
  readonly #counters: DecodeCounters;
  #header: PcapHeader | null = null;
  /** Bytes before the next record that are handed back: the record before it, in case its length proves wrong. */
  #behind = 0;
  #seeking = false;
  /** Damage, its end, or another file header was met: reading goes on in another way. */
  #again = false;
  /** Bytes passed over in the search that is going on; below 0 while it is in front of the damage. */
  #skipped = 0;
  /** Seconds of the last record that was read, 0 before the first. */
  #lastSeconds = 0;
  /** What was counted before this file. */
  readonly #before: DecodeCounters;
  /** Stands behind a file that was read. */
  readonly #goesOn: boolean;

  constructor(packets: PacketDecoder, counters: DecodeCounters, goesOn = false) {
    this.#packets = packets;
    this.#goesOn = goesOn;
    this.#counters = counters;
    this.#before = Object.assign(new DecodeCounters(), counters);
  }

  read(buffer: Uint8Array, at: number, end: number, final: boolean): number {
    if (this.#header === null) {
      if (at + PCAP_HEADER > end && final) {
        throw new CaptureError(
          "truncated_header",
          `no capture: a pcap header takes 24 bytes, the input ends after ${end - at}`,
        );
      }
      if (at + PCAP_HEADER > end) return at;
      this.#header = readPcapHeader(buffer, at);
      if (this.#header.layer === 0 && !this.#goesOn) throw unreadableLinkType([this.#header.linkType]);
      at += PCAP_HEADER;
    }
    let next = at + this.#behind;
    if (next > end) return at;
    do {
      this.#again = false;
      next = this.#seeking
        ? this.#seek(this.#header, buffer, next, end, final)
        : this.#records(this.#header, buffer, next, end, final);
    } while (this.#again);
    if (final) return next;
    this.need += this.#behind;
    return next - this.#behind;
  }

  /** Reads records until one is incomplete, or `#again` is set. Answers where the next begins. */
  #records(header: PcapHeader, buffer: Uint8Array, at: number, end: number, final: boolean): number {
    const { bigEndian, layer, snapLength, recordHeader, ticksPerSecond } = header;
    const usPerTick = 1e6 / ticksPerSecond;
    const littleEndian = !bigEndian;
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    const packets = this.#packets;
    const { segment } = packets.frame;
    let previous = at - this.#behind;
    let lastSeconds = this.#lastSeconds;
    const fastPath = this.#fastPath(header);
    fastPath?.load(buffer, at, end);
    for (;;) {
      if (fastPath !== null && packets.isWhole) {
        const next = fastPath.walk(at, lastSeconds);
        if (next !== at) {
          packets.took(fastPath);
          previous = fastPath.previous;
          lastSeconds = fastPath.seconds;
          segment.timeUs = fastPath.timeUs;
          at = next;
        }
      }
      const data = (at + recordHeader) | 0;
      if (data > end) {
        this.#lastSeconds = lastSeconds;
        return this.#await(recordHeader, previous, at);
      }
      // The short way, for a record that is plainly right. What does not fit a signed word is negative here, and not plain.
      const plainSeconds = view.getInt32(at, true);
      const plainTicks = view.getInt32((at + 4) | 0, true);
      const plainCaptured = view.getInt32((at + 8) | 0, true);
      const plainLength = view.getInt32((at + 12) | 0, true);
      const plainNext = (data + plainCaptured) | 0;
      if (
        littleEndian &&
        plainSeconds >= 0 &&
        plainCaptured > 0 &&
        plainCaptured <= plainLength &&
        plainCaptured <= snapLength &&
        plainTicks >= 0 &&
        plainTicks < ticksPerSecond &&
        (plainSeconds - lastSeconds + NEAR_SECONDS) >>> 0 <= 2 * NEAR_SECONDS &&
        plainNext <= end
      ) {
        lastSeconds = plainSeconds;
        segment.timeUs = plainSeconds * 1e6 + plainTicks * usPerTick;
        packets.packet(layer, buffer, view, data, plainNext, plainLength);
        previous = at;
        at = plainNext;
        continue;
      }
      this.#lastSeconds = lastSeconds;
      let ticks = view.getUint32(at + 4, littleEndian);
      let captured = view.getUint32(at + 8, littleEndian);
      let length = view.getUint32(at + 12, littleEndian);
      const seconds = view.getUint32(at, littleEndian);
      const contradiction = captured > length || captured > snapLength || ticks >= ticksPerSecond || captured === 0;
      if (contradiction || Math.abs(seconds - lastSeconds) > NEAR_SECONDS) {
        if (isSectionHeader(buffer, at)) {
          this.ended = true;
          this.#behind = 0;
          return at;
        }
        if (isPcap(buffer, at)) {
          if (at + PCAP_HEADER > end && !final) return this.#await(PCAP_HEADER, previous, at);
          if (at + PCAP_HEADER <= end && isPcapHeader(buffer, at)) return this.#beginFile(buffer, at);
        }
        if (header.lengthsMaySwap && captured > length) [captured, length] = [length, captured];
        const kind =
          contradiction || lastSeconds !== 0 ? this.#examine(header, buffer, at, captured, end, final) : RECORD;
        if (kind === WAIT_FOR_NEXT) return this.#await(2 * recordHeader + captured, previous, at);
        if (kind === DAMAGE && this.#counters.packets - this.#before.packets === 1) {
          const other = otherRecordHeader(header, buffer, previous, end, final);
          if (other < 0) return this.#await(previous - other - at, previous, at);
          if (other > 0) return this.#beginAgain(header, other, previous);
        }
        if (kind === DAMAGE) return this.#damage(Math.min(previous + 1, at), at);
        length = Math.max(length, captured);
        // Nanoseconds in a file that promises microseconds.
        if (ticks >= MANY_SECONDS && ticksPerSecond < ticks) ticks /= 1000;
      }
      const next = data + captured;
      if (next > end) {
        // At the end of the capture an incomplete record is cut, unless others lie in it: then its length was wrong.
        if (final && this.#find(header, buffer, at + 1, end, true) < end) return this.#damage(at + 1, at);
        return this.#await(recordHeader + captured, previous, at);
      }
      lastSeconds = seconds;
      this.#lastSeconds = seconds;
      segment.timeUs = seconds * 1e6 + ticks * usPerTick;
      packets.packet(layer, buffer, view, data, next, length);
      previous = at;
      at = next;
    }
  }

  /** The fast path where it knows such records. */
  #fastPath({ bigEndian, layer, recordHeader, snapLength, ticksPerSecond }: PcapHeader): FastPath | null {
    const known = !bigEndian && layer === ETHERNET && recordHeader === SHORT_HEADER;
    return known ? this.#packets.fastPath(snapLength, ticksPerSecond) : null;
  }

  /** The first record, at `first`, was read with a header of another length than it has. */
  #beginAgain(header: PcapHeader, recordHeader: number, first: number): number {
    Object.assign(this.#counters, this.#before);
    this.#header = { ...header, recordHeader };
    this.#lastSeconds = 0;
    this.#behind = 0;
    this.#again = true;
    return first;
  }

  /** Files put behind each other: the header of the next stands at `at`. */
  #beginFile(buffer: Uint8Array, at: number): number {
    this.#header = readPcapHeader(buffer, at);
    this.#lastSeconds = 0;
    this.#behind = 0;
    this.#again = true;
    return at + PCAP_HEADER;
  }

  /** A record whose header contradicts itself, or the one before it, stands when a header that can be, or the end, follows it. */
  #examine(header: PcapHeader, buffer: Uint8Array, at: number, captured: number, end: number, final: boolean): number {
    if (captured > LARGEST_PACKET) return DAMAGE;
    const next = at + header.recordHeader + captured;
    if (next + header.recordHeader > end) {
      if (!final) return WAIT_FOR_NEXT;
      return next === end ? RECORD : DAMAGE;
    }
    if (!this.#isBelievable(header, buffer, at)) return DAMAGE;
    if (isPcap(buffer, next) && canBeRecord(header, buffer, at)) return RECORD;
    if (captured > wordAt(header, buffer, at + 12) && this.#endsEarlier(header, buffer, at, next)) return DAMAGE;
    const near = isNear(header, buffer, at, next) && wordAt(header, buffer, next + 8) <= LARGEST_PACKET;
    return near || (lengthsAgree(header, buffer, at) && lengthsAgree(header, buffer, next)) ? RECORD : DAMAGE;
  }

  /**
   * Whether a record stands where the length on the wire ends, in front of where the captured length, which cannot be larger, leads:
   * that may be a record too, by chance, and all between would be lost.
   */
  #endsEarlier(header: PcapHeader, buffer: Uint8Array, at: number, end: number): boolean {
    const next = at + header.recordHeader + wordAt(header, buffer, at + 12);
    if (next === at + header.recordHeader || next + header.recordHeader > end) return false;
    return canBeRecord(header, buffer, next) && isNear(header, buffer, at, next);
  }

  /** Begins a search at `from`, in front of the bad header at `at` where that may have swallowed records. */
  #damage(from: number, at: number): number {
    this.#counters.damages++;
    this.#seeking = true;
    this.#again = true;
    this.#behind = 0;
    this.#skipped = from - at;
    return from;
  }

  #await(need: number, previous: number, at: number): number {
    this.need = need;
    this.#behind = at - previous;
    return at;
  }

  /** Goes to the next record from `at`; clears `#seeking` where it stands. */
  #seek(header: PcapHeader, buffer: Uint8Array, at: number, end: number, final: boolean): number {
    const found = this.#find(header, buffer, at, end, final);
    this.#skipped += found - at;
    if (this.need === 0) {
      this.#seeking = false;
      this.#again = true;
    }
    if (this.need === 0 || final) this.#counters.damagedBytes += Math.max(0, this.#skipped);
    return found;
  }

  /** Offset of the next record that others, or the end, follow, or file of such; `need` is 0 then. Else where to look on, `end` when final. */
  #find(header: PcapHeader, buffer: Uint8Array, at: number, end: number, final: boolean): number {
    const { recordHeader } = header;
    for (; at + recordHeader <= end; at++) {
      const need = isPcap(buffer, at)
        ? needOfFile(buffer, at, end, final)
        : this.#isBelievable(header, buffer, at)
          ? needOfRecords(header, buffer, at, end, final)
          : NONE;
      if (need === NONE) continue;
      this.need = need;
      return at;
    }
    this.need = recordHeader;
    return final ? end : at;
  }

  #isBelievable(header: PcapHeader, buffer: Uint8Array, at: number): boolean {
    return this.#lastSeconds < EARLY_SECONDS || wordAt(header, buffer, at) >= EARLY_SECONDS;
  }
}

/** 0 where a record stands at `at` that others, the end or another file follow; else bytes from there on that it takes to tell, or NONE. */
function needOfRecords(header: PcapHeader, buffer: Uint8Array, at: number, end: number, final: boolean): number {
  let next = at;
  for (let count = 0; count <= FOLLOWERS; count++) {
    if (next + header.recordHeader > end) return final ? (next === end ? 0 : NONE) : next + header.recordHeader - at;
    if (!canBeRecord(header, buffer, next) || !isNear(header, buffer, at, next))
      return count > 0 && isPcap(buffer, next) ? 0 : NONE;
    next += header.recordHeader + wordAt(header, buffer, next + 8);
  }
  return 0;
}

/** As `needOfRecords`, of a file whose magic stands at `at`. */
function needOfFile(buffer: Uint8Array, at: number, end: number, final: boolean): number {
  const data = at + PCAP_HEADER;
  if (data > end) return final ? NONE : PCAP_HEADER;
  if (!isPcapHeader(buffer, at)) return NONE;
  const need = needOfRecords(readPcapHeader(buffer, at), buffer, data, end, final);
  return need > 0 ? need + PCAP_HEADER : need;
}

/** Whether the header at `at` agrees with itself. Strict: chance must not make a record out of payload. */
function canBeRecord(header: PcapHeader, buffer: Uint8Array, at: number): boolean {
  return wordAt(header, buffer, at + 4) < header.ticksPerSecond && lengthsAgree(header, buffer, at);
}

function lengthsAgree(header: PcapHeader, buffer: Uint8Array, at: number): boolean {
  const captured = wordAt(header, buffer, at + 8);
  const length = wordAt(header, buffer, at + 12);
  return captured > 0 && captured <= LARGEST_PACKET && captured <= length && length <= LARGEST_LENGTH;
}

function isNear(header: PcapHeader, buffer: Uint8Array, left: number, right: number): boolean {
  return Math.abs(wordAt(header, buffer, left) - wordAt(header, buffer, right)) <= NEAR_SECONDS;
}

function wordAt(header: PcapHeader, buffer: Uint8Array, at: number): number {
  return header.bigEndian ? bigWord(buffer, at) : littleWord(buffer, at);
}
