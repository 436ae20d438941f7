import { CaptureDecoder, CaptureError } from "@hangup/packets";

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** Magic numbers as this machine's byte order writes them; tcpdump writes in its host's order. */
const LITTLE = new Set([0xa1b2c3d4, 0xa1b23c4d]);

/**
 * Joins the pcap streams of one tcpdump after another into one stream: whole records only, and one file header for all that have the same.
 *
 *     file header, 24 bytes: magic u32, …, snaplen u32, link type u32
 *     record: seconds u32, fraction u32, captured length u32, original length u32, bytes
 *
 * A tcpdump that dies may leave half a record, and its successor begins with a header of its own: another one where the interface has been
 * made again with another link type. A header comes out as a chunk of its own.
 */
export class RecordBoundary {
  readonly #sink: (chunk: Uint8Array) => void;
  #header: Buffer | undefined;
  /** Bytes that wait for the rest of their header or record. */
  #rest: Buffer = Buffer.alloc(0);
  #headerDone = false;
  #littleEndian = true;

  constructor(sink: (chunk: Uint8Array) => void) {
    this.#sink = sink;
  }

  /** The file header of what comes now, once it has come. */
  get head(): Uint8Array | undefined {
    return this.#header;
  }

  /** A new tcpdump begins: what is left of the last one's is half a record, and its header is still to come. */
  begin(): void {
    this.#rest = Buffer.alloc(0);
    this.#headerDone = false;
  }

  /** Answers why the stream cannot go on: when it has another link type than the one before it, which cannot be read. null where it can. */
  push(chunk: Buffer): CaptureError | null {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (!this.#headerDone) {
      if (bytes.length < FILE_HEADER) {
        this.#rest = bytes;
        return null;
      }
      const header = Buffer.from(bytes.subarray(0, FILE_HEADER));
      if (this.#header === undefined || !header.equals(this.#header)) {
        const refusal = this.#header === undefined ? null : whyUnreadable(header);
        if (refusal !== null) return refusal;
        this.#header = header;
        this.#littleEndian = LITTLE.has(header.readUInt32LE(0));
        this.#sink(header);
      }
      this.#headerDone = true;
      bytes = bytes.subarray(FILE_HEADER);
    }
    const whole = this.#wholeRecords(bytes);
    if (whole > 0) this.#sink(bytes.subarray(0, whole));
    this.#rest = whole === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(whole));
    return null;
  }

  #wholeRecords(bytes: Buffer): number {
    let end = 0;
    while (end + RECORD_HEADER <= bytes.length) {
      const captured = this.#littleEndian ? bytes.readUInt32LE(end + 8) : bytes.readUInt32BE(end + 8);
      const next = end + RECORD_HEADER + captured;
      if (next > bytes.length) break;
      end = next;
    }
    return end;
  }
}

function whyUnreadable(header: Buffer): CaptureError | null {
  try {
    new CaptureDecoder(() => undefined).push(header);
    return null;
  } catch (error) {
    if (error instanceof CaptureError) return error;
    throw error;
  }
}
