import { CaptureError } from "./capture-error.ts";
import type { ContainerReader } from "./container.ts";
import type { FastPath } from "./fast-path.ts";
import { nameOfForeign } from "./foreign-formats.ts";
import { DecodeCounters } from "./counters.ts";
import { PacketDecoder } from "./packet-decoder.ts";
import { PcapReader } from "./pcap.ts";
import { isPcap } from "./pcap-header.ts";
import { isPcapng, PcapngReader } from "./pcapng.ts";
import type { Segment } from "./segment.ts";
import type { ShareTaken } from "./share.ts";

export interface CaptureDecoderOptions {
  /** Give every packet context 0, so that equal tuples in different VLANs or tunnels are one connection. Default false. */
  readonly ignoreContext?: boolean;
  /** Drop segments with a wrong checksum; they are wrong on a sending host, where the card fills them in. Default false. */
  readonly verifyChecksums?: boolean;
  /** Hand out only segments with SYN, FIN or RST, and ICMP errors: all that a collector in flags mode captures. Default false. */
  readonly flagsOnly?: boolean;
}

/** Enough to tell the formats apart. */
const MAGIC = 4;

/** Bytes of pcap or pcapng files, one behind the other and in any chunking, to segments. */
export class CaptureDecoder {
  readonly counters = new DecodeCounters();
  readonly #packets: PacketDecoder;
  readonly #fastPath: FastPath | null;
  #container: ContainerReader | null = null;
  /** The beginning of a record whose rest has not come. */
  #carry = new Uint8Array(4096);
  #carried = 0;
  /** Files that have ended. */
  #files = 0;

  /** `sink` is called for each segment, or each of one share, that the fast path does not take, with one and the same object. */
  constructor(
    sink: (segment: Segment) => void,
    options: CaptureDecoderOptions = {},
    share: ShareTaken | null = null,
    fastPath: FastPath | null = null,
  ) {
    this.#fastPath = fastPath;
    this.#packets = new PacketDecoder(sink, this.counters, options.flagsOnly ?? false, share, fastPath);
    this.#packets.frame.ignoreContext = options.ignoreContext ?? false;
    this.#packets.frame.verifyChecksums = options.verifyChecksums ?? false;
  }

  /** Where chunks are best read into; null where that is all the same. */
  get input(): Uint8Array | null {
    return this.#fastPath?.input ?? null;
  }

  /** Capture time of the last packet that was read, µs since 1970; meaningful when there was one. */
  get timeUs(): number {
    return this.#packets.frame.segment.timeUs;
  }

  /**
   * Decodes what is complete in the stream so far. The chunk must not change until the call returns.
   * @throws CaptureError when the stream is no capture or has a link type that cannot be read.
   */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (this.#carried > 0) {
      const need = this.#container?.need ?? MAGIC;
      // As much again as is carried already, so that searching through a carried megabyte moves it only a few times.
      const wanted = Math.max(need - this.#carried, this.#carried);
      const taken = Math.min(wanted, chunk.length - at);
      this.#keep(chunk, at, at + taken);
      at += taken;
      if (this.#carried < need) return;
      const read = this.#read(this.#carry.subarray(0, this.#carried));
      const left = this.#carried - read;
      if (left <= at) {
        // What is left came with this chunk: go on in place.
        at -= left;
        this.#carried = 0;
      } else {
        this.#carry.copyWithin(0, read, this.#carried);
        this.#carried = left;
        if (read === 0 && at === chunk.length) return;
      }
    }
    at += this.#read(at === 0 ? chunk : chunk.subarray(at));
    this.#keep(chunk, at, chunk.length);
  }

  /**
   * This file has ended; what is pushed now begins another, of either format, in which the capture goes on.
   * @throws CaptureError when it was no capture, or one of link types that cannot be read.
   */
  endFile(): void {
    const container = this.#container;
    const carried = this.#carried;
    this.#container = null;
    this.#carried = 0;
    this.#files++;
    if (container === null) {
      throw new CaptureError("truncated_header", `no capture: the input ends after ${carried} bytes`);
    }
    this.#container = container;
    const read = this.#read(this.#carry.subarray(0, carried), true);
    this.#container = null;
    if (read < carried) this.counters.cutRecords++;
  }

  /** The capture has ended, and so has the file unless `endFile` said so. @throws CaptureError as `endFile`. */
  end(): void {
    try {
      if (this.#files === 0 || this.#container !== null || this.#carried > 0) this.endFile();
    } finally {
      this.#packets.end();
    }
  }

  #read(buffer: Uint8Array, final = false): number {
    if (this.#container === null) {
      if (buffer.length < MAGIC) return 0;
      this.#container = this.#open(buffer, 0, false);
    }
    for (let at = 0; ;) {
      at = this.#container.read(buffer, at, buffer.length, final);
      if (!this.#container.ended) return at;
      this.#container = this.#open(buffer, at, true);
    }
  }

  #open(buffer: Uint8Array, at: number, goesOn: boolean): ContainerReader {
    if (isPcap(buffer, at)) return new PcapReader(this.#packets, this.counters, goesOn);
    if (isPcapng(buffer, at)) return new PcapngReader(this.#packets, this.counters, goesOn);
    throw new CaptureError("not_a_capture", `neither pcap nor pcapng${nameOfForeign(buffer)}`);
  }

  #keep(buffer: Uint8Array, at: number, end: number): void {
    const length = this.#carried + end - at;
    if (length > this.#carry.length) {
      const larger = new Uint8Array(Math.max(length, this.#carry.length * 2));
      larger.set(this.#carry.subarray(0, this.#carried));
      this.#carry = larger;
    }
    this.#carry.set(buffer.subarray(at, end), this.#carried);
    this.#carried = length;
  }
}
