import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KINDS, STAGES } from "./dimensions.ts";
import { countRow, figuresOf, noCounts, ratesOf, type Counts } from "./figures.ts";
import { countSql, FORMULAS, rateSql, type EndedRow } from "./formulas.ts";

const row = (kind: string, stage: string, more: Partial<EndedRow> = {}): EndedRow => ({
  kind,
  stage,
  midstream: false,
  benign: kind !== "reset",
  ...more,
});

const anyRow = fc.record({
  kind: fc.constantFrom(...KINDS, "open", "not_observed"),
  stage: fc.constantFrom(...STAGES),
  midstream: fc.boolean(),
  benign: fc.constantFrom(true, false, null),
});

function countsOf(rows: readonly EndedRow[]): Counts {
  const counts = noCounts();
  for (const one of rows) countRow(counts, one);
  return counts;
}

describe("counts", () => {
  const cases: { name: string; row: EndedRow; counted: string[] }[] = [
    { name: "a FIN close", row: row("fin", "data"), counted: ["teardowns", "fins", "attempts"] },
    {
      name: "a FIN close seen from its middle on",
      row: row("fin", "data", { midstream: true }),
      counted: ["teardowns", "fins"],
    },
    { name: "a refused SYN", row: row("refused", "syn"), counted: ["attempts", "refused", "failed_attempts"] },
    { name: "an unanswered SYN", row: row("timeout", "syn"), counted: ["attempts", "failed_attempts"] },
    { name: "a RST inside the handshake", row: row("reset", "handshake"), counted: ["attempts", "failed_attempts"] },
    { name: "a peer that fell silent", row: row("timeout", "data"), counted: ["teardowns", "timeouts", "attempts"] },
    { name: "a RST that nothing came before", row: row("reset", "orphan"), counted: ["orphan_resets"] },
    {
      name: "an abnormal reset",
      row: row("reset", "data"),
      counted: ["teardowns", "resets", "abnormal_resets", "attempts"],
    },
    {
      name: "a benign reset",
      row: row("reset", "closing", { benign: true }),
      counted: ["teardowns", "resets", "attempts"],
    },
    {
      name: "a reset that may be benign",
      row: row("reset", "closed", { benign: null }),
      counted: ["teardowns", "resets", "undecided_resets", "attempts"],
    },
    { name: "an open connection", row: row("open", "data"), counted: [] },
    { name: "a connection whose end was not seen", row: row("not_observed", "data"), counted: [] },
  ];
  it.each(cases)("$name", ({ row: one, counted }) => {
    const counts = countsOf([one]);
    expect(
      Object.keys(counts)
        .filter((name) => counts[name as keyof typeof counts] > 0)
        .toSorted(),
    ).toEqual(counted.toSorted());
  });

  it("add up: fins, resets and timeouts are the teardowns, and no part exceeds its whole", () => {
    fc.assert(
      fc.property(fc.array(anyRow), (rows) => {
        const counts = countsOf(rows);
        expect(counts.fins + counts.resets + counts.timeouts).toBe(counts.teardowns);
        expect(counts.abnormal_resets + counts.undecided_resets).toBeLessThanOrEqual(counts.resets);
        expect(counts.refused).toBeLessThanOrEqual(counts.failed_attempts);
      }),
      { seed: 1 },
    );
  });
});

describe("rates", () => {
  it("are null where nothing can be divided by", () => {
    expect(ratesOf(noCounts())).toEqual({
      rst_rate: null,
      abnormal_rst_rate: null,
      abnormal_rst_rate_max: null,
      refused_rate: null,
    });
  });

  it("divide what they say, and leave a range while resets are undecided", () => {
    const counts = {
      ...noCounts(),
      teardowns: 8,
      resets: 4,
      abnormal_resets: 1,
      undecided_resets: 2,
      attempts: 10,
      refused: 5,
    };
    expect(figuresOf(counts)).toMatchObject({
      rst_rate: 0.5,
      abnormal_rst_rate: 0.125,
      abnormal_rst_rate_max: 0.375,
      refused_rate: 0.5,
    });
  });
});

describe("SQL", () => {
  it("puts a further condition around the whole formula", () => {
    const refused = FORMULAS.find(({ name }) => name === "failed_attempts")?.condition;
    expect(countSql("failed_attempts")).toBe(`countIf(${refused})`);
    expect(countSql("failed_attempts", "cause = 'x'")).toBe(`countIf((${refused}) AND (cause = 'x'))`);
  });

  it("writes a rate as numerator over denominator", () => {
    expect(rateSql("abnormal_rst_rate_max")).toBe("(abnormal_resets + undecided_resets) / nullIf(teardowns, 0)");
  });
});
