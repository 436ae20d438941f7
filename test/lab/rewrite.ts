/** A frame of a pcap file as the lab and tcpdump write it: little-endian, microseconds. */
export interface Frame {
  readonly seconds: number;
  readonly micros: number;
  /** Before the snapshot length cut it. */
  readonly wireLength: number;
  readonly bytes: Buffer;
}

const MAGIC_MICROS = 0xa1b2c3d4;
const MAGIC_NANOS = 0xa1b23c4d;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const ETHERNET = 1;

/** Its frames, or null when it is not such a pcap of Ethernet frames. */
export function readFrames(capture: Buffer): Frame[] | null {
  if (capture.length < FILE_HEADER || capture.readUInt32LE(0) !== MAGIC_MICROS) return null;
  if (capture.readUInt32LE(20) !== ETHERNET) return null;
  const frames: Frame[] = [];
  for (let at = FILE_HEADER; at + RECORD_HEADER <= capture.length;) {
    const length = capture.readUInt32LE(at + 8);
    frames.push({
      seconds: capture.readUInt32LE(at),
      micros: capture.readUInt32LE(at + 4),
      wireLength: capture.readUInt32LE(at + 12),
      bytes: capture.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length),
    });
    at += RECORD_HEADER + length;
  }
  return frames;
}

/** A pcap of these frames. */
export function writeFrames(frames: readonly Frame[], { nanoseconds = false } = {}): Buffer {
  const header = Buffer.alloc(FILE_HEADER);
  header.writeUInt32LE(nanoseconds ? MAGIC_NANOS : MAGIC_MICROS, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(ETHERNET, 20);
  const records = frames.flatMap(({ seconds, micros, wireLength, bytes }) => {
    const record = Buffer.alloc(RECORD_HEADER);
    record.writeUInt32LE(seconds, 0);
    record.writeUInt32LE(nanoseconds ? micros * 1_000 : micros, 4);
    record.writeUInt32LE(bytes.length, 8);
    record.writeUInt32LE(wireLength, 12);
    return [record, bytes];
  });
  return Buffer.concat([header, ...records]);
}

/** New names for what a capture names: addresses as bytes, 4 or 16 of them. */
export interface Naming {
  address(address: Buffer): Buffer;
  port(port: number): number;
}

const VLAN_TAGS: readonly number[] = [0x8100, 0x88a8, 0x9100];
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const TCP = 6;
const ICMP = 1;
const ICMPV6 = 58;
/** Hop-by-hop, routing, fragment and destination options, which stand before TCP. */
const EXTENSIONS: readonly number[] = [0, 43, 44, 60];

/** The frame under new names, in what ICMP errors quote as well. Checksums are left as they were. */
export function renameFrame(frame: Frame, naming: Naming): Frame {
  const bytes = Buffer.from(frame.bytes);
  const { type, at } = networkLayer(bytes);
  if (type === IPV4 || type === IPV6) renamePacket(bytes, at, naming);
  return { ...frame, bytes };
}

/** In a VLAN. */
export function tagFrame(frame: Frame, vlan: number): Frame {
  const tag = Buffer.from([0x81, 0x00, vlan >> 8, vlan & 255]);
  const bytes = Buffer.concat([frame.bytes.subarray(0, 12), tag, frame.bytes.subarray(12)]);
  return { ...frame, wireLength: frame.wireLength + 4, bytes };
}

/** TCP flags of the frame, -1 when it holds none. */
export function flagsOf({ bytes }: Frame): number {
  const { type, at } = networkLayer(bytes);
  if (type !== IPV4 && type !== IPV6) return -1;
  const { protocol, payload } = transportLayer(bytes, at);
  return protocol === TCP && payload + 13 < bytes.length ? bytes[payload + 13] : -1;
}

/** The names that a capture uses, each once. */
export function namesIn(frames: readonly Frame[]): { addresses: Buffer[]; ports: number[] } {
  const addresses = new Map<string, Buffer>();
  const ports = new Set<number>();
  const collect: Naming = {
    address: (address) => {
      addresses.set(address.toString("hex"), Buffer.from(address));
      return address;
    },
    port: (port) => {
      ports.add(port);
      return port;
    },
  };
  for (const frame of frames) renameFrame(frame, collect);
  return { addresses: [...addresses.values()], ports: [...ports] };
}

function networkLayer(bytes: Buffer): { type: number; at: number } {
  let at = 12;
  while (at + 2 <= bytes.length && VLAN_TAGS.includes(bytes.readUInt16BE(at))) at += 4;
  return at + 2 > bytes.length ? { type: 0, at: 0 } : { type: bytes.readUInt16BE(at), at: at + 2 };
}

function transportLayer(bytes: Buffer, at: number): { protocol: number; payload: number } {
  if (bytes[at] >> 4 === 4) return { protocol: bytes[at + 9], payload: at + (bytes[at] & 15) * 4 };
  let protocol = bytes[at + 6];
  let payload = at + 40;
  while (EXTENSIONS.includes(protocol) && payload + 2 <= bytes.length) {
    const length = protocol === 44 ? 8 : (bytes[payload + 1] + 1) * 8;
    protocol = bytes[payload];
    payload += length;
  }
  return { protocol, payload };
}

function renamePacket(bytes: Buffer, at: number, naming: Naming): void {
  const [first, length] = bytes[at] >> 4 === 4 ? [12, 4] : [8, 16];
  if (at + first + 2 * length > bytes.length) return;
  for (const place of [at + first, at + first + length]) {
    naming.address(bytes.subarray(place, place + length)).copy(bytes, place);
  }
  const { protocol, payload } = transportLayer(bytes, at);
  if (protocol === TCP) {
    for (const place of [payload, payload + 2]) {
      if (place + 2 <= bytes.length) bytes.writeUInt16BE(naming.port(bytes.readUInt16BE(place)), place);
    }
  }
  const isError =
    protocol === ICMP ? [3, 11, 12].includes(bytes[payload]) : protocol === ICMPV6 && bytes[payload] < 128;
  if (isError && payload + 8 < bytes.length) renamePacket(bytes, payload + 8, naming);
}
