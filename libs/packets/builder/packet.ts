import { addChecksum } from "../checksum.ts";
import { ipv4Bytes, ipv6Bytes, join, u16, u24, u32 } from "./bytes.ts";
import { fillChecksum, tcpBytes, type TcpFields } from "./tcp.ts";

export interface Ipv4Fields {
  readonly src: string;
  readonly dst: string;
  readonly ttl?: number;
  readonly id?: number;
  readonly tos?: number;
  readonly dontFragment?: boolean;
  /** Bytes that precede this fragment, and whether others follow. */
  readonly fragment?: { readonly offset: number; readonly more: boolean };
  readonly options?: readonly number[];
  /** Said instead of the true length. */
  readonly totalLength?: number;
  readonly protocol?: number;
}

export interface Ipv6Fields {
  readonly src: string;
  readonly dst: string;
  readonly hopLimit?: number;
  readonly trafficClass?: number;
  /** Extension headers before the payload: number and the bytes behind the two of next header and length. */
  readonly extensions?: readonly { readonly header: number; readonly body: readonly number[] }[];
  readonly payloadLength?: number;
  readonly nextHeader?: number;
}

/** Protocol numbers that the layers above name this one by. */
interface Names {
  readonly etherType?: number;
  readonly ipProtocol?: number;
  readonly ppp?: number;
}

const ICMP = 1;
const TCP = 6;
const UDP = 17;
const IPV4: Names = { etherType: 0x0800, ipProtocol: 4, ppp: 0x0021 };
const IPV6: Names = { etherType: 0x86dd, ipProtocol: 41, ppp: 0x0057 };

/**
 * Builds a packet from the inside out: each call wraps what is there.
 * `packet().tcp({…}).ipv4({ src, dst }).vlan(7).ethernet().bytes`. Lengths, checksums and protocol numbers follow.
 */
export class PacketBuilder {
  readonly bytes: Uint8Array;
  readonly #names: Names;

  constructor(bytes: Uint8Array = new Uint8Array(0), names: Names = {}) {
    this.bytes = bytes;
    this.#names = names;
  }

  tcp(fields: TcpFields): PacketBuilder {
    return new PacketBuilder(join(tcpBytes(fields), this.bytes), { ipProtocol: TCP });
  }

  udp(srcPort: number, dstPort: number): PacketBuilder {
    const header = [...u16(srcPort), ...u16(dstPort), ...u16(8 + this.bytes.length), 0, 0];
    return new PacketBuilder(join(header, this.bytes), { ipProtocol: UDP });
  }

  /** An ICMP error of IPv4 that quotes the packet so far, or its first `quoted` bytes. */
  icmpError(type: number, code: number, quoted = this.bytes.length): PacketBuilder {
    const bytes = join([type, code, 0, 0, 0, 0, 0, 0], this.bytes.subarray(0, quoted));
    bytes.set(u16(~addChecksum(0, bytes, 0, bytes.length)), 2);
    return new PacketBuilder(bytes, { ipProtocol: ICMP });
  }

  /** An ICMPv6 error, as `icmpError`. */
  icmpv6Error(type: number, code: number, quoted = this.bytes.length): PacketBuilder {
    return new PacketBuilder(join([type, code, 0, 0, 0, 0, 0, 0], this.bytes.subarray(0, quoted)), { ipProtocol: 58 });
  }

  ipv4(fields: Ipv4Fields): PacketBuilder {
    const { src, dst, fragment, options = [] } = fields;
    const addresses = [...ipv4Bytes(src), ...ipv4Bytes(dst)];
    const protocol = fields.protocol ?? this.#names.ipProtocol ?? 255;
    const payload = this.bytes.slice();
    if (protocol === TCP && fragment === undefined && payload.length >= 20) fillChecksum(payload, 16, TCP, addresses);
    const headerLength = 20 + options.length;
    const flags = (fragment?.more === true ? 0x2000 : 0) | (fields.dontFragment === true ? 0x4000 : 0);
    const header = Uint8Array.from([
      0x40 | (headerLength / 4),
      fields.tos ?? 0,
      ...u16(fields.totalLength ?? headerLength + payload.length),
      ...u16(fields.id ?? 0),
      ...u16(flags | ((fragment?.offset ?? 0) >> 3)),
      fields.ttl ?? 64,
      protocol,
      0,
      0,
      ...addresses,
      ...options,
    ]);
    header.set(u16(~addChecksum(0, header, 0, headerLength)), 10);
    return new PacketBuilder(join(header, payload), IPV4);
  }

  ipv6(fields: Ipv6Fields): PacketBuilder {
    const addresses = [...ipv6Bytes(fields.src), ...ipv6Bytes(fields.dst)];
    const extensions = fields.extensions ?? [];
    let next = fields.nextHeader ?? this.#names.ipProtocol ?? 59;
    const inner = this.bytes.slice();
    const isFragment = extensions.some((extension) => extension.header === 44);
    if (next === TCP && !isFragment && inner.length >= 20) fillChecksum(inner, 16, TCP, addresses);
    let payload: Uint8Array = inner;
    for (const { header, body } of extensions.toReversed()) {
      // Fragment headers have a fixed length and say 0; the authentication header counts words, less 2; others octets of 8, less 1.
      const length = header === 44 ? 0 : header === 51 ? (body.length + 2) / 4 - 2 : (body.length + 2) / 8 - 1;
      payload = join([next, length, ...body], payload);
      next = header;
    }
    const trafficClass = fields.trafficClass ?? 0;
    const header = [
      0x60 | (trafficClass >> 4),
      (trafficClass & 15) << 4,
      0,
      0,
      ...u16(fields.payloadLength ?? payload.length),
    ];
    return new PacketBuilder(join(header, [next, fields.hopLimit ?? 64], addresses, payload), IPV6);
  }

