/** Room for the longest packet that tcpdump writes, 262,144 bytes, and its block. */
const BUFFER_BYTES = 512 * 1024;
const PACKET_HEAD = 28;
const TRAILER = 4;

/**
 * Packets of several interfaces as one pcapng stream (draft-ietf-opsawg-pcapng), little-endian, times in microseconds:
 *
 *     section: 0x0a0d0d0a · length · byte order 0x1a2b3c4d · version 1.0 · section length, unknown · length
 *     interface: 1 · length · link type u16, 0 u16 · snapshot length · options: name (2), end (0) · length
 *     packet: 6 · length · interface · time, upper half first · captured length · length · bytes, padded to 4 · length
 */
export class PcapngWriter {
  readonly #sink: (bytes: Uint8Array) => void;
  readonly #buffer = Buffer.alloc(BUFFER_BYTES);
  readonly #view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.length);
  #length = 0;
  #interfaces = 0;
  /** Section and interfaces so far: with them, any later packets are a file of their own. */
  head: Uint8Array = new Uint8Array(0);

  /** `sink` gets whole blocks; the bytes are used again after it returns. */
  constructor(sink: (bytes: Uint8Array) => void) {
    this.#sink = sink;
    this.#words(0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0xffffffff, 0xffffffff, 28);
    this.#addToHead(28);
  }

  /** Describes another interface; answers its number. */
  interface(name: string, linkType: number, snapLength: number): number {
    const text = Buffer.from(name);
    const padded = (text.length + 3) & ~3;
    const length = 16 + 4 + padded + 4 + TRAILER;
    this.#reserve(length);
    this.#words(1, length, linkType, snapLength, 2 | (text.length << 16));
    this.#buffer.fill(0, this.#length, this.#length + padded);
    text.copy(this.#buffer, this.#length);
    this.#length += padded;
    this.#words(0, length);
    this.#addToHead(length);
    return this.#interfaces++;
  }

  /** A packet whose captured bytes stand in `source` from `at` on. `timeUs` since 1970. */
  packet(id: number, timeUs: number, source: DataView, at: number, captured: number, wireLength: number): void {
    const padded = (captured + 3) & ~3;
    const length = PACKET_HEAD + padded + TRAILER;
    this.#reserve(length);
    const high = Math.floor(timeUs / 4_294_967_296);
    this.#words(6, length, id, high, timeUs - high * 4_294_967_296, captured, wireLength);
    const start = this.#length;
    this.#buffer.set(new Uint8Array(source.buffer, source.byteOffset + at, captured), start);
    this.#buffer.fill(0, start + captured, start + padded);
    this.#length = start + padded;
    this.#words(length);
  }

  /** Hands out what has been written. */
  flush(): void {
    if (this.#length === 0) return;
    const length = this.#length;
    this.#length = 0;
    this.#sink(this.#buffer.subarray(0, length));
  }

  /** The last `bytes` that were written belong to it. */
  #addToHead(bytes: number): void {
    this.head = Buffer.concat([this.head, this.#buffer.subarray(this.#length - bytes, this.#length)]);
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes > BUFFER_BYTES) this.flush();
  }

  #words(...words: readonly number[]): void {
    for (const word of words) {
      this.#view.setUint32(this.#length, word, true);
      this.#length += 4;
    }
  }
}
