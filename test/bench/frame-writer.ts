import { closeSync, openSync, writeSync } from "node:fs";

const FLUSH_BYTES = 4 << 20;
const SNAP_LENGTH = 128;
const ETHERNET = 14;
const IPV4 = 20;

/** Writes a pcap of Ethernet, IPv4 and TCP frames, each cut at 128 bytes, without building objects for them. */
export class FrameWriter {
  readonly #file: number;
  readonly #buffer = Buffer.alloc(FLUSH_BYTES + 4096);
  #length = 0;
  packets = 0;

  constructor(path: string) {
    this.#file = openSync(path, "w");
    const view = this.#buffer;
    view.writeUInt32LE(0xa1b2c3d4, 0);
    view.writeUInt16LE(2, 4);
    view.writeUInt16LE(4, 6);
    view.writeUInt32LE(SNAP_LENGTH, 16);
    view.writeUInt32LE(1, 20);
    this.#length = 24;
  }

  /**
   * One segment. `options` stands behind the TCP header; checksums stay 0, as a sending host's captures have them.
   * `timeUs` since 1970; addresses and numbers are 32-bit words of either sign.
   */
  segment(
    timeUs: number,
    source: number,
    destination: number,
    sourcePort: number,
    destinationPort: number,
    seq: number,
    ack: number,
    flags: number,
    payload: number,
    ttl: number,
    ipId: number,
    options: Uint8Array,
  ): void {
    const out = this.#buffer;
    const header = ETHERNET + IPV4 + 20 + options.length;
    const length = header + payload;
    const captured = Math.min(length, SNAP_LENGTH);
    const seconds = Math.floor(timeUs / 1e6);
    let at = this.#length;
    out.fill(0, at, at + 16 + captured);
    out.writeUInt32LE(seconds, at);
    out.writeUInt32LE(Math.floor(timeUs - seconds * 1e6), at + 4);
    out.writeUInt32LE(captured, at + 8);
    out.writeUInt32LE(length, at + 12);
    at += 16;
    out.writeUInt32BE(source >>> 0, at + 2);
    out.writeUInt32BE(destination >>> 0, at + 8);
    out[at] = 2;
    out[at + 6] = 2;
    out.writeUInt16BE(0x0800, at + 12);
    at += ETHERNET;
    out[at] = 0x45;
    out.writeUInt16BE(length - ETHERNET, at + 2);
    out.writeUInt16BE(ipId & 0xffff, at + 4);
    out.writeUInt16BE(0x4000, at + 6);
    out[at + 8] = ttl;
    out[at + 9] = 6;
    out.writeUInt32BE(source >>> 0, at + 12);
    out.writeUInt32BE(destination >>> 0, at + 16);
    at += IPV4;
    out.writeUInt16BE(sourcePort, at);
    out.writeUInt16BE(destinationPort, at + 2);
    out.writeUInt32BE(seq >>> 0, at + 4);
    out.writeUInt32BE(ack >>> 0, at + 8);
    out[at + 12] = (20 + options.length) << 2;
    out[at + 13] = flags;
    out.writeUInt16BE((flags & 4) !== 0 ? 0 : 502, at + 14);
    out.set(options, at + 20);
    this.#length += 16 + captured;
    this.packets++;
    if (this.#length >= FLUSH_BYTES) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    for (let written = 0; written < this.#length;) {
      written += writeSync(this.#file, this.#buffer, written, this.#length - written);
    }
    this.#length = 0;
  }
}
