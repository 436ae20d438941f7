import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { packet, type PacketBuilder, PcapngBuilder } from "@hangup/packets/builder";
import { afterAll, describe, expect, test } from "vitest";

import { seededRandom } from "../bench/random.ts";
import { compareWithTshark, hasTshark } from "./tshark.ts";

const PACKETS = 4000;
const random = seededRandom(11);
const below = (end: number): number => Math.floor(random() * end);
const maybe = <T>(value: T): T | undefined => (random() < 0.5 ? value : undefined);
const oneOf = <T>(...choices: readonly T[]): T => choices[below(choices.length)];

const v4 = (): { src: string; dst: string; ttl: number; id: number } => ({
  src: `10.0.${below(256)}.${1 + below(254)}`,
  dst: `192.0.2.${1 + below(254)}`,
  ttl: 1 + below(255),
  id: below(65_536),
});
const v6 = (): { src: string; dst: string; hopLimit: number } => ({
  src: `2001:db8::${(1 + below(65_535)).toString(16)}`,
  dst: `2001:db8:1::${(1 + below(65_535)).toString(16)}`,
  hopLimit: 1 + below(255),
});

/** A segment of any header. Its ports are those of no protocol that tshark would look for in its payload. */
function segment(): PacketBuilder {
  const options = {
    mss: maybe(below(65_536)),
    sackPermitted: random() < 0.5,
    timestamps: maybe({ value: below(2 ** 32), echo: below(2 ** 32) }),
    windowScale: maybe(below(15)),
    rawOptions: oneOf(undefined, [1, 1], [5, 10, 0, 0, 0, 1, 0, 0, 0, 9], [34, 10, 1, 2, 3, 4, 5, 6, 7, 8]),
  };
  const tcp = packet().tcp({
    srcPort: 40_000 + below(5000),
    dstPort: 50_000 + below(5000),
    seq: below(2 ** 32),
    ack: below(2 ** 32),
    flags: below(256),
    window: below(65_536),
    payload: oneOf(0, 0, 1, below(1400)),
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  });
  if (random() < 0.5) return tcp.ipv4({ ...v4(), options: oneOf([], [7, 4, 0, 0], [148, 4, 0, 0]) });
  const body = Array.from({ length: 6 }, () => 0);
  return tcp.ipv6({
    ...v6(),
    extensions: oneOf(
      [],
      [{ header: 0, body }],
      [0, 43, 60].map((header) => ({ header, body })),
    ),
  });
}

/** In up to two tunnels. */
function tunnelled(): PacketBuilder {
  let built = segment();
  for (let depth = below(3); depth > 0; depth--) {
    const inner = oneOf<(inside: PacketBuilder) => PacketBuilder>(
      (inside) => inside,
      (inside) => inside.gre({ key: below(100) }),
      (inside) => inside.ethernet().gre(),
      (inside) => inside.ethernet().vxlan(below(2 ** 24)),
      (inside) => inside.ethernet().geneve(below(2 ** 24), [1, 2, 3, 1, 0, 0, 0, 0]),
      (inside) => inside.gtp(below(2 ** 32), maybe(below(65_536))),
      (inside) =>
        inside
          .vlan(1 + below(4094))
          .ethernet()
          .erspan(2),
    )(built);
    built = random() < 0.5 ? inner.ipv4(v4()) : inner.ipv6(v6());
  }
  return built;
}

function tagged(): PacketBuilder {
  let built = random() < 0.2 ? tunnelled().mpls(16 + below(1000), 16 + below(1000)) : tunnelled();
  if (random() < 0.1) built = segment().pppoe();
  for (let tags = below(3); tags > 0; tags--) built = built.vlan(1 + below(4094), tags === 1 ? 0x8100 : 0x88a8);
  return built;
}

/** Each an interface of one capture: tshark takes long to start. */
const links: readonly { readonly linkType: number; readonly build: () => PacketBuilder }[] = [
  { linkType: 1, build: () => tagged().ethernet() },
  { linkType: 113, build: () => tagged().sll() },
  { linkType: 276, build: () => tagged().sll2() },
  { linkType: 0, build: () => tunnelled().loopback() },
  { linkType: 108, build: () => tunnelled().loopback("big") },
  { linkType: 101, build: tunnelled },
  { linkType: 9, build: () => tunnelled().ppp() },
  { linkType: 105, build: () => tunnelled().wlan(random() < 0.5) },
  {
    linkType: 127,
    build: () =>
      tunnelled()
        .wlan(random() < 0.5)
        .radiotap(),
  },
];

describe.skipIf(!hasTshark)("beside tshark", { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "hangup-tshark-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  const recorded = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" });
  test.each(recorded.filter((name) => /capture\.pcap(ng)?$/.test(name)))("%s is read alike", (name) => {
    const path = join(import.meta.dirname, name);
    const { segments, fields, differences } = compareWithTshark(path, readFileSync(path));
    expect(differences).toEqual([]);
    expect(segments).toBeGreaterThan(5);
    expect(fields).toBeGreaterThan(10 * segments);
  });

  test("every link type is read alike, whatever it carries", () => {
    const capture = new PcapngBuilder().section();
    for (const { linkType } of links) capture.interface({ linkType });
    for (let i = 0; i < PACKETS; i++) {
      const link = i % links.length;
      capture.packet(link, 1.7e15 + i, links[link].build());
    }
    const path = join(folder, "generated.pcapng");
    writeFileSync(path, capture.bytes());
    const { segments, differences } = compareWithTshark(path, capture.bytes());
    expect(differences).toEqual([]);
    expect(segments).toBe(PACKETS);
  });
});
