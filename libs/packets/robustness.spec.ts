import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { packet, type PacketBuilder, PcapBuilder, PcapngBuilder } from "./builder.ts";
import { CaptureError } from "./capture-error.ts";
import { CaptureDecoder } from "./decoder.ts";
import { Segment } from "./segment.ts";

const v4 = { src: "10.0.0.1", dst: "10.0.0.2" };
const v6 = { src: "2001:db8::1", dst: "2001:db8::2" };
const tcp = () =>
  packet().tcp({
    srcPort: 1000,
    dstPort: 80,
    seq: 7,
    flags: "SA",
    mss: 1460,
    timestamps: { value: 1 },
    payload: "hello",
  });
const destination = [{ header: 60, body: [0, 0, 0, 0, 0, 0] }];
/** Something of everything that the decoder knows, on Ethernet. */
const packets: readonly PacketBuilder[] = [
  tcp().ipv4(v4).ethernet(),
  tcp()
    .ipv6({ ...v6, extensions: destination })
    .vlan(4)
    .vlan(5)
    .ethernet(),
  tcp().ipv4(v4).icmpError(3, 1).ipv4(v4).ethernet(),
  tcp().ipv4(v4).pppoe().ethernet(),
  tcp().ipv4(v4).mpls(1, 2).ethernet(),
  tcp().ipv4(v4).ethernet().vxlan(5).ipv4(v4).ethernet(),
  tcp().ipv6(v6).geneve(5, [1, 2, 3, 4]).ipv4(v4).ethernet(),
  tcp().ipv4(v4).gtp(5, 6).ipv6(v6).ethernet(),
  tcp().ipv4(v4).ethernet().erspan(3).ipv4(v4).ethernet(),
  tcp().ipv4(v4).gre({ key: 1, sequence: 2 }).ipv4(v4).ethernet(),
  packet(tcp().bytes.slice(0, 24))
    .ipv4({ ...v4, protocol: 6, fragment: { offset: 0, more: true } })
    .ethernet(),
  packet(tcp().bytes.slice(24))
    .ipv4({ ...v4, protocol: 6, fragment: { offset: 24, more: false } })
    .ethernet(),
];
const wireless = tcp().ipv4(v4).wlan(true).radiotap();

const pcap = new PcapBuilder();
const pcapng = new PcapngBuilder()
  .section()
  .interface({ resolution: 9, offsetSeconds: 1 })
  .interface({ linkType: 127 });
for (const [index, built] of packets.entries()) {
  pcap.add(1.7e15 + index, built);
  pcapng.packet(0, 17n * 10n ** 17n, built);
}
pcapng.packet(1, 0, wireless).oldPacket(0, 0, packets[0]).simplePacket(packets[1]).statistics(0, 1, 2);
const captures = [
  { name: "pcap", bytes: pcap.bytes() },
  { name: "pcapng", bytes: pcapng.bytes() },
];
const KINDS = Object.entries(new Segment()).map(([name, value]) => [name, typeof value] as const);

/** What is wrong with a segment: its fields must be what they say they are. */
function faultOf(segment: Segment): string {
  for (const [name, kind] of KINDS) {
    const value: unknown = segment[name as keyof Segment];
    if (typeof value !== kind || Number.isNaN(value)) return `${name} is ${String(value)}`;
  }
  const { payloadOffset, payloadCaptured, payloadLength, buffer } = segment;
  if (payloadCaptured < 0 || payloadCaptured > payloadLength) return "payload captured beyond its length";
  if (payloadCaptured > 0 && payloadOffset + payloadCaptured > buffer.length) return "payload beyond its buffer";
  if (segment.srcPort > 65_535 || segment.flags > 255 || segment.ttl > 255) return "a field beyond its width";
  return "";
}

