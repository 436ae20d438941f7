import { CaptureError } from "./capture-error.ts";
import type { DecodeCounters } from "./counters.ts";
import { layerOfLinkType, nameOfLinkType, readableLinkTypes } from "./links/link-types.ts";
import type { PacketDecoder } from "./packet-decoder.ts";

/** Largest record that any capture program writes (MAXIMUM_SNAPLEN of libpcap); a larger length is damage. */
export const LARGEST_PACKET = 262_144;
export const PCAP_FILE_HEADER = 24;

interface Variant {
  readonly nanoseconds: boolean;
  readonly recordHeader: number;
}

/** Magic numbers, read in the byte order of the file. */
const VARIANTS: ReadonlyMap<number, Variant> = new Map<number, Variant>([
  [0xa1b2c3d4, { nanoseconds: false, recordHeader: 16 }],
  [0xa1b23c4d, { nanoseconds: true, recordHeader: 16 }],
  // Kuznetzov's libpcap: interface index 4, protocol 2, packet type 1, padding 1 behind each record header.
  [0xa1b2cd34, { nanoseconds: false, recordHeader: 24 }],
]);

/** Big-endian reading of the first four bytes. */
function magicAt(buffer: Uint8Array, at: number): number {
  return ((buffer[at] << 24) | (buffer[at + 1] << 16) | (buffer[at + 2] << 8) | buffer[at + 3]) >>> 0;
}

function swap(word: number): number {
  return (((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}

export function isPcap(buffer: Uint8Array, at: number): boolean {
  const magic = magicAt(buffer, at);
  return VARIANTS.has(magic) || VARIANTS.has(swap(magic));
}

/**
 * pcap: a header of 24 bytes, then records.
 *   file:   magic 4 · major 2 · minor 2 · zone 4 · accuracy 4 · snaplen 4 · link type 4 (upper bits: frame check sequence)
 *   record: seconds 4 · micro- or nanoseconds 4 · captured length 4 · length 4 · bytes
 */
export class PcapReader {
  readonly #packets: PacketDecoder;
  readonly #counters: DecodeCounters;
  #bigEndian = false;
  #usPerTick = 1;
  #recordHeader = 16;
  #layer = 0;
  #started = false;
  /** Bytes from the returned offset that must be there before reading can go on. */
  need = PCAP_FILE_HEADER;

  constructor(packets: PacketDecoder, counters: DecodeCounters) {
    this.#packets = packets;
    this.#counters = counters;
  }

  /** Reads what is complete in [at, end); answers the offset of the first byte not read. */
  read(buffer: Uint8Array, at: number, end: number): number {
    if (!this.#started) {
      if (at + PCAP_FILE_HEADER > end) return at;
      this.#start(buffer, at);
      at += PCAP_FILE_HEADER;
    }
    return this.#bigEndian ? this.#records(buffer, at, end) : this.#littleEndianRecords(buffer, at, end);
  }

  #start(buffer: Uint8Array, at: number): void {
    const magic = magicAt(buffer, at);
    this.#bigEndian = VARIANTS.has(magic);
    const variant = VARIANTS.get(this.#bigEndian ? magic : swap(magic))!;
    this.#usPerTick = variant.nanoseconds ? 1e-3 : 1;
    this.#recordHeader = variant.recordHeader;
    const linkType = this.#word(buffer, at + 20) & 0xffff;
    this.#layer = layerOfLinkType(linkType);
    if (this.#layer === 0) {
      throw new CaptureError(
        "link_type",
        `the capture's link type ${nameOfLinkType(linkType)} is not decoded; known are ${readableLinkTypes().join(", ")}`,
      );
    }
    this.#started = true;
  }

  #word(buffer: Uint8Array, at: number): number {
    const word = magicAt(buffer, at);
    return this.#bigEndian ? word : swap(word);
  }

  #littleEndianRecords(buffer: Uint8Array, at: number, end: number): number {
    const header = this.#recordHeader;
    const packets = this.#packets;
    const { segment } = packets.frame;
    const layer = this.#layer;
    const usPerTick = this.#usPerTick;
    for (;;) {
      const data = at + header;
      if (data > end) {
        this.need = header;
        return at;
      }
      const captured = buffer[at + 8] | (buffer[at + 9] << 8) | (buffer[at + 10] << 16) | (buffer[at + 11] << 24);
      if (captured < 0 || captured > LARGEST_PACKET) return this.#damage(at, end);
      const next = data + captured;
      if (next > end) {
        this.need = header + captured;
        return at;
      }
      const seconds = (buffer[at] | (buffer[at + 1] << 8) | (buffer[at + 2] << 16) | (buffer[at + 3] << 24)) >>> 0;
      const ticks = (buffer[at + 4] | (buffer[at + 5] << 8) | (buffer[at + 6] << 16) | (buffer[at + 7] << 24)) >>> 0;
      const length =
        (buffer[at + 12] | (buffer[at + 13] << 8) | (buffer[at + 14] << 16) | (buffer[at + 15] << 24)) >>> 0;
      segment.timeUs = seconds * 1e6 + ticks * usPerTick;
      packets.packet(layer, buffer, data, next, length < captured ? captured : length);
      at = next;
    }
  }

  #records(buffer: Uint8Array, at: number, end: number): number {
    const header = this.#recordHeader;
    const { segment } = this.#packets.frame;
    for (;;) {
      const data = at + header;
      if (data > end) {
        this.need = header;
        return at;
      }
      const captured = this.#word(buffer, at + 8);
      if (captured > LARGEST_PACKET) return this.#damage(at, end);
      const next = data + captured;
      if (next > end) {
        this.need = header + captured;
        return at;
      }
      const length = this.#word(buffer, at + 12);
      segment.timeUs = this.#word(buffer, at) * 1e6 + this.#word(buffer, at + 4) * this.#usPerTick;
      this.#packets.packet(this.#layer, buffer, data, next, length < captured ? captured : length);
      at = next;
    }
  }

  /** Nothing after an impossible length can be trusted. */
  #damage(at: number, end: number): number {
    this.#counters.damages++;
    this.#counters.damagedBytes += end - at;
    this.need = this.#recordHeader;
    return end;
  }
}
