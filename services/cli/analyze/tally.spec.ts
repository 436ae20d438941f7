import { emptyRow, type Teardown } from "@hangup/teardowns";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Tally } from "./tally.ts";

const rows = fc.array(
  fc
    .record({
      kind: fc.constantFrom("fin", "reset", "refused", "timeout", "open"),
      cause: fc.constantFrom("fin_client_first", "app_abort", "port_closed", "peer_vanished", "half_close"),
      stage: fc.constantFrom("syn", "data", "closing"),
      midstream: fc.boolean(),
      benign: fc.constantFrom(true, false, null),
      host: fc.integer({ min: 1, max: 9 }),
      server_port: fc.constantFrom(80, 443),
    })
    .map(({ host, ...columns }): Teardown => {
      const row = Object.assign(emptyRow("here", 1), columns);
      row.server_ip = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, host]);
      return row;
    }),
  { maxLength: 300 },
);

function tallyOf(some: readonly Teardown[]): Tally {
  const tally = new Tally();
  for (const row of some) tally.add(row);
  return tally;
}

const ended = (row: Teardown): boolean => row.kind !== "open";
const count = (some: readonly Teardown[], holds: (row: Teardown) => boolean): number => some.filter(holds).length;

describe("Tally", () => {
  it("counts by place what a look at each row would", () => {
    fc.assert(
      fc.property(rows, (some) => {
        const tally = tallyOf(some);
        expect(tally.ended).toBe(count(some, ended));
        expect(tally.unended).toBe(count(some, (row) => !ended(row)));
        for (const { address, port, causes, ...counts } of tally.places()) {
          const here = some.filter(
            (row) => ended(row) && row.server_port === port && row.server_ip[15] === address[15],
          );
          expect(counts).toEqual({
            ended: here.length,
            resets: count(here, ({ kind }) => kind === "reset"),
            abnormal: count(here, ({ kind, benign }) => kind === "reset" && benign !== true),
            refused: count(here, ({ kind }) => kind === "refused"),
            timeouts: count(here, ({ kind }) => kind === "timeout"),
          });
          for (const [cause, n] of causes)
            expect(n).toBe(count(here, (row) => row.kind !== "fin" && row.cause === cause));
        }
        for (const { kind, cause, benign, undecided, count: n } of tally.causes()) {
          const alike = some.filter((row) => row.kind === kind && row.cause === cause);
          expect([benign, undecided, n]).toEqual([
            count(alike, (row) => row.benign === true),
            count(alike, (row) => row.benign === null),
            alike.length,
          ]);
        }
      }),
      { seed: 1 },
    );
  });

  it("adds up to the same, whoever counted what", () => {
    fc.assert(
      fc.property(rows, rows, (one, other) => {
        const merged = tallyOf(one);
        merged.merge(structuredClone(tallyOf(other).contents));
        const whole = tallyOf([...one, ...other]);
        expect(merged.places()).toEqual(whole.places());
        expect(merged.causes()).toEqual(whole.causes());
        expect(merged.figures()).toEqual(whole.figures());
      }),
      { seed: 1 },
    );
  });
});
