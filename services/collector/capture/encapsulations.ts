import { packet, type PacketBuilder } from "@hangup/packets/builder";
import type { FilteredPacket } from "./bpf.ts";
import type { CaptureMode } from "./expression.ts";
import { COOKED, ETHERNET, type LinkType } from "./link.ts";

/** A way in which a TCP segment may travel. */
export interface Encapsulation {
  readonly name: string;
  /** Capture modes whose filter sees it; both unless told. What no filter sees is listed so that people know. */
  readonly seen?: "all" | "never";
  /** Everything from the network layer on, or from a tag on, around a segment of these flags. */
  readonly wrap: (flags: string) => PacketBuilder;
  /** VLAN tag that the kernel takes out of the frame. */
  readonly outerTag?: number;
  /** Only where the link has a place for it. */
  readonly only?: LinkType;
  /** Left out of a capture on `any`. */
  readonly isTunnel?: boolean;
}

const v4 = { src: "192.0.2.1", dst: "198.51.100.2" };
const v6 = { src: "2001:db8::1", dst: "2001:db8::2" };
const outer4 = { src: "203.0.113.1", dst: "203.0.113.2" };
const outer6 = { src: "2001:db8:1::1", dst: "2001:db8:1::2" };
const tcp = (flags: string): PacketBuilder =>
  packet().tcp({ srcPort: 40_000, dstPort: 443, seq: 1, ack: 1, flags, payload: flags === "A" ? 10 : 0 });
const in4 = (flags: string): PacketBuilder => tcp(flags).ipv4(v4);
const in6 = (flags: string): PacketBuilder => tcp(flags).ipv6(v6);

/** Extension headers that say nothing: hop by hop, routing, destination options, and a fragment header of a first fragment. */
const nothing = (header: number) => ({ header, body: [1, 4, 0, 0, 0, 0] });
const longer = (header: number) => ({ header, body: [1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] });
const firstFragment = { header: 44, body: [0, 1, 0, 0, 0, 7] };
const extended = (flags: string, extensions: readonly { header: number; body: readonly number[] }[]) =>
  tcp(flags).ipv6({ ...v6, extensions });

