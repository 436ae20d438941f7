import { describe, expect, test } from "vitest";

import { packet, PacketBuilder, PcapBuilder, readBack } from "./builder.ts";

const outer4 = { src: "192.0.2.1", dst: "192.0.2.2", ttl: 200 };
const outer6 = { src: "2001:db8::a", dst: "2001:db8::b", hopLimit: 200 };
const inner4 = () =>
  packet().tcp({ srcPort: 1000, dstPort: 80, seq: 5, flags: "SA" }).ipv4({ src: "10.0.0.1", dst: "10.0.0.2", ttl: 9 });
const inner6 = () =>
  packet().tcp({ srcPort: 1000, dstPort: 80, seq: 5, flags: "SA" }).ipv6({ src: "::1", dst: "::2", hopLimit: 9 });
const behind = (head: readonly number[], built: PacketBuilder) =>
  new PacketBuilder(Uint8Array.from([...head, ...built.bytes]));
const read = (built: PacketBuilder, snapLength = 65_535) =>
  readBack(new PcapBuilder({ snapLength }).add(0, built.ethernet()).bytes());
/** A 802.11 frame whose control and sequence have their bytes swapped, as some access points send it. */
function swapped(wlan: PacketBuilder): PacketBuilder {
  const bytes = wlan.bytes.slice();
  bytes.set([wlan.bytes[1], wlan.bytes[0]], 0);
  bytes.set([7, 0], 22);
  return new PacketBuilder(bytes);
}
const capwap = [0, 0x10, 3, 0, 0, 0, 0, 0];

const tunnels: { name: string; built: PacketBuilder }[] = [
  { name: "IP in IP", built: inner4().ipv4(outer4) },
  { name: "6in4", built: inner6().ipv4(outer4) },
  { name: "IPv4 in IPv6", built: inner4().ipv6(outer6) },
  { name: "IPv6 in IPv6", built: inner6().ipv6(outer6) },
  { name: "GRE", built: inner4().gre().ipv4(outer4) },
  {
    name: "GRE with checksum, key and sequence",
    built: inner6().gre({ checksum: true, key: 7, sequence: 9 }).ipv6(outer6),
  },
  { name: "Ethernet in GRE", built: inner4().ethernet().gre({ key: 7 }).ipv4(outer4) },
  { name: "MPLS in GRE", built: inner4().mpls(16).gre().ipv4(outer4) },
  { name: "PPTP", built: ppp(inner4()) },
  { name: "WCCP version 2", built: gre([0, 0, 0x88, 0x3e, 0, 0, 0, 0], inner4()) },
  { name: "WCCP version 1", built: gre([0, 0, 0x88, 0x3e], inner4()) },
  { name: "wireless frames in GRE", built: gre([0, 0, 0x82, 0x10], inner4().wlan(true)) },
  { name: "ERSPAN type I", built: gre([0, 0, 0x88, 0xbe], inner4().ethernet()) },
  { name: "ERSPAN type II", built: inner4().ethernet().erspan(2).ipv4(outer4) },
  { name: "ERSPAN type III", built: inner4().vlan(4).ethernet().erspan(3).ipv4(outer4) },
  { name: "VXLAN", built: inner4().ethernet().vxlan(42).ipv4(outer4) },
  { name: "VXLAN over IPv6", built: inner6().ethernet().vxlan(42).ipv6(outer6) },
  {
    name: "VXLAN on Linux's old port",
    built: behind([8, 0, 0, 0, 0, 0, 42, 0], inner4().ethernet()).udp(40_000, 8472).ipv4(outer4),
  },
  { name: "VXLAN-GPE", built: behind([0x0c, 0, 0, 1, 0, 0, 42, 0], inner4()).udp(40_000, 4790).ipv4(outer4) },
  { name: "Geneve", built: inner4().ethernet().geneve(42).ipv4(outer4) },
  { name: "Geneve with options around IPv6", built: inner6().geneve(42, [1, 2, 3, 1, 0, 0, 0, 0]).ipv4(outer4) },
  { name: "GTP-U", built: inner4().gtp(99).ipv4(outer4) },
  { name: "GTP-U with sequence", built: inner6().gtp(99, 5).ipv4(outer4) },
  { name: "GTP-U with an extension", built: gtp([0, 0, 0, 0x85, 1, 0x10, 0, 0], inner4()) },
  { name: "CAPWAP around 802.11", built: behind(capwap, inner4().wlan()).udp(5247, 40_000).ipv4(outer4) },
  {
    name: "CAPWAP around swapped 802.11",
    built: behind(capwap, swapped(inner4().wlan())).udp(40_000, 5247).ipv4(outer4),
  },
  {
    name: "CAPWAP around Ethernet",
    built: behind([0, 0x10, 2, 0, 0, 0, 0, 0], inner4().ethernet()).udp(40_000, 5247).ipv4(outer4),
  },
  { name: "Ethernet in IP", built: behind([0x30, 0], inner4().ethernet()).ipv4({ ...outer4, protocol: 97 }) },
  {
    name: "MPLS in IP",
    built: inner4()
      .mpls(16)
      .ipv4({ ...outer4, protocol: 137 }),
  },
  {
    name: "VXLAN in GRE in QinQ",
    built: inner4().ethernet().vxlan(1).ipv4(outer4).ethernet().gre().ipv4(outer4).vlan(2).vlan(3),
  },
];

