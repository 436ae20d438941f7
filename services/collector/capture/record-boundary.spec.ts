import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RecordBoundary } from "./record-boundary.ts";

function fileHeader(linkType = 1): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(128, 16);
  header.writeUInt32LE(linkType, 20);
  return header;
}

function record(bytes: number, mark: number): Buffer {
  const buffer = Buffer.alloc(16 + bytes, mark);
  buffer.writeUInt32LE(bytes, 8);
  buffer.writeUInt32LE(bytes, 12);
  return buffer;
}

/** Cuts a buffer at the places given (any numbers). */
function cut(buffer: Buffer, places: readonly number[]): Buffer[] {
  const edges = [0, ...places.map((place) => place % (buffer.length + 1)).toSorted((a, b) => a - b), buffer.length];
  return edges.slice(1).map((edge, i) => buffer.subarray(edges[i], edge));
}

describe("RecordBoundary", () => {
  it("gives the whole records of every run, in any chunking, under one header", () => {
    const runs = fc.array(
      fc.record({
        records: fc.array(fc.nat(200), { maxLength: 8 }),
        /** Bytes of a last record that the run did not finish. */
        torn: fc.nat(60),
        cuts: fc.array(fc.nat(2_000), { maxLength: 6 }),
      }),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(runs, (all) => {
        const out: Uint8Array[] = [];
        const boundary = new RecordBoundary((chunk) => out.push(Buffer.from(chunk)));
        const whole = [fileHeader()];
        for (const { records, torn, cuts } of all) {
          const made = records.map((bytes, i) => record(bytes, i + 1));
          whole.push(...made);
          boundary.begin();
          const stream = Buffer.concat([fileHeader(), ...made, record(60, 99).subarray(0, torn)]);
          for (const chunk of cut(stream, cuts)) expect(boundary.push(Buffer.from(chunk))).toBeNull();
        }
        expect(Buffer.concat(out).equals(Buffer.concat(whole))).toBe(true);
      }),
      { seed: 20_261_125, numRuns: 300 },
    );
  });

  it("gives the header of a run of another link type, and refuses one that cannot be read", () => {
    const out: Uint8Array[] = [];
    const boundary = new RecordBoundary((chunk) => out.push(Buffer.from(chunk)));
    const [ethernet, raw, can] = [1, 101, 227].map(fileHeader);
    for (const header of [ethernet, raw, raw]) {
      boundary.begin();
      expect(boundary.push(Buffer.concat([header, record(40, 1)]))).toBeNull();
      expect(boundary.head).toEqual(header);
    }
    boundary.begin();
    expect(boundary.push(can)?.message).toMatch(/CAN_SOCKETCAN.* is not decoded/);
    expect(boundary.head).toEqual(raw);
    expect(out).toEqual([ethernet, record(40, 1), raw, record(40, 1), record(40, 1)]);
  });
});
