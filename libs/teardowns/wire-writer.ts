import { putSeal, SEAL_BYTES } from "./seal.ts";

/**
 * Writes protobuf: `tag = number << 3 | wire type`, wire types 0 varint, 2 length-delimited. Repeated numbers are packed.
 * As in every proto3 writer, a scalar of 0 and an empty list are left out. https://protobuf.dev/programming-guides/encoding/
 */
const VARINT = 0;
const DELIMITED = 2;

/** The longest varint: 2^53 - 1 and its zig-zag take 8 bytes, a length at most 5. */
const MAX_VARINT_BYTES = 8;

export class WireWriter {
  buffer = Buffer.allocUnsafe(65_536);
  length = 0;
  /** Bytes kept free for the length of the field that is open. */
  #guessed = 0;

  reset(): void {
    this.length = 0;
  }

  /** Ends the message. What was written is copied out of the buffer, which is used again. */
  seal(): Buffer {
    this.#reserve(SEAL_BYTES);
    putSeal(this.buffer, this.length);
    this.length += SEAL_BYTES;
    return Buffer.from(this.buffer.subarray(0, this.length));
  }

  #reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + bytes));
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
  }

  uint(number: number, value: number): void {
    if (value === 0) return;
    this.#reserve(2 * MAX_VARINT_BYTES);
    this.#tag(number, VARINT);
    this.length = putVarint(this.buffer, this.length, value);
  }

  /** Written even when empty: as a member of a list. */
  text(number: number, text: string): void {
    // Three bytes are the most that one UTF-16 unit takes in UTF-8.
    this.#reserve(text.length * 3 + 2 * MAX_VARINT_BYTES);
    const start = this.#begin(number, text.length);
    this.length += putAscii(this.buffer, this.length, text)
      ? text.length
      : this.buffer.write(text, this.length, "utf8");
    this.#end(start);
  }

  bytes(number: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#reserve(bytes.length + 2 * MAX_VARINT_BYTES);
    this.#tag(number, DELIMITED);
    this.length = putVarint(this.buffer, this.length, bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  packedUint32(number: number, values: Uint32Array, count: number): void {
    if (count === 0) return;
    this.#reserve(count * 5 + 2 * MAX_VARINT_BYTES);
    const start = this.#begin(number, count);
    const { buffer } = this;
    let at = this.length;
    for (let i = 0; i < count; i++) {
      let value = values[i];
      while (value > 0x7f) {
        buffer[at++] = value | 0x80;
        value >>>= 7;
      }
      buffer[at++] = value;
    }
    this.length = at;
    this.#end(start);
  }

  packedFloat64(number: number, values: Float64Array, count: number): void {
    if (count === 0) return;
    this.#reserve(count * MAX_VARINT_BYTES + 2 * MAX_VARINT_BYTES);
    const start = this.#begin(number, count);
    const { buffer } = this;
    let at = this.length;
    for (let i = 0; i < count; i++) at = putVarint(buffer, at, values[i]);
    this.length = at;
    this.#end(start);
  }

  packedFixed32(number: number, values: Uint32Array, count: number): void {
    if (count === 0) return;
    // A copy of memory: the wire is little-endian, and so is every machine that Node runs on.
    this.bytes(number, new Uint8Array(values.buffer, values.byteOffset, count * 4));
  }

  #tag(number: number, wireType: number): void {
    this.length = putVarint(this.buffer, this.length, number * 8 + wireType);
  }

  /** Opens a length-delimited field of probably `guess` bytes; the caller has reserved room. Gives where its length stands. */
  #begin(number: number, guess: number): number {
    this.#tag(number, DELIMITED);
    const start = this.length;
    this.length += varintBytes(guess);
    this.#guessed = this.length - start;
    return start;
  }

  /** Writes the length now that it is known, moving the content when the length takes more bytes than guessed. */
  #end(start: number): void {
    const contentAt = start + this.#guessed;
    const size = this.length - contentAt;
    const shift = varintBytes(size) - this.#guessed;
    if (shift !== 0) this.buffer.copyWithin(contentAt + shift, contentAt, this.length);
    putVarint(this.buffer, start, size);
    this.length += shift;
  }
}

function varintBytes(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;
}

/** Writes a whole number from 0 to 2^53 - 1; gives where the next byte goes. */
function putVarint(buffer: Uint8Array, at: number, value: number): number {
  if (value >= 0x1000_0000) {
    // `&` sees the value modulo 2^32, which keeps the low 28 bits; `%` would be many times slower.
    const low = value & 0x0fff_ffff;
    buffer[at] = low | 0x80;
    buffer[at + 1] = (low >>> 7) | 0x80;
    buffer[at + 2] = (low >>> 14) | 0x80;
    buffer[at + 3] = (low >>> 21) | 0x80;
    at += 4;
    value = (value - low) / 0x1000_0000;
  }
  let rest = value | 0;
  while (rest > 0x7f) {
    buffer[at++] = rest | 0x80;
    rest >>>= 7;
  }
  buffer[at++] = rest;
  return at;
}

/** Writes ASCII, which nearly every name is, without leaving JavaScript; false when the text is more than that. */
function putAscii(buffer: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return false;
    buffer[at + i] = code;
  }
  return true;
}
