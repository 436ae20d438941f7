import { CaptureError } from "./capture-error.ts";
import { bigWord, type ContainerReader, LARGEST_PACKET, littleWord } from "./container.ts";
import type { DecodeCounters } from "./counters.ts";
import type { PacketDecoder } from "./packet-decoder.ts";
import { isPcap, isPcapHeader, PCAP_HEADER, unreadableLinkType } from "./pcap-header.ts";
import { PcapngInterface, TIME_BYTES } from "./pcapng-interface.ts";

/** Block types; the section header's reads alike in both byte orders. */
const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const OLD_PACKET = 2;
const SIMPLE_PACKET = 3;
const NAMES = 4;
const STATISTICS = 5;
const PACKET = 6;
const BYTE_ORDER = 0x1a2b3c4d;
const LEAST_BLOCK = 12;

/** Blocks that are read are as long as a packet, whose options take little beside it. */
const LARGEST_READ_BLOCK = 4 * LARGEST_PACKET;
/** Others, of secrets say; they too must be there as a whole, or a false length would hide what it leads past. */
const LARGEST_SKIPPED_BLOCK = 16 << 20;
/** Behind damage, a pcap file is one where no block follows it within so many bytes. */
const SEARCHED = LARGEST_PACKET;
/** More than any capture has; a flood of descriptions must not fill the memory. */
const MAX_INTERFACES = 65_536;

const INTERFACE_DROPS = 5;
const SYSTEM_DROPS = 7;

export function isPcapng(buffer: Uint8Array, at: number): boolean {
  return bigWord(buffer, at) === SECTION;
}

/** Whether the 12 bytes at `at`, in the middle of a capture, begin a section. */
export function isSectionHeader(buffer: Uint8Array, at: number): boolean {
  return isPcapng(buffer, at) && (bigWord(buffer, at + 8) === BYTE_ORDER || littleWord(buffer, at + 8) === BYTE_ORDER);
}

/**
 * pcapng: blocks of type 4 · length 4 · body · length 4 again. A section header sets the byte order and forgets the interfaces.
 * Damage is known by the two lengths; reading goes on at the next block of a known type whose lengths agree.
 */
export class PcapngReader implements ContainerReader {
  need = LEAST_BLOCK;
  ended = false;
  readonly #packets: PacketDecoder;
  readonly #counters: DecodeCounters;
  #interfaces: PcapngInterface[] = [];
  /** Interfaces of earlier sections. */
  #interfacesBefore = 0;
  readonly #unreadable = new Set<number>();
  #anyReadable = false;
  #anySection = false;
  #bigEndian = false;
  /** Of the whole buffer that is being read. */
  #view: DataView = new DataView(new ArrayBuffer(0));
  #seeking = false;
  /** Stands behind a file that was read. */
  readonly #goesOn: boolean;

  constructor(packets: PacketDecoder, counters: DecodeCounters, goesOn = false) {
    this.#packets = packets;
    this.#counters = counters;
    this.#goesOn = goesOn;
  }

