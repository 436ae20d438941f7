import { packet, PcapBuilder, readBack } from "@hangup/packets/builder";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TimeMerge } from "./time-merge.ts";

const HEADER = 24;

/** The stream of an interface: a packet for each time (µs), its port the number of the packet. */
function stream(times: readonly number[], firstPort: number): Buffer {
  const pcap = new PcapBuilder();
  for (const [i, time] of times.entries()) {
    const built = packet().tcp({ srcPort: firstPort + i, dstPort: 80, flags: "S" });
    pcap.add(time, built.ipv4({ src: "192.0.2.1", dst: "192.0.2.2" }).ethernet());
  }
  return Buffer.from(pcap.bytes());
}

/** Records of the stream, one each. */
function records(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = HEADER; at < bytes.length;) {
    const next = at + 16 + bytes.readUInt32LE(at + 8);
    found.push(bytes.subarray(at, next));
    at = next;
  }
  return found;
}

class Merged {
  readonly #parts: Buffer[] = [];
  readonly merge: TimeMerge;

  constructor(mostWaitingBytes?: number) {
    this.merge = new TimeMerge((bytes) => this.#parts.push(Buffer.from(bytes)), mostWaitingBytes);
  }

  lane(name: string): (chunk: Uint8Array) => void {
    const take = this.merge.lane(name);
    take(stream([], 0));
    return take;
  }

  get segments() {
    return readBack(Buffer.concat(this.#parts)).segments;
  }

  get times(): number[] {
    return this.segments.map(({ timeUs }) => timeUs);
  }
}

describe("TimeMerge", () => {
  it("puts the packets of all interfaces in order, in any chunking and interleaving", () => {
    const lanes = fc.array(fc.array(fc.nat(2_000_000_000_000), { maxLength: 12 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(lanes, fc.infiniteStream(fc.nat(3)), (all, choices) => {
        const merged = new Merged();
        const times = all.map((lane) => lane.toSorted((a, b) => a - b));
        const takes = times.map((_, i) => merged.lane(`eth${i}`));
        const left = times.map((lane, i) => records(stream(lane, 1000 * (i + 1))));
        while (left.some((lane) => lane.length > 0)) {
          const i = (choices.next().value as number) % left.length;
          const some = left[i].splice(0, choices.next().value as number);
          if (some.length > 0) takes[i](Buffer.concat(some));
        }
        merged.merge.release(Infinity);
        expect(merged.times).toEqual(times.flat().toSorted((a, b) => a - b));
        for (const { srcPort, timeUs, interfaceId } of merged.segments) {
          expect(timeUs).toBe(times[interfaceId][srcPort - 1000 * (interfaceId + 1)]);
        }
      }),
      { seed: 20_261_125, numRuns: 200 },
    );
  });

  it("waits for an interface that is quiet until told that nothing older will come", () => {
    const merged = new Merged();
    const busy = merged.lane("eth0");
    const quiet = merged.lane("eth1");
    for (const record of records(stream([10, 20, 30], 1))) busy(record);
    expect(merged.times).toEqual([]);
    merged.merge.release(20);
    expect(merged.times).toEqual([10, 20]);
    quiet(records(stream([40], 9))[0]);
    expect(merged.times).toEqual([10, 20, 30]);
  });

  it("goes on with an interface that has another link type now", () => {
    const merged = new Merged();
    const changing = merged.lane("eth0");
    const other = merged.lane("eth1");
    changing(records(stream([10], 1))[0]);
    const raw = new PcapBuilder({ linkType: 101 });
    changing(raw.bytes());
    const syn = packet().tcp({ srcPort: 2, dstPort: 80, flags: "S" });
    raw.add(30, syn.ipv4({ src: "192.0.2.1", dst: "192.0.2.2" }));
    changing(records(Buffer.from(raw.bytes()))[0]);
    for (const record of records(stream([20, 40], 9))) other(record);
    expect(merged.segments).toMatchObject([
      { timeUs: 10, srcPort: 1, interfaceId: 0 },
      { timeUs: 20, srcPort: 9, interfaceId: 1 },
      { timeUs: 30, srcPort: 2, interfaceId: 2 },
    ]);
  });

  it("lets the oldest go on where too much waits", () => {
    const all = records(stream([10, 20, 30], 1));
    const merged = new Merged(all[0].length * 2);
    const busy = merged.lane("eth0");
    merged.lane("eth1");
    busy(all[0]);
    busy(all[1]);
    expect(merged.times).toEqual([]);
    busy(all[2]);
    expect(merged.times).toEqual([10, 20, 30]);
  });
});
