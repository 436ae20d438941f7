import { describe, expect, test } from "vitest";

import { packet, PacketBuilder, PcapBuilder, readBack } from "../builder.ts";

const v4 = () =>
  packet().tcp({ srcPort: 1000, dstPort: 80, seq: 5, flags: "R" }).ipv4({ src: "10.0.0.1", dst: "10.0.0.2" });
const v6 = () => packet().tcp({ srcPort: 1000, dstPort: 80, seq: 5, flags: "R" }).ipv6({ src: "::1", dst: "::2" });
const read = (linkType: number, built: PacketBuilder | Uint8Array, snapLength = 65_535) =>
  readBack(new PcapBuilder({ linkType, snapLength }).add(0, built).bytes());
/** Bytes in front of the packet. */
const behind = (head: readonly number[], built: PacketBuilder) =>
  new PacketBuilder(Uint8Array.from([...head, ...built.bytes]));

const snap = [0xaa, 0xaa, 3, 0, 0, 0, 8, 0];
const juniper = [0x4d, 0x47, 0x43];
const links: { name: string; linkType: number; built: PacketBuilder }[] = [
  { name: "Ethernet", linkType: 1, built: v4().ethernet() },
  { name: "Ethernet with IPv6", linkType: 1, built: v6().ethernet() },
  { name: "IEEE 802.3 with LLC and SNAP", linkType: 1, built: behind(snap, v4()).ethernet(60) },
  { name: "IEEE 802.3 with IP's own LLC", linkType: 1, built: behind([6, 6, 3], v4()).ethernet(60) },
  { name: "VLAN", linkType: 1, built: v4().vlan(7).ethernet() },
  { name: "QinQ", linkType: 1, built: v4().vlan(7).vlan(8, 0x88a8).ethernet() },
  { name: "old QinQ", linkType: 1, built: v4().vlan(7).vlan(8, 0x9100).vlan(9, 0x9200).ethernet() },
  { name: "four VLANs", linkType: 1, built: v6().vlan(1).vlan(2).vlan(3).vlan(4).ethernet() },
  { name: "VN-Tag", linkType: 1, built: behind([0, 0, 0, 0, 8, 0], v4()).ethernet(0x8926) },
  { name: "E-tag", linkType: 1, built: behind([0, 0, 0, 0, 0, 0, 8, 0], v4()).ethernet(0x893f) },
  { name: "provider backbone", linkType: 1, built: behind([0, 0, 0, 9], v4().ethernet()).ethernet(0x88e7) },
  { name: "FabricPath", linkType: 1, built: behind([0, 9], v4().vlan(7).ethernet()).ethernet(0x8903) },
  { name: "Cisco MetaData", linkType: 1, built: behind([1, 1, 0, 1, 0, 5, 8, 0], v4()).ethernet(0x8909) },
  { name: "MPLS", linkType: 1, built: v4().mpls(16).ethernet() },
  { name: "three MPLS labels over IPv6", linkType: 1, built: v6().mpls(16, 17, 18).ethernet() },
  { name: "Ethernet pseudowire", linkType: 1, built: v4().ethernet().mpls(16).ethernet() },
  {
    name: "Ethernet pseudowire with control word",
    linkType: 1,
    built: behind([0, 0, 0, 1], v4().ethernet()).mpls(16).ethernet(),
  },
  { name: "PPPoE", linkType: 1, built: v4().pppoe().ethernet() },
  { name: "PPPoE in two VLANs", linkType: 1, built: v6().pppoe().vlan(3).vlan(4).ethernet() },
  { name: "Linux cooked", linkType: 113, built: v4().sll() },
  { name: "Linux cooked with VLAN", linkType: 113, built: v4().vlan(4).sll() },
  { name: "Linux cooked version 2", linkType: 276, built: v6().sll2() },
  { name: "null, little-endian", linkType: 0, built: v4().loopback("little") },
  { name: "null, big-endian", linkType: 0, built: v6().loopback("big") },
  { name: "loop", linkType: 108, built: v4().loopback("big") },
  { name: "raw IP", linkType: 101, built: v4() },
  { name: "raw IPv6 by the old number", linkType: 12, built: v6() },
  { name: "IPv4", linkType: 228, built: v4() },
  { name: "IPv6", linkType: 229, built: v6() },
  { name: "PPP", linkType: 9, built: v4().ppp() },
  { name: "PPP with compressed header and protocol", linkType: 9, built: behind([0x21], v4()) },
  { name: "PPP without address and control", linkType: 50, built: behind([0, 0x57], v6()) },
  { name: "PPP with its direction", linkType: 204, built: behind([1], v4().ppp()) },
  { name: "PPP with its direction, without address and control", linkType: 204, built: behind([0, 0, 0x57], v6()) },
  { name: "PPPoE without Ethernet", linkType: 51, built: v6().pppoe() },
  { name: "PPPoE with compressed protocol", linkType: 51, built: behind([0x11, 0, 0, 1, 0, 41, 0x21], v4()) },
  {
    name: "PPPoE with compressed protocol over IPv6",
    linkType: 1,
    built: behind([0x11, 0, 0, 1, 0, 61, 0x57], v6()).ethernet(0x8864),
  },
  { name: "Cisco HDLC", linkType: 104, built: behind([0x0f, 0, 8, 0], v4()) },
  { name: "Cisco HDLC that says PPP", linkType: 9, built: behind([0x8f, 0, 8, 0], v4()) },
  { name: "802.11", linkType: 105, built: v4().wlan() },
  { name: "802.11 with QoS", linkType: 105, built: v6().wlan(true) },
  { name: "radiotap", linkType: 127, built: v4().wlan().radiotap() },
  { name: "radiotap with padded header", linkType: 127, built: padded(v4().wlan(true)) },
  { name: "PPI", linkType: 192, built: behind([0, 0, 12, 0, 105, 0, 0, 0, 9, 9, 9, 9], v4().wlan()) },
  { name: "PKTAP", linkType: 258, built: behind([12, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], v4().ethernet()) },
  { name: "netfilter log", linkType: 239, built: behind([2, 0, 0, 0, 6, 0, 10, 0, 1, 1, 0, 0, 44, 0, 9, 0], v4()) },
  { name: "FDDI", linkType: 10, built: behind([0x50, ...Array.from({ length: 12 }, () => 0), ...snap], v4()) },
  { name: "ATM", linkType: 100, built: behind(snap, v4()) },
  { name: "ARCNET", linkType: 129, built: behind([1, 2, 0, 0, 0xd4, 0, 0, 1], v4()) },
  { name: "Juniper Ethernet", linkType: 178, built: behind([...juniper, 0x80, 0, 2, 1, 1], v4().ethernet()) },
  { name: "Juniper Ethernet without link header", linkType: 178, built: behind([...juniper, 2], v4()) },
];

