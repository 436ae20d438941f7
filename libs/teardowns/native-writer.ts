/**
 * Writes ClickHouse's Native format, as the HTTP interface takes it: one block is
 * `columns (varuint) | rows (varuint) | for each column: name | type | data of all rows`. A text is
 * `length in bytes (varuint) | UTF-8`; numbers are little-endian. https://clickhouse.com/docs/interfaces/formats/Native
 */
export class NativeWriter {
  #buffer: Buffer;
  #length = 0;

  /** `reuse`: memory to write into while it suffices. */
  constructor(expectedBytes: number, reuse?: Buffer) {
    this.#buffer = reuse !== undefined && reuse.length >= expectedBytes ? reuse : ownMemory(expectedBytes);
  }

  /** What was written; the writer is not used again. */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  varuint(value: number): void {
    this.#reserve(8);
    while (value > 0x7f) {
      this.#buffer[this.#length++] = (value % 128) | 0x80;
      value = Math.floor(value / 128);
    }
    this.#buffer[this.#length++] = value;
  }

  uint64(value: number): void {
    this.#reserve(8);
    this.#buffer.writeUInt32LE(value % 2 ** 32, this.#length);
    this.#buffer.writeUInt32LE(Math.floor(value / 2 ** 32), this.#length + 4);
    this.#length += 8;
  }

  text(text: string): void {
    const size = Buffer.byteLength(text);
    this.varuint(size);
    this.#reserve(size);
    this.#length += this.#buffer.write(text, this.#length);
  }

  /** The memory of the first `count` elements. */
  array(values: Uint8Array | Uint16Array | Uint32Array, count: number): void {
    const size = count * values.BYTES_PER_ELEMENT;
    this.#reserve(size);
    this.#buffer.set(new Uint8Array(values.buffer, values.byteOffset, size), this.#length);
    this.#length += size;
  }

  /** For each row the text of its number; `encoded` holds each text with its length before it. */
  texts(numbers: Uint32Array, count: number, encoded: readonly Uint8Array[]): void {
    for (let i = 0; i < count; i++) {
      const bytes = encoded[numbers[i]];
      this.#reserve(bytes.length);
      // A loop: names are so short that a call into C++ costs more.
      for (let k = 0; k < bytes.length; k++) this.#buffer[this.#length + k] = bytes[k];
      this.#length += bytes.length;
    }
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = ownMemory(Math.max(this.#buffer.length * 2, this.#length + bytes));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

/** Never a piece of Node's pool: what is written may be used again as a whole, to the ends of its ArrayBuffer. */
function ownMemory(bytes: number): Buffer {
  return Buffer.allocUnsafeSlow(bytes);
}
