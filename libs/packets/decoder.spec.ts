import { expect, test } from "vitest";

import { packet, PcapBuilder } from "./builder.ts";
import { CaptureDecoder } from "./decoder.ts";
import { Segment } from "./segment.ts";

/** The segments of a capture, each copied. */
function segments(capture: Uint8Array): Segment[] {
  const found: Segment[] = [];
  const decoder = new CaptureDecoder((segment) => found.push(Object.assign(new Segment(), segment)));
  decoder.push(capture);
  decoder.end();
  return found;
}

test("a SYN is read with its options", () => {
  const syn = packet()
    .tcp({
      srcPort: 40_000,
      dstPort: 443,
      seq: 0xfffffffe,
      flags: "S",
      mss: 1460,
      sackPermitted: true,
      timestamps: { value: 7 },
      windowScale: 9,
    })
    .ipv4({ src: "10.0.0.1", dst: "192.168.255.2", ttl: 61, id: 77, dontFragment: true })
    .ethernet();
  const [segment] = segments(new PcapBuilder().add(1_700_000_000_000_001, syn).bytes());
  expect(segment).toMatchObject({
    timeUs: 1_700_000_000_000_001,
    packetIndex: 1,
    family: 4,
    src2: 0xffff,
    src3: 0x0a000001,
    dst3: 0xc0a8ff02 | 0,
    srcPort: 40_000,
    dstPort: 443,
    seq: 0xfffffffe,
    ack: 0,
    flags: 2,
    window: 64_240,
    payloadLength: 0,
    ttl: 61,
    ipId: 77,
    dontFragment: true,
    ipLength: 60,
    tcpHeaderLength: 40,
    hasTimestamp: true,
    tsVal: 7,
    tsEcr: 0,
    windowScale: 9,
    mss: 1460,
    sackPermitted: true,
    fastOpen: false,
    icmp: 0,
  });
});