/** Radiotap with clock and flags, of which one tells that the 802.11 header is padded to a multiple of 4. */
function padded(wlan: PacketBuilder): PacketBuilder {
  const head = [0, 0, 17, 0, 3, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0x20];
  return new PacketBuilder(Uint8Array.from([...head, ...wlan.bytes.subarray(0, 26), 0, 0, ...wlan.bytes.subarray(26)]));
}

describe.each(links)("$name", ({ linkType, built }) => {
  test("is read", () => {
    const { segments, counters } = read(linkType, built);
    expect(counters).toMatchObject({ packets: 1, tcp: 1 });
    expect(segments[0]).toMatchObject({ srcPort: 1000, dstPort: 80, seq: 5, flags: 4, payloadLength: 0 });
  });

  test("is truncated wherever the snapshot length cuts before the TCP flags", () => {
    const flags = built.bytes.length - 20 + 14;
    for (let cut = 0; cut < flags; cut++) {
      const { counters } = read(linkType, built, cut);
      expect(counters, `cut at ${cut}`).toMatchObject({ tcp: 0, truncated: 1, malformed: 0 });
    }
  });

  test("says nothing false where the frame itself ends early", () => {
    for (let end = 0; end < built.bytes.length - 20; end++) {
      const { counters } = read(linkType, built.bytes.subarray(0, end));
      expect(counters, `ends at ${end}`).toMatchObject({ packets: 1, tcp: 0, truncated: 0 });
    }
  });
});

