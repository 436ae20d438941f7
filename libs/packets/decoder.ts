import { CaptureError } from "./capture-error.ts";
import { DecodeCounters } from "./counters.ts";
import { PacketDecoder } from "./packet-decoder.ts";
import { isPcap, PcapReader } from "./pcap.ts";
import type { Segment } from "./segment.ts";

export interface CaptureDecoderOptions {
  /** Give every packet context 0, so that equal tuples in different VLANs or tunnels are one connection. Default false. */
  readonly ignoreContext?: boolean;
  /** Drop segments with a wrong checksum; they are wrong on a sending host, where the card fills them in. Default false. */
  readonly verifyChecksums?: boolean;
}

/** Enough to tell the formats apart. */
const MAGIC = 4;

/** Reads records from a stretch of the stream and says how far it came. */
interface ContainerReader {
  /** Bytes from the last answered offset that must be there before reading can go on. */
  readonly need: number;
  /** Reads what is complete in [at, end); answers the offset of the first byte not read. */
  read(buffer: Uint8Array, at: number, end: number): number;
}

/** Bytes of a pcap or pcapng stream, in any chunking, to segments. */
export class CaptureDecoder {
  readonly counters = new DecodeCounters();
  readonly #packets: PacketDecoder;
  #container: ContainerReader | null = null;
  /** The beginning of a record whose rest has not come. */
  #carry = new Uint8Array(4096);
  #carried = 0;

  /** `sink` is called for each segment with one and the same object. */
  constructor(sink: (segment: Segment) => void, options: CaptureDecoderOptions = {}) {
    this.#packets = new PacketDecoder(sink, this.counters);
    this.#packets.frame.ignoreContext = options.ignoreContext ?? false;
    this.#packets.frame.verifyChecksums = options.verifyChecksums ?? false;
  }

  /**
   * Decodes what is complete in the stream so far. The chunk must not change until the call returns.
   * @throws CaptureError when the stream is no capture or has a link type that cannot be read.
   */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (this.#carried > 0) {
      const need = this.#container?.need ?? MAGIC;
      const taken = Math.min(Math.max(need - this.#carried, 0), chunk.length - at);
      this.#keep(chunk, at, at + taken);
      at += taken;
      if (this.#carried < need) return;
      const read = this.#read(this.#carry, 0, this.#carried);
      this.#carry.copyWithin(0, read, this.#carried);
      this.#carried -= read;
    }
    at = this.#read(chunk, at, chunk.length);
    this.#keep(chunk, at, chunk.length);
  }

  /** The stream has ended. @throws CaptureError when it ended before it was a capture. */
  end(): void {
    if (this.#container === null)
      throw new CaptureError("truncated_header", `the capture ends after ${this.#carried} bytes`);
    if (this.#carried > 0) this.counters.cutRecords = 1;
    this.#carried = 0;
  }

  #read(buffer: Uint8Array, at: number, end: number): number {
    if (this.#container === null) {
      if (end - at < MAGIC) return at;
      this.#container = this.#open(buffer, at);
    }
    return this.#container.read(buffer, at, end);
  }

  #open(buffer: Uint8Array, at: number): ContainerReader {
    if (isPcap(buffer, at)) return new PcapReader(this.#packets, this.counters);
    const found = Array.from(buffer.subarray(at, at + MAGIC), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw new CaptureError("not_a_capture", `neither pcap nor pcapng: it begins with ${found}`);
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
