import { join } from "./bytes.ts";
import type { PacketBuilder } from "./packet.ts";

export interface InterfaceFields {
  readonly linkType?: number;
  readonly snapLength?: number;
  /** if_tsresol byte: 6 microseconds (as when left out), 9 nanoseconds, 0x80 + n powers of two. */
  readonly resolution?: number;
  /** if_tsoffset, seconds. */
  readonly offsetSeconds?: number;
}

/** A pcapng file: `new PcapngBuilder().section().interface().packet(0, ticks, packet).bytes()`. */
export class PcapngBuilder {
  readonly #parts: Uint8Array[] = [];
  readonly #littleEndian: boolean;

  constructor(options: { readonly bigEndian?: boolean } = {}) {
    this.#littleEndian = options.bigEndian !== true;
  }

  section(): this {
    return this.block(
      0x0a0d0d0a,
      join(this.#words(0x1a2b3c4d), this.#halves(1, 0), this.#words(0xffffffff, 0xffffffff)),
    );
  }

  interface(fields: InterfaceFields = {}): this {
    const options: Uint8Array[] = [];
    if (fields.resolution !== undefined) options.push(this.#option(9, Uint8Array.of(fields.resolution)));
    if (fields.offsetSeconds !== undefined) options.push(this.#option(14, this.#long(fields.offsetSeconds)));
    if (options.length > 0) options.push(this.#halves(0, 0));
    const head = join(this.#halves(fields.linkType ?? 1, 0), this.#words(fields.snapLength ?? 0));
    return this.block(1, join(head, ...options));
  }

  /** Enhanced packet block; `ticks` in the interface's resolution. */
  packet(interfaceIndex: number, ticks: bigint | number, packet: PacketBuilder | Uint8Array, length?: number): this {
    const bytes = packet instanceof Uint8Array ? packet : packet.bytes;
    const head = join(
      this.#words(interfaceIndex),
      this.#time(ticks),
      this.#words(bytes.length, length ?? bytes.length),
    );
    return this.block(6, join(head, bytes));
  }

  /** The packet block that the enhanced one replaced. */
  oldPacket(interfaceIndex: number, ticks: bigint | number, packet: PacketBuilder): this {
    const { bytes } = packet;
    return this.block(
      2,
      join(this.#halves(interfaceIndex, 0), this.#time(ticks), this.#words(bytes.length, bytes.length), bytes),
    );
  }

  simplePacket(packet: PacketBuilder): this {
    return this.block(3, join(this.#words(packet.bytes.length), packet.bytes));
  }

  statistics(interfaceIndex: number, interfaceDrops: number, systemDrops: number): this {
    const options = [
      this.#option(5, this.#long(interfaceDrops)),
      this.#option(7, this.#long(systemDrops)),
      this.#halves(0, 0),
    ];
    return this.block(5, join(this.#words(interfaceIndex, 0, 0), ...options));
  }

  /** Any block: body padded, both lengths put in place. */
  block(type: number, body: Uint8Array): this {
    const padded = join(body, new Uint8Array(-body.length & 3));
    const length = padded.length + 12;
    this.#parts.push(join(this.#words(type, length), padded, this.#words(length)));
    return this;
  }

  /** Bytes that are no block. */
  raw(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    return this;
  }

  bytes(): Uint8Array {
    return join(...this.#parts);
  }

  #time(ticks: bigint | number): Uint8Array {
    const all = BigInt(ticks);
    return this.#words(Number(all >> 32n), Number(all & 0xffffffffn));
  }

  #long(value: number): Uint8Array {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, BigInt(value), this.#littleEndian);
    return bytes;
  }

  #option(code: number, value: Uint8Array): Uint8Array {
    return join(this.#halves(code, value.length), value, new Uint8Array(-value.length & 3));
  }

  #words(...words: number[]): Uint8Array {
    const bytes = new Uint8Array(words.length * 4);
    const view = new DataView(bytes.buffer);
    for (const [index, word] of words.entries()) view.setUint32(index * 4, word, this.#littleEndian);
    return bytes;
  }

  #halves(...halves: number[]): Uint8Array {
    const bytes = new Uint8Array(halves.length * 2);
    const view = new DataView(bytes.buffer);
    for (const [index, half] of halves.entries()) view.setUint16(index * 2, half, this.#littleEndian);
    return bytes;
  }
}
