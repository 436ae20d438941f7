import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { CaptureError } from "@hangup/packets";
import { Observer, teardownToCsv, teardownToJson } from "@hangup/teardowns";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

const names = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" });
const captures = names
  .filter((name) => /capture\.pcap(ng)?$/.test(name))
  .map((name) => ({ name, bytes: readFileSync(join(import.meta.dirname, name)) }));

/** Observes anything. Answers its rows as they are printed, or the CaptureError that is allowed; all else throws. */
function observe(capture: Uint8Array, chunk: number): string[] {
  const rows: string[] = [];
  const observer = new Observer({ collector: "here", epoch: 0, live: false, all: true }, (row) => {
    JSON.parse(teardownToJson(row));
    rows.push(teardownToCsv(row));
  });
  const { counters } = observer;
  try {
    for (let at = 0; at < capture.length; at += chunk) observer.push(capture.subarray(at, at + chunk));
    observer.finish();
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return [error.message];
  }
  const outcomes = Object.values(counters.outcomes).reduce((sum, count) => sum + count);
  expect([outcomes, counters.told, counters.following]).toEqual([counters.packets, counters.connections, 0]);
  expect(rows).toHaveLength(Object.values(counters.rows).reduce((sum, count) => sum + count));
  return rows;
}

describe.each(captures)("$name", { timeout: 60_000 }, ({ bytes }) => {
  const value = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0, 1, 2, 4, 17, 18, 20, 0x45, 0x7f, 0x80, 0xff),
  );
  const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), value), { minLength: 1, maxLength: 12 });

  test("each connection is told once, and alike in any chunking, whatever is changed", () => {
    fc.assert(
      fc.property(changes, fc.constantFrom(97, 1500), (list, chunk) => {
        const changed = Uint8Array.from(bytes);
        for (const [at, byte] of list) changed[at] = byte;
        expect(observe(changed, chunk)).toEqual(observe(changed, changed.length));
      }),
      { seed: 12, numRuns: 30 },
    );
  });

  test("so it is wherever the capture ends", () => {
    fc.assert(
      fc.property(fc.nat(bytes.length), (end) => {
        expect(observe(bytes.subarray(0, end), 1500)).toEqual(observe(bytes.subarray(0, end), Math.max(1, end)));
      }),
      { seed: 13, numRuns: 15 },
    );
  });
});