function gre(
  head: readonly number[],
  built: PacketBuilder,
  outer: { src: string; dst: string } = outer4,
): PacketBuilder {
  return behind(head, built).ipv4({ ...outer, protocol: 47 });
}

/** GRE version 1 with sequence and acknowledgment around PPP. */
function ppp(built: PacketBuilder, outer = { src: outer4.src, dst: outer4.dst }): PacketBuilder {
  return gre([0x30, 0x81, 0x88, 0x0b, 0, 46, 0, 9, 0, 0, 0, 1, 0, 0, 0, 1], built.ppp(), outer);
}

function gtp(optional: readonly number[], built: PacketBuilder): PacketBuilder {
  return behind([0x34, 255, 0, 48, 0, 0, 0, 1, ...optional], built)
    .udp(2152, 2152)
    .ipv4(outer4);
}

describe.each(tunnels)("$name", ({ built }) => {
  test("is read through", () => {
    const { segments, counters } = read(built);
    expect(counters).toMatchObject({ packets: 1, tcp: 1 });
    expect(segments[0]).toMatchObject({ srcPort: 1000, dstPort: 80, seq: 5, flags: 18, ttl: 9, payloadLength: 0 });
  });

  test("is truncated wherever the snapshot length cuts before the TCP flags", () => {
    for (let cut = 14; cut < built.bytes.length + 14 - 20 + 14; cut++) {
      expect(read(built, cut).counters, `cut at ${cut}`).toMatchObject({ tcp: 0, truncated: 1, malformed: 0 });
    }
  });
});

const others: { name: string; built: PacketBuilder; outcome: object }[] = [
  {
    name: "UDP to VXLAN's port without its flag",
    built: packet(new Uint8Array(60)).udp(1, 4789).ipv4(outer4),
    outcome: { notTcp: 1 },
  },
  {
    name: "something short on VXLAN's port",
    built: packet(new Uint8Array(3)).udp(1, 4789).ipv4(outer4),
    outcome: { notTcp: 1 },
  },
  {
    name: "Geneve control",
    built: behind([0, 0x80, 8, 0, 0, 0, 1, 0], inner4()).udp(1, 6081).ipv4(outer4),
    outcome: { notTcp: 1 },
  },
  {
    name: "GTP-U echo",
    built: behind([0x30, 1, 0, 0, 0, 0, 0, 0], inner4()).udp(2152, 2152).ipv4(outer4),
    outcome: { notTcp: 1 },
  },
  {
    name: "a GTP-U extension of no length",
    built: gtp([0, 0, 0, 0x85, 0, 0, 0, 0], inner4()),
    outcome: { malformed: 1 },
  },
  { name: "GRE of an unknown version", built: gre([0, 3, 8, 0], inner4()), outcome: { unsupported: 1 } },
  { name: "GRE with source routes", built: gre([0x40, 0, 8, 0], inner4()), outcome: { unsupported: 1 } },
  {
    name: "a bare PPTP acknowledgment",
    built: gre([0x20, 0x81, 0x88, 0x0b, 0, 0, 0, 9, 0, 0, 0, 1], packet()),
    outcome: { notTcp: 1 },
  },
  {
    name: "ERSPAN of an unknown type",
    built: gre([0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x70], inner4().ethernet()),
    outcome: { unsupported: 1 },
  },
  {
    name: "UDP shorter than its header",
    built: packet(new Uint8Array(5)).ipv4({ ...outer4, protocol: 17 }),
    outcome: { malformed: 1 },
  },
  {
    name: "forty tunnels",
    built: Array.from({ length: 40 }).reduce<PacketBuilder>((inner) => inner.ipv4(outer4), inner4()),
    outcome: { unsupported: 1 },
  },
];

