import { join } from "./bytes.ts";
import type { PacketBuilder } from "./packet.ts";

export interface PcapOptions {
  /** Number in the LINKTYPE_ registry; default 1, Ethernet. */
  readonly linkType?: number;
  readonly nanoseconds?: boolean;
  readonly bigEndian?: boolean;
  /** Longer packets are cut. Default 262,144. */
  readonly snapLength?: number;
}

/** A pcap file: `new PcapBuilder().add(timeUs, packet).bytes()`. */
export class PcapBuilder {
  readonly #parts: Uint8Array[] = [];
  readonly #options: PcapOptions;

  constructor(options: PcapOptions = {}) {
    this.#options = options;
    const magic = options.nanoseconds === true ? 0xa1b23c4d : 0xa1b2c3d4;
    const head = this.#words(magic, 0, 0, 0, options.snapLength ?? 262_144, options.linkType ?? 1);
    const view = new DataView(head.buffer);
    view.setUint16(4, 2, options.bigEndian !== true);
    view.setUint16(6, 4, options.bigEndian !== true);
    this.#parts.push(head);
  }

  /** `timeUs` since 1970; `length` is that on the wire, where it is more than there is. */
  add(timeUs: number, packet: PacketBuilder | Uint8Array, length?: number): this {
    const bytes = packet instanceof Uint8Array ? packet : packet.bytes;
    const captured = bytes.subarray(0, this.#options.snapLength ?? 262_144);
    const seconds = Math.floor(timeUs / 1e6);
    const fraction = timeUs - seconds * 1e6;
    const ticks = this.#options.nanoseconds === true ? Math.round(fraction * 1000) : Math.floor(fraction);
    this.#parts.push(this.#words(seconds, ticks, captured.length, length ?? bytes.length), captured);
    return this;
  }

  bytes(): Uint8Array {
    return join(...this.#parts);
  }

  #words(...words: number[]): Uint8Array {
    const bytes = new Uint8Array(words.length * 4);
    const view = new DataView(bytes.buffer);
    for (const [index, word] of words.entries()) view.setUint32(index * 4, word, this.#options.bigEndian !== true);
    return bytes;
  }
}