  ethernet(etherType = this.#names.etherType ?? 0xffff): PacketBuilder {
    const header = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, ...u16(etherType)];
    return new PacketBuilder(join(header, this.bytes), { etherType: 0x6558 });
  }

  /** Pads an Ethernet frame to the 60 bytes that go on the wire. */
  padded(): PacketBuilder {
    return new PacketBuilder(join(this.bytes, new Uint8Array(Math.max(0, 60 - this.bytes.length))), this.#names);
  }

  /** A VLAN tag: 0x8100, or 0x88a8 for an outer one of 802.1ad. */
  vlan(id: number, tag = 0x8100): PacketBuilder {
    const header = [...u16(id), ...u16(this.#names.etherType ?? 0xffff)];
    return new PacketBuilder(join(header, this.bytes), { etherType: tag });
  }

  mpls(...labels: number[]): PacketBuilder {
    const stack = labels.flatMap((label, index) => u32((label << 12) | (index === labels.length - 1 ? 0x100 : 0) | 64));
    return new PacketBuilder(join(stack, this.bytes), { etherType: 0x8847 });
  }

  pppoe(session = 1): PacketBuilder {
    const header = [0x11, 0, ...u16(session), ...u16(this.bytes.length + 2), ...u16(this.#names.ppp ?? 0xc021)];
    return new PacketBuilder(join(header, this.bytes), { etherType: 0x8864 });
  }

  /** PPP in HDLC-like framing, address and control included. */
  ppp(): PacketBuilder {
    return new PacketBuilder(join([0xff, 3, ...u16(this.#names.ppp ?? 0xc021)], this.bytes));
  }

  /** BSD null in little-endian order, or loop in network order. */
  loopback(order: "little" | "big" = "little"): PacketBuilder {
    const family = this.#names === IPV6 ? 30 : 2;
    return new PacketBuilder(join(order === "little" ? [family, 0, 0, 0] : u32(family), this.bytes));
  }

  sll(): PacketBuilder {
    const header = [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, ...u16(this.#names.etherType ?? 0xffff)];
    return new PacketBuilder(join(header, this.bytes));
  }

  sll2(interfaceIndex = 1): PacketBuilder {
    const header = [...u16(this.#names.etherType ?? 0xffff), 0, 0, ...u32(interfaceIndex), 0, 1, 0, 6];
    return new PacketBuilder(join(header, [2, 0, 0, 0, 0, 1, 0, 0], this.bytes));
  }

  /** An 802.11 data frame (QoS on demand) with LLC and SNAP. */
  wlan(qos = false): PacketBuilder {
    const header = [qos ? 0x88 : 8, 1, 0, 0, ...Array.from({ length: 18 }, () => 2), 0, 0, ...(qos ? [0, 0] : [])];
    const snap = [0xaa, 0xaa, 3, 0, 0, 0, ...u16(this.#names.etherType ?? 0xffff)];
    return new PacketBuilder(join(header, snap, this.bytes));
  }

  radiotap(): PacketBuilder {
    return new PacketBuilder(join([0, 0, 8, 0, 0, 0, 0, 0], this.bytes));
  }

  gre(fields: { readonly key?: number; readonly sequence?: number; readonly checksum?: boolean } = {}): PacketBuilder {
    const { key, sequence, checksum = false } = fields;
    const flags = (checksum ? 0x8000 : 0) | (key === undefined ? 0 : 0x2000) | (sequence === undefined ? 0 : 0x1000);
    const header = [...u16(flags), ...u16(this.#names.etherType ?? 0xffff), ...(checksum ? [0, 0, 0, 0] : [])];
    const rest = [...(key === undefined ? [] : u32(key)), ...(sequence === undefined ? [] : u32(sequence))];
    return new PacketBuilder(join(header, rest, this.bytes), { ipProtocol: 47 });
  }

  /** ERSPAN type II (GRE with sequence) or III around an Ethernet frame. */
  erspan(type: 2 | 3 = 2): PacketBuilder {
    const header = type === 2 ? [0x10, 0, 0, 1, 0, 0, 0, 0] : [0x20, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
    const names = { etherType: type === 2 ? 0x88be : 0x22eb };
    return new PacketBuilder(join(header, this.bytes), names).gre({ sequence: 1 });
  }

  /** VXLAN around an Ethernet frame, with its UDP header. */
  vxlan(network: number): PacketBuilder {
    return new PacketBuilder(join([8, 0, 0, 0, ...u24(network), 0], this.bytes)).udp(49_152, 4789);
  }

  /** Geneve around an Ethernet frame or an IP packet, with its UDP header. `options` is a multiple of 4 bytes. */
  geneve(network: number, options: readonly number[] = []): PacketBuilder {
    const header = [options.length / 4, 0, ...u16(this.#names.etherType ?? 0x6558), ...u24(network), 0];
    return new PacketBuilder(join(header, options, this.bytes)).udp(49_152, 6081);
  }

  /** GTP-U (user plane, version 1) around an IP packet, with its UDP header. */
  gtp(tunnel: number, sequence?: number): PacketBuilder {
    const optional = sequence === undefined ? [] : [...u16(sequence), 0, 0];
    const header = [
      sequence === undefined ? 0x30 : 0x32,
      255,
      ...u16(this.bytes.length + optional.length),
      ...u32(tunnel),
    ];
    return new PacketBuilder(join(header, optional, this.bytes)).udp(2152, 2152);
  }
}

/** The empty packet that everything is wrapped around. */
export function packet(payload?: Uint8Array): PacketBuilder {
  return new PacketBuilder(payload);
}