export const ENCAPSULATIONS: readonly Encapsulation[] = [
  { name: "IPv4", wrap: in4 },
  { name: "IPv4 with options", wrap: (flags) => tcp(flags).ipv4({ ...v4, options: [1, 1, 1, 1, 1, 1, 1, 0] }) },
  { name: "IPv4, first fragment", wrap: (flags) => tcp(flags).ipv4({ ...v4, fragment: { offset: 0, more: true } }) },
  { name: "IPv6", wrap: in6 },
  { name: "IPv6 with an extension header", wrap: (flags) => extended(flags, [longer(0)]) },
  { name: "IPv6 with two extension headers", wrap: (flags) => extended(flags, [nothing(0), longer(60)]) },
  {
    name: "IPv6 with three extension headers",
    seen: "all",
    wrap: (flags) => extended(flags, [0, 43, 60].map(nothing)),
  },
  { name: "IPv6, first fragment", wrap: (flags) => extended(flags, [firstFragment]) },
  {
    name: "IPv6, first fragment, with an extension header",
    wrap: (flags) => extended(flags, [nothing(0), firstFragment]),
  },
  { name: "VLAN", wrap: in4, outerTag: 7, only: ETHERNET },
  { name: "VLAN, tag still in the frame", wrap: (flags) => in6(flags).vlan(7), only: ETHERNET },
  { name: "two VLAN tags", wrap: (flags) => in4(flags).vlan(7), outerTag: 8, only: ETHERNET },
  {
    name: "two VLAN tags, both still in the frame",
    wrap: (flags) => in6(flags).vlan(7).vlan(8, 0x88a8),
    only: ETHERNET,
  },
  { name: "three VLAN tags", seen: "never", wrap: (flags) => in4(flags).vlan(7).vlan(8), outerTag: 9, only: ETHERNET },
  { isTunnel: true, name: "VXLAN", wrap: (flags) => in4(flags).ethernet().vxlan(42).ipv4(outer4) },
  { isTunnel: true, name: "VXLAN around IPv6", wrap: (flags) => in6(flags).ethernet().vxlan(42).ipv4(outer4) },
  { isTunnel: true, name: "VXLAN over IPv6", wrap: (flags) => in4(flags).ethernet().vxlan(42).ipv6(outer6) },
  {
    isTunnel: true,
    name: "VXLAN in a VLAN",
    wrap: (flags) => in4(flags).ethernet().vxlan(42).ipv4(outer4),
    outerTag: 7,
    only: ETHERNET,
  },
  { name: "VLAN in VXLAN", seen: "never", wrap: (flags) => in4(flags).vlan(7).ethernet().vxlan(42).ipv4(outer4) },
  { isTunnel: true, name: "Geneve", wrap: (flags) => in4(flags).ethernet().geneve(42).ipv4(outer4) },
  {
    isTunnel: true,
    name: "Geneve with options around IPv6",
    wrap: (flags) => in6(flags).geneve(42, [1, 2, 3, 1, 0, 0, 0, 0]).ipv4(outer4),
  },
  { isTunnel: true, name: "Geneve over IPv6", wrap: (flags) => in4(flags).geneve(42).ipv6(outer6) },
  { isTunnel: true, name: "GRE", wrap: (flags) => in4(flags).gre().ipv4(outer4) },
  {
    isTunnel: true,
    name: "GRE with checksum, key and sequence",
    wrap: (flags) => in6(flags).gre({ checksum: true, key: 7, sequence: 9 }).ipv4(outer4),
  },
  { isTunnel: true, name: "GRE over IPv6", wrap: (flags) => in4(flags).gre({ key: 7 }).ipv6(outer6) },
  { isTunnel: true, name: "Ethernet in GRE", wrap: (flags) => in4(flags).ethernet().gre({ key: 7 }).ipv4(outer4) },
  { isTunnel: true, name: "IP in IP", wrap: (flags) => in4(flags).ipv4(outer4) },
  { isTunnel: true, name: "IPv6 in IPv4", wrap: (flags) => in6(flags).ipv4(outer4) },
  { isTunnel: true, name: "IPv4 in IPv6", wrap: (flags) => in4(flags).ipv6(outer6) },
  { isTunnel: true, name: "IPv6 in IPv6", wrap: (flags) => in6(flags).ipv6(outer6) },
  { name: "ERSPAN", seen: "never", wrap: (flags) => in4(flags).ethernet().erspan(2).ipv4(outer4) },
  { name: "GTP-U", seen: "never", wrap: (flags) => in4(flags).gtp(99).ipv4(outer4) },
  { name: "MPLS", seen: "never", wrap: (flags) => in4(flags).mpls(16), only: ETHERNET },
  { name: "PPPoE", seen: "never", wrap: (flags) => in4(flags).pppoe(), only: ETHERNET },
];

/** Link types that have a place for the packets above; on others the self-test says nothing. */
const FRAMES: Readonly<Record<LinkType, (inner: PacketBuilder) => PacketBuilder>> = {
  [ETHERNET]: (inner) => inner.ethernet(),
  [COOKED]: (inner) => inner.sll2(),
  RAW: (inner) => inner,
};

/** The encapsulations that this link can carry. */
export function encapsulationsOf(link: LinkType): readonly Encapsulation[] {
  return link in FRAMES ? ENCAPSULATIONS.filter(({ only }) => only === undefined || only === link) : [];
}

/** A segment with these flags as the filter of such a link meets it. */
export function framed({ wrap, outerTag }: Encapsulation, link: LinkType, flags: string): FilteredPacket {
  return { bytes: FRAMES[link](wrap(flags)).bytes, vlanTag: outerTag };
}

/** Is the filter of this mode and link to see it? */
export function shouldSee({ seen, isTunnel }: Encapsulation, mode: CaptureMode, link: LinkType): boolean {
  if (isTunnel === true && link === COOKED) return false;
  return seen === undefined || seen === mode;
}
