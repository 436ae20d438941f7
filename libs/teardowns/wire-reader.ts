import { BatchError } from "./batch-error.ts";

export const VARINT = 0;
export const FIXED64 = 1;
export const DELIMITED = 2;
export const FIXED32 = 5;

/**
 * Walks the fields of a protobuf message. `next` steps to a field and over its value; the value then lies in
 * `start` … `end` (for a length-delimited one: its content). Nothing outside the message is ever read as data.
 */
export class WireReader {
  buffer: Uint8Array = new Uint8Array(0);
  number = 0;
  wireType = 0;
  start = 0;
  end = 0;
  /** The largest value that the last `read…` call met. */
  largest = 0;
  #at = 0;

  reset(buffer: Uint8Array): void {
    this.buffer = buffer;
    this.#at = 0;
  }

  /** False at the end of the message. @throws BatchError truncated or malformed. */
  next(): boolean {
    const { buffer } = this;
    if (this.#at >= buffer.length) return false;
    const tag = this.#varint();
    this.number = Math.floor(tag / 8);
    this.wireType = tag % 8;
    if (this.number === 0 || tag > 0xffff_ffff) throw new BatchError("malformed");
    this.start = this.#at;
    switch (this.wireType) {
      case VARINT:
        this.#varint();
        break;
      case FIXED64:
        this.#at += 8;
        break;
      case DELIMITED: {
        const size = this.#varint();
        this.start = this.#at;
        this.#at += size;
        break;
      }
      case FIXED32:
        this.#at += 4;
        break;
      default:
        throw new BatchError("malformed", String(this.number));
    }
    if (this.#at > buffer.length) throw new BatchError("truncated", String(this.number));
    this.end = this.#at;
    return true;
  }

  #varint(): number {
    const { buffer } = this;
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      if (this.#at >= buffer.length) throw new BatchError("truncated");
      const byte = buffer[this.#at++];
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new BatchError("malformed");
  }

  /** The value of a varint field. @throws BatchError malformed, bad_value beyond 2^53 - 1. */
  uint(): number {
    if (this.wireType !== VARINT) throw new BatchError("malformed", String(this.number));
    this.#at = this.start;
    const value = this.#varint();
    if (value > Number.MAX_SAFE_INTEGER) throw new BatchError("bad_value", String(this.number));
    return value;
  }

  /**
   * Reads the field's varints, packed or single, into `out` from `filled` on, `stride` apart; gives the new fill.
   * @throws BatchError bad_length beyond `room` values, bad_value beyond 2^32 - 1.
   */
  readUint32s(out: Uint32Array, filled: number, room: number, stride = 1, offset = 0): number {
    this.#checkRepeated(VARINT);
    const { buffer, end } = this;
    let at = this.start;
    let largest = 0;
    while (at < end) {
      if (filled >= room) throw new BatchError("bad_length", String(this.number));
      let value = buffer[at++];
      if (value > 0x7f) {
        let byte = buffer[at++];
        value = (value & 0x7f) | ((byte & 0x7f) << 7);
        if (byte > 0x7f) {
          byte = buffer[at++];
          value |= (byte & 0x7f) << 14;
          if (byte > 0x7f) {
            value = this.#long(at, value);
            if (value > 0xffff_ffff) throw new BatchError("bad_value", String(this.number));
            at = this.#at;
          }
        }
      }
      if (value > largest) largest = value;
      out[filled * stride + offset] = value;
      filled++;
    }
    this.#finish(at, end);
    this.largest = largest;
    return filled;
  }

  /** As `readUint32s`, for values up to 2^53 - 1. */
  readFloat64s(out: Float64Array, filled: number, room: number): number {
    this.#checkRepeated(VARINT);
    const { buffer, end } = this;
    let at = this.start;
    let largest = 0;
    while (at < end) {
      if (filled >= room) throw new BatchError("bad_length", String(this.number));
      let value = buffer[at++];
      if (value > 0x7f) {
        let byte = buffer[at++];
        value = (value & 0x7f) | ((byte & 0x7f) << 7);
        if (byte > 0x7f) {
          byte = buffer[at++];
          value |= (byte & 0x7f) << 14;
          if (byte > 0x7f) {
            value = this.#long(at, value);
            if (value > Number.MAX_SAFE_INTEGER) throw new BatchError("bad_value", String(this.number));
            at = this.#at;
          }
        }
      }
      if (value > largest) largest = value;
      out[filled++] = value;
    }
    this.#finish(at, end);
    this.largest = largest;
    return filled;
  }

  /** As `readUint32s`, for four flat bytes a value. */
  readFixed32s(out: Uint32Array, filled: number, room: number): number {
    this.#checkRepeated(FIXED32);
    const { buffer, start, end } = this;
    const count = (end - start) / 4;
    if (!Number.isInteger(count)) throw new BatchError("malformed", String(this.number));
    if (filled + count > room) throw new BatchError("bad_length", String(this.number));
    new Uint8Array(out.buffer, out.byteOffset + filled * 4, count * 4).set(buffer.subarray(start, end));
    this.largest = 0;
    return filled + count;
  }

  /** A varint from its fourth byte on, of which `low` is what came before; leaves `#at` behind it. */
  #long(at: number, low: number): number {
    const { buffer } = this;
    let value = low;
    let scale = 0x20_0000;
    for (let i = 3; i < 10; i++) {
      // Beyond the message there is nothing: `undefined` ends the value, and #finish sees that it was cut.
      const byte = buffer[at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        this.#at = at;
        return value;
      }
      scale *= 128;
    }
    throw new BatchError("malformed", String(this.number));
  }

  #checkRepeated(single: number): void {
    if (this.wireType !== DELIMITED && this.wireType !== single) throw new BatchError("malformed", String(this.number));
  }

  /** The last value must end where the field ends. */
  #finish(at: number, end: number): void {
    if (at !== end) throw new BatchError("malformed", String(this.number));
    this.#at = end;
  }
}