const refused: { name: string; linkType: number; built: PacketBuilder; outcome: object }[] = [
  { name: "PPPoE discovery", linkType: 1, built: v4().ethernet(0x8863), outcome: { notTcp: 1 } },
  {
    name: "PPPoE of another version",
    linkType: 1,
    built: behind([0x21, 0, 0, 1, 0, 42, 0, 0x21], v4()).ethernet(0x8864),
    outcome: { unsupported: 1 },
  },
  {
    name: "PPPoE length below its protocol",
    linkType: 1,
    built: behind([0x11, 0, 0, 1, 0, 1, 0, 0x21], v4()).ethernet(0x8864),
    outcome: { malformed: 1 },
  },
  {
    name: "MPLS without a bottom",
    linkType: 1,
    built: packet(new Uint8Array(400)).ethernet(0x8847),
    outcome: { unsupported: 1 },
  },
  { name: "PPP control", linkType: 9, built: behind([0xff, 3, 0xc0, 0x21], v4()), outcome: { notTcp: 1 } },
  {
    name: "a netlink message, cooked",
    linkType: 113,
    built: behind([0, 0, 3, 0x38, ...Array.from({ length: 12 }, () => 0)], v4()),
    outcome: { notTcp: 1 },
  },
  { name: "encrypted 802.11", linkType: 105, built: changed(v4().wlan(), 1, 0x41), outcome: { notTcp: 1 } },
  { name: "an 802.11 beacon", linkType: 105, built: changed(v4().wlan(), 0, 0x80), outcome: { notTcp: 1 } },
  { name: "an 802.11 fragment", linkType: 105, built: changed(v4().wlan(), 22, 1), outcome: { unsupported: 1 } },
  { name: "null of both orders at once", linkType: 0, built: behind([2, 0, 0, 2], v4()), outcome: { unsupported: 1 } },
  { name: "AppleTalk in null", linkType: 0, built: behind([16, 0, 0, 0], v4()), outcome: { notTcp: 1 } },
  {
    name: "PPI around an unknown link",
    linkType: 192,
    built: behind([0, 0, 8, 0, 227, 0, 0, 0], v4()),
    outcome: { unsupported: 1 },
  },
  {
    name: "forty VLANs",
    linkType: 1,
    built: Array.from({ length: 40 })
      .reduce<PacketBuilder>((inner) => inner.vlan(5), v4())
      .ethernet(),
    outcome: { unsupported: 1 },
  },
];

function changed(built: PacketBuilder, at: number, value: number): PacketBuilder {
  built.bytes[at] = value;
  return built;
}

test.each(refused)("$name is no segment", ({ linkType, built, outcome }) => {
  expect(read(linkType, built).counters).toMatchObject({ packets: 1, tcp: 0, ...outcome });
});

test("a link type that nobody decodes is named", () => {
  expect(() => read(227, v4())).toThrow(
    expect.objectContaining({ reason: "link_type", message: expect.stringContaining("CAN_SOCKETCAN") as string }),
  );
  expect(() => read(4711, v4())).toThrow(/link type 4711 is not decoded/);
});

const context = (built: PacketBuilder, options = {}) =>
  readBack(new PcapBuilder().add(0, built).bytes(), options).segments[0].context;

describe("context", () => {
  test("is 0 outside of VLANs, and in the priority tag that names none", () => {
    expect(context(v4().ethernet())).toBe(0);
    expect(context(v4().vlan(0).ethernet())).toBe(0);
    expect(context(v4().vlan(0x2000).ethernet())).toBe(0);
  });

  test("is equal for equal stacks whatever their tags and priorities", () => {
    expect(context(v4().vlan(7).ethernet())).toBe(context(v6().vlan(0xe007, 0x88a8).ethernet()));
    expect(context(v4().vlan(7).vlan(8).ethernet())).toBe(context(v4().vlan(7).vlan(0).vlan(8).ethernet()));
  });

  test("differs for other stacks", () => {
    const stacks = [
      v4(),
      v4().vlan(7),
      v4().vlan(8),
      v4().vlan(7).vlan(8),
      v4().vlan(8).vlan(7),
      v4().vlan(7).vlan(7),
      v4().vlan(1).vlan(7).vlan(8),
    ];
    expect(new Set(stacks.map((built) => context(built.ethernet()))).size).toBe(stacks.length);
  });

  test("is ignored on demand", () => {
    expect(context(v4().vlan(7).vlan(8).ethernet(), { ignoreContext: true })).toBe(0);
  });
});