test.each(others)("$name is no segment", ({ built, outcome }) => {
  expect(read(built).counters).toMatchObject({ packets: 1, tcp: 0, ...outcome });
});

const context = (built: PacketBuilder) => read(built).segments[0].context;

const nvgre = (subnet: number, flow: number, checksum = false) =>
  context(
    inner4()
      .ethernet()
      .gre({ key: subnet * 256 + flow, checksum })
      .ipv4(outer4),
  );
const service = (id: number) => context(behind([0, 0, 0, id], inner4().ethernet()).ethernet(0x88e7));

describe("context", () => {
  test("names the overlay network", () => {
    const vxlan = (network: number) => context(inner4().ethernet().vxlan(network).ipv4(outer4));
    expect(vxlan(1)).toBe(vxlan(1));
    expect(new Set([0, vxlan(1), vxlan(0xffffff), context(inner4().geneve(1).ipv4(outer4))]).size).toBe(4);
  });

  test("names the virtual subnet of NVGRE, whatever the flow, and the service of a provider's backbone", () => {
    expect(nvgre(5000, 1)).toBe(nvgre(5000, 2, true));
    expect(new Set([nvgre(5000, 1), nvgre(5001, 1), nvgre(0x7fffff, 1)]).size).toBe(3);
    expect(new Set([0, service(8), service(9)]).size).toBe(3);
  });

  test("names the two ends of a tunnel that has no such name, whichever of them sent", () => {
    const other = { src: "192.0.2.1", dst: "192.0.2.3" };
    const back = { src: outer4.dst, dst: outer4.src };
    const wraps: ((outer: { src: string; dst: string }) => PacketBuilder)[] = [
      (outer) => inner4().ipv4(outer),
      (outer) => inner6().ipv4(outer),
      (outer) => inner4().gre().ipv4(outer),
      (outer) => inner4().ethernet().gre({ key: 7 }).ipv4(outer),
      (outer) => ppp(inner4(), outer),
    ];
    for (const wrap of wraps) {
      expect(context(wrap(back))).toBe(context(wrap(outer4)));
      expect(new Set([0, context(wrap(outer4)), context(wrap(other))]).size).toBe(3);
    }
    expect(context(inner6().ipv6({ src: outer6.dst, dst: outer6.src }))).toBe(context(inner6().ipv6(outer6)));
  });

  test("is none in tunnels that carry what is elsewhere too, or whose ends move", () => {
    const carriers = [
      inner4().ethernet().erspan(2).ipv4(outer4),
      inner4().gtp(1).ipv4(outer4),
      gre([0, 0, 0x88, 0x3e], inner4()),
      gre([0, 0, 0x82, 0x10], inner4().wlan(true)),
    ];
    for (const built of carriers) expect(context(built)).toBe(0);
  });

  test("is the same in both directions of tunnels whose identifiers are one-way", () => {
    const ways = [
      [1, 2],
      [3, 4],
    ].map(([tunnel, label]) => [
      context(inner4().gtp(tunnel).ipv4(outer4)),
      context(inner4().mpls(label).gre({ key: tunnel }).ipv4(outer4)),
    ]);
    expect(ways[0]).toEqual(ways[1]);
  });
});