/** Decodes anything. Answers the counters, or the CaptureError that is allowed; all else is a fault and throws. */
function survive(capture: Uint8Array, chunk = Math.max(1, capture.length)): string {
  const decoder = new CaptureDecoder((segment) => {
    const fault = faultOf(segment);
    if (fault !== "") throw new Error(fault);
  });
  try {
    for (let at = 0; at < capture.length; at += chunk) decoder.push(capture.subarray(at, at + chunk));
    decoder.end();
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return error.message;
  }
  const {
    packets: all,
    tcp: found,
    notTcp,
    truncated,
    malformed,
    unsupported,
    fragments,
    badChecksum,
  } = decoder.counters;
  if (found + notTcp + truncated + malformed + unsupported + fragments + badChecksum !== all)
    throw new Error("a packet uncounted");
  return JSON.stringify(decoder.counters);
}

describe.each(captures)("$name", ({ bytes }) => {
  test("any prefix is survived", () => {
    const outcomes = new Set<string>();
    for (let end = 0; end <= bytes.length; end++) outcomes.add(survive(bytes.subarray(0, end)));
    expect(outcomes.size).toBeGreaterThan(packets.length);
  });

  test("any flipped bit is survived", () => {
    const outcomes = new Set<string>();
    for (let at = 0; at < bytes.length * 8; at++) {
      const flipped = bytes.slice();
      flipped[at >> 3] ^= 1 << (at & 7);
      outcomes.add(survive(flipped));
    }
    expect(outcomes.size).toBeGreaterThan(packets.length);
  });

  test("any few changed bytes are survived, in any chunking", () => {
    const change = fc.record({
      at: fc.nat(bytes.length - 1),
      value: fc.constantFrom(0, 1, 2, 4, 6, 8, 0x45, 0x7f, 0x80, 0xfe, 0xff),
    });
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(1, 7, 100, 100_000),
        (changes, chunk) => {
          const changed = bytes.slice();
          for (const { at, value } of changes) changed[at] = value;
          expect(survive(changed, chunk)).not.toBe("");
        },
      ),
      { seed: 7, numRuns: 3000 },
    );
  });

  test("random bytes behind the header are survived", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (noise) => {
        expect(survive(Uint8Array.from([...bytes.subarray(0, 48), ...noise]))).not.toBe("");
      }),
      { seed: 8, numRuns: 1000 },
    );
  });
});

test("damage gives the same packets in any chunking", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...captures),
      fc.array(fc.tuple(fc.nat(5000), fc.nat(255)), { maxLength: 4 }),
      ({ bytes }, changes) => {
        const changed = bytes.slice();
        for (const [at, value] of changes) changed[at % changed.length] = value;
        const whole = survive(changed);
        for (const chunk of [1, 13, 300]) expect(survive(changed, chunk)).toBe(whole);
      },
    ),
    { seed: 9, numRuns: 1000 },
  );
});

test("files behind each other, cut and damaged, give the same packets in any chunking", () => {
  const file = fc.record({
    bigEndian: fc.boolean(),
    nanoseconds: fc.boolean(),
    linkType: fc.constantFrom(1, 101, 227),
    snapLength: fc.constantFrom(40, 262_144),
    packets: fc.nat(6),
    section: fc.boolean(),
    cut: fc.constantFrom(0, 0, 9, 40, 200),
  });
  const change = fc.tuple(fc.nat(5000), fc.nat(255));
  fc.assert(
    fc.property(
      fc.array(file, { minLength: 1, maxLength: 5 }),
      fc.array(change, { maxLength: 3 }),
      (files, changes) => {
        const parts = files.map(({ packets: count, section, cut, ...options }) => {
          const plain = new PcapBuilder(options);
          const blocks = new PcapngBuilder(options).section().interface(options);
          for (let index = 0; index < count; index++) {
            const built = options.linkType === 101 ? tcp().ipv4(v4) : tcp().ipv4(v4).ethernet();
            plain.add(1.7e15 + index, built);
            blocks.packet(0, 1.7e15 + index, built);
          }
          const { length } = (section ? blocks : plain).bytes();
          return (section ? blocks : plain).bytes().subarray(0, Math.max(24, length - cut));
        });
        const capture = Uint8Array.from(Buffer.concat(parts));
        for (const [at, value] of changes) capture[at % capture.length] = value;
        const whole = survive(capture);
        for (const chunk of [1, 13, 300]) expect(survive(capture, chunk)).toBe(whole);
      },
    ),
    { seed: 10, numRuns: 1000 },
  );
});