  read(buffer: Uint8Array, at: number, end: number, final: boolean): number {
    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    for (;;) {
      if (this.#seeking) {
        const found = this.#seek(buffer, at, end, final);
        this.#counters.damagedBytes += found - at;
        at = found;
        if (this.#seeking) break;
      }
      if (at + LEAST_BLOCK > end) {
        this.need = LEAST_BLOCK;
        break;
      }
      const length = this.#blockLength(buffer, at, end);
      if (length === 0 || at + length > end) {
        if (isPcap(buffer, at)) {
          this.need = PCAP_HEADER;
          if (!final && at + PCAP_HEADER > end) break;
          this.ended = at + PCAP_HEADER <= end && isPcapHeader(buffer, at);
          if (this.ended) return at;
        }
        this.need = length;
        // At the end of the capture an incomplete block is cut, unless others lie in it: then its length was wrong.
        if (length > 0 && !(final && this.#holdsBlock(buffer, at + 1, end))) break;
        this.#counters.damages++;
        this.#counters.damagedBytes++;
        this.#seeking = true;
        at++;
        continue;
      }
      this.#block(buffer, at, length);
      at += length;
    }
    if (final && !this.#anySection)
      throw new CaptureError("not_a_capture", "a pcapng without a section header that can be read");
    if (final && this.#unreadable.size > 0 && !this.#anyReadable && !this.#goesOn)
      throw unreadableLinkType([...this.#unreadable]);
    return at;
  }

  #word(at: number): number {
    return this.#view.getUint32(at, !this.#bigEndian);
  }

  #half(at: number): number {
    return this.#view.getUint16(at, !this.#bigEndian);
  }

  /** Length of the block at `at`, of which 12 bytes are there; 0 where it cannot be a block. */
  #blockLength(buffer: Uint8Array, at: number, end: number): number {
    const section = isPcapng(buffer, at);
    const big = section ? bigWord(buffer, at + 8) === BYTE_ORDER : this.#bigEndian;
    if (section && !big && littleWord(buffer, at + 8) !== BYTE_ORDER) return 0;
    const word = big ? bigWord : littleWord;
    const length = word(buffer, at + 4);
    const largest = isRead(word(buffer, at)) ? LARGEST_READ_BLOCK : LARGEST_SKIPPED_BLOCK;
    if (length < LEAST_BLOCK || length > largest) return 0;
    if (at + length <= end && word(buffer, at + length - 4) === length) return length;
    // Some writers leave the padding out of both lengths.
    const padded = (length + 3) & ~3;
    return at + padded <= end && word(buffer, at + padded - 4) !== length ? 0 : padded;
  }

  /** Offset of the next block that is read, or pcap file; clears `#seeking` where one stands complete. */
  #seek(buffer: Uint8Array, at: number, end: number, final: boolean): number {
    for (; at + LEAST_BLOCK <= end; at++) {
      const isFile = isPcap(buffer, at);
      if (!isFile && !isRead(this.#word(at))) continue;
      const length = isFile ? lengthSearched(buffer, at, end) : this.#blockLength(buffer, at, end);
      if (length === 0 || length % 4 !== 0) continue;
      if (at + length > end && !final) {
        this.need = length;
        return at;
      }
      if (at + (isFile ? PCAP_HEADER : length) > end) continue;
      const block = isFile ? this.#blockBehind(buffer, at, end) : 0;
      if (block > 0) at = block - 1;
      else {
        this.#seeking = false;
        return at;
      }
    }
    this.need = LEAST_BLOCK;
    return final ? end : at;
  }

  /** Where two blocks, or one and the end, follow soon behind the pcap header at `at`: then a packet carries it. 0 for nowhere. */
  #blockBehind(buffer: Uint8Array, at: number, end: number): number {
    const to = Math.min(at + SEARCHED, end);
    for (let block = at + PCAP_HEADER; block + LEAST_BLOCK <= to; block++) {
      if (!isRead(this.#word(block))) continue;
      const length = this.#blockLength(buffer, block, to);
      const next = block + length;
      if (length === 0 || next > to) continue;
      if (next + LEAST_BLOCK > to ? next === to : this.#blockLength(buffer, next, to) > 0) return block;
    }
    return 0;
  }

  #holdsBlock(buffer: Uint8Array, at: number, end: number): boolean {
    this.#seeking = true;
    this.#seek(buffer, at, end, true);
    const found = !this.#seeking;
    this.#seeking = false;
    return found;
  }

  #block(buffer: Uint8Array, at: number, length: number): void {
    const end = at + length - 4;
    switch (this.#word(at)) {
      case SECTION:
        this.#anySection = true;
        this.#bigEndian = bigWord(buffer, at + 8) === BYTE_ORDER;
        this.#interfacesBefore += this.#interfaces.length;
        this.#interfaces = [];
        break;
      case INTERFACE:
        if (length >= 20) this.#describe(buffer, at + 8, end);
        break;
      case PACKET:
        this.#packet(buffer, at, end, this.#word(at + 8));
        break;
      case OLD_PACKET:
        this.#packet(buffer, at, end, this.#half(at + 8));
        break;
      case SIMPLE_PACKET:
        this.#simplePacket(buffer, at, end);
        break;
      case STATISTICS:
        if (length >= 24) this.#statistics(at + 8, end);
        break;
      default:
    }
  }

  #describe(buffer: Uint8Array, at: number, end: number): void {
    if (this.#interfaces.length >= MAX_INTERFACES) return;
    const id = this.#interfacesBefore + this.#interfaces.length;
    const described = new PcapngInterface(id, buffer, at, end, this.#bigEndian);
    this.#interfaces.push(described);
    if (described.layer === 0) this.#unreadable.add(described.linkType);
    else this.#anyReadable = true;
  }

  /** interface 4 (old: 2, drops 2) · time 8, upper half first · captured length 4 · length 4 · bytes · options. */
  #packet(buffer: Uint8Array, at: number, end: number, interfaceIndex: number): void {
    const data = at + 28;
    if (data > end || interfaceIndex >= this.#interfaces.length) {
      this.#packets.malformed(data > end ? 0 : this.#word(at + 24));
      return;
    }
    const source = this.#interfaces[interfaceIndex];
    const captured = Math.min(this.#word(at + 20), end - data);
    const { segment } = this.#packets.frame;
    const timeUs = source.timeUs(this.#word(at + 12), this.#word(at + 16));
    if (timeUs >= 0) segment.timeUs = timeUs;
    else this.#ignoreTime();
    segment.interfaceId = source.id;
    this.#packets.packet(
      source.layer,
      buffer,
      this.#view,
      data,
      data + captured,
      Math.max(captured, this.#word(at + 24)),
    );
  }

  /** A time that can be none is damage to it alone: that of the packet before holds. */
  #ignoreTime(): void {
    this.#counters.damages++;
    this.#counters.damagedBytes += TIME_BYTES;
  }

  /** length 4 · bytes: of the first interface, and of no time, so that of the packet before it holds. */
  #simplePacket(buffer: Uint8Array, at: number, end: number): void {
    if (at + 12 > end || this.#interfaces.length === 0) {
      this.#packets.malformed(0);
      return;
    }
    const source = this.#interfaces[0];
    const length = this.#word(at + 8);
    const captured = Math.min(length, source.snapLength, end - at - 12);
    this.#packets.frame.segment.interfaceId = source.id;
    this.#packets.packet(source.layer, buffer, this.#view, at + 12, at + 12 + captured, length);
  }

  /** interface 4 · time 8 · options; the counts are totals so far. */
  #statistics(at: number, end: number): void {
    const index = this.#word(at);
    if (index >= this.#interfaces.length) return;
    const source = this.#interfaces[index];
    let drops = -1;
    for (let option = at + 12; option + 12 <= end;) {
      const code = this.#half(option);
      const length = this.#half(option + 2);
      if (code === 0) break;
      if ((code === INTERFACE_DROPS || code === SYSTEM_DROPS) && length === 8) {
        const high = this.#word(this.#bigEndian ? option + 4 : option + 8);
        drops = Math.max(0, drops) + high * 4_294_967_296 + this.#word(this.#bigEndian ? option + 8 : option + 4);
      }
      option += 4 + ((length + 3) & ~3);
    }
    // A block that says nothing of drops takes none back.
    if (drops < 0) return;
    this.#counters.captureDrops += drops - source.drops;
    source.drops = drops;
  }
}

/** Bytes that tell whether a pcap file begins where its magic stands, 0 where none does. */
function lengthSearched(buffer: Uint8Array, at: number, end: number): number {
  if (at + PCAP_HEADER > end) return PCAP_HEADER;
  return isPcapHeader(buffer, at) ? SEARCHED : 0;
}

/** Types that are read; all others are stepped over. */
function isRead(type: number): boolean {
  return type === SECTION || (type >= INTERFACE && type <= PACKET && type !== NAMES);
}
