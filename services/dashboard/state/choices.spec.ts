import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  COLUMNS,
  DEFAULTS,
  formatChoices,
  grouped,
  GROUPS,
  ordered,
  parseChoices,
  RANGES,
  type Choices,
} from "./choices.ts";

describe("the address", () => {
  const cases: { search: string; expected: Partial<Choices> }[] = [
    { search: "", expected: DEFAULTS },
    { search: "?range=6h", expected: { range: "6h" } },
    { search: "?range=7h&group_by=moon&order_by=moon:asc", expected: DEFAULTS },
    { search: "?group_by=cause,host", expected: { groups: ["host", "cause"] } },
    { search: "?order_by=rst_rate", expected: { order: { by: "rst_rate", descending: true } } },
    { search: "?order_by=host:asc", expected: { order: { by: "host", descending: false } } },
    { search: "?port=443&cause=app_abort&host=", expected: { only: { port: "443", cause: "app_abort" } } },
  ];
  it.each(cases)("'$search'", ({ search, expected }) =>
    expect(parseChoices(search)).toEqual({ ...DEFAULTS, ...expected }),
  );

  it("gives back any choice that was written into it", () => {
    const only = fc.record(
      { host: fc.ipV6(), port: fc.integer({ min: 1, max: 65_535 }).map(String), cause: fc.stringMatching(/^[a-z_]+$/) },
      { requiredKeys: [] },
    );
    const any: fc.Arbitrary<Choices> = fc.record({
      range: fc.constantFrom(...RANGES),
      groups: fc.subarray([...GROUPS], { minLength: 1 }),
      order: fc.record({ by: fc.constantFrom(...GROUPS, ...COLUMNS), descending: fc.boolean() }),
      only,
    });
    fc.assert(
      fc.property(any, (choices) => {
        expect(parseChoices(formatChoices(choices))).toEqual(choices);
      }),
      { seed: 4 },
    );
  });

  it("is bare for the defaults", () => expect(formatChoices(DEFAULTS)).toBe(""));
});

describe("ordered", () => {
  it("turns the same column round, and begins figures with the highest and groups with the lowest", () => {
    const byRate = ordered(DEFAULTS, "rst_rate");
    expect(byRate.order).toEqual({ by: "rst_rate", descending: true });
    expect(ordered(byRate, "rst_rate").order).toEqual({ by: "rst_rate", descending: false });
    expect(ordered(byRate, "host").order).toEqual({ by: "host", descending: false });
  });
});

describe("grouped", () => {
  it("keeps the groups' own order, and the last one", () => {
    const byHost = grouped(grouped(DEFAULTS, "port", false), "cause", false);
    expect(byHost.groups).toEqual(["host"]);
    expect(grouped(byHost, "host", false)).toBe(byHost);
    expect(grouped(byHost, "port", true).groups).toEqual(["host", "port"]);
  });

  it("forgets an order by a group that is gone", () => {
    const byPort: Choices = { ...DEFAULTS, order: { by: "port", descending: false } };
    expect(grouped(byPort, "port", false).order).toEqual(DEFAULTS.order);
    expect(grouped(byPort, "host", false).order).toEqual(byPort.order);
  });
});
