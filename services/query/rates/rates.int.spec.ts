import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  COUNT_NAMES,
  DIMENSION_NAMES,
  DIMENSIONS,
  figuresOf,
  noCounts,
  ratesOf,
  type Counts,
  type DimensionName,
  type Filters,
  type RateQuery,
  type SeriesFigures,
} from "@hangup/rates";
import type { Teardown } from "@hangup/teardowns";
import { engineOrReason } from "../fixture/engine.ts";
import { countsOnly, expectedRates, groupIdOf } from "../fixture/expected-rates.ts";
import { HOSTS, NOW, PORTS, randomNumbers, randomRows } from "../fixture/rows.ts";
import { filterValue } from "../parameters/filters.ts";
import { Store } from "../store/store.ts";
import { RateReader } from "./rate-reader.ts";

const { engine, reason } = await engineOrReason();

/** Not at a round time, so that first and last steps are cut. */
const FROM = NOW - 7_967e6;
const TO = FROM + 3_600e6;
const rows: Teardown[] = [
  ...randomRows(4_000, 7, FROM, TO),
  ...randomRows(200, 8, FROM - 60e6, FROM),
  ...randomRows(200, 9, TO, TO + 60e6),
];

const filter = (name: DimensionName, ...values: string[]): Filters => ({
  [name]: values.map((value) => filterValue(name, value)),
});

describe.skipIf(engine === null)(`rates on the real engine${reason === "" ? "" : ` (skipped: ${reason})`}`, () => {
  let reader: RateReader;
  let store: Store;

  beforeAll(async () => {
    if (engine === null) return;
    await engine.insert(rows);
    store = new Store(engine.connect());
    reader = new RateReader(store);
  });

  afterAll(async () => {
    await store?.close();
    await engine?.stop();
  });

  const query = (more: Partial<RateQuery>): RateQuery => ({
    range: { fromUs: FROM, toUs: TO },
    groupBy: [],
    filters: {},
    order: { by: "resets", descending: true },
    limit: 10_000,
    ...more,
  });

  const cases: { name: string; query: Partial<RateQuery> }[] = [
    { name: "one row for all", query: {} },
    ...DIMENSION_NAMES.map((name) => ({ name: `by ${name}`, query: { groupBy: [name] } })),
    { name: "by host, port and cause", query: { groupBy: ["host", "port", "cause"] } },
    { name: "by cause within minutes", query: { groupBy: ["cause"], stepSeconds: 300 } },
    { name: "by port within minutes", query: { groupBy: ["port"], stepSeconds: 60 } },
    { name: "of one host", query: { groupBy: ["port"], filters: filter("host", "2001:DB8:0:1:0:0:0:0") } },
    { name: "of one IPv4 host", query: { groupBy: ["port"], filters: filter("host", "10.0.0.1", "10.0.0.2") } },
    {
      name: "of one cause: shares of all teardowns",
      query: { groupBy: ["host"], filters: filter("cause", "app_abort") },
    },
    { name: "of rows without a sender", query: { groupBy: ["sender", "kind"], filters: filter("sender", "none") } },
    {
      name: "of a collector with an odd name",
      query: { groupBy: ["collector"], filters: { collector: ["it's \\ odd"] } },
    },
    { name: "of a time of one microsecond", query: { groupBy: ["host"], range: { fromUs: FROM + 5, toUs: FROM + 6 } } },
    { name: "of nothing", query: { groupBy: ["host"], filters: { collector: ["nobody"] } } },
  ];

  /** The answer, and what the rows say; in the same form. */
  async function both(asked: RateQuery): Promise<{ got: object; want: object }> {
    const reply = await reader.rates(asked);
    const { groups, totals } = expectedRates(rows, asked);
    const got = Object.fromEntries(reply.rows.map((row) => [groupIdOf(row, asked), { ...row }]));
    const want = Object.fromEntries([...groups].map(([id, counts]) => [id, { ...got[id], ...figuresOf(counts) }]));
    return {
      got: { groups: got, totals: reply.totals, other: reply.other },
      want: { groups: want, totals: figuresOf(totals), other: null },
    };
  }

  it.each(cases)("are those counted from the rows: $name", async ({ query: more }) => {
    const { got, want } = await both(query(more));
    expect(got).toEqual(want);
  });

  it("are those counted from the rows for any mixture of groups and filters", async () => {
    const next = randomNumbers(42);
    for (let i = 0; i < 40; i++) {
      const groupBy = DIMENSION_NAMES.filter(() => next(4) === 0);
      const filters: Filters = {};
      for (const { name, values } of DIMENSIONS) {
        if (next(6) > 0) continue;
        const row = rows[next(rows.length)];
        if (name === "host") filters[name] = [filterValue(name, HOSTS[next(HOSTS.length)])];
        else if (name === "port") filters[name] = [PORTS[next(PORTS.length)]];
        else if (values !== null) filters[name] = [row[name as "kind"]];
      }
      const { got, want } = await both(query({ groupBy, filters, ...(next(3) === 0 ? { stepSeconds: 600 } : {}) }));
      expect(got).toEqual(want);
    }
  });

  it("keep their order, and tell ties the same way each time", async () => {
    const asked = query({ groupBy: ["host", "cause"], order: { by: "rst_rate", descending: false }, limit: 50 });
    const [first, second] = await Promise.all([reader.rates(asked), reader.rates(asked)]);
    expect(first.rows).toEqual(second.rows);
    const rates = first.rows.map(({ rst_rate: rate }) => rate ?? Infinity);
    expect(rates).toEqual(rates.toSorted((a, b) => a - b));
  });

  it("of places add up: rows shown, other and totals", async () => {
    const reply = await reader.rates(query({ groupBy: ["host", "port"], limit: 5 }));
    expect(reply.rows).toHaveLength(5);
    expect(reply.other?.groups).toBe(HOSTS.length * PORTS.length - 5);
    const sum = noCounts();
    for (const row of [...reply.rows, reply.other]) for (const name of COUNT_NAMES) sum[name] += row?.[name] ?? 0;
    expect(sum).toEqual(countsOnly(reply.totals));
  });

  it("of ends add up in their numerators", async () => {
    const reply = await reader.rates(query({ groupBy: ["cause"], limit: 3 }));
    const shown = reply.rows.reduce((sum, { resets }) => sum + resets, 0);
    expect(shown + (reply.other?.resets ?? 0)).toBe(reply.totals.resets);
    expect(reply.other?.teardowns).toBe(reply.totals.teardowns);
  });

  const series: { name: string; groupBy: DimensionName[]; filters?: Filters; limit?: number }[] = [
    { name: "of all", groupBy: [] },
    { name: "by port", groupBy: ["port"] },
    { name: "by cause", groupBy: ["cause"] },
    { name: "by host and cause, the first four", groupBy: ["host", "cause"], limit: 4 },
    { name: "by host, of one cause", groupBy: ["host"], filters: filter("cause", "app_abort", "no_connection") },
    { name: "of nothing", groupBy: ["host"], filters: { collector: ["nobody"] } },
  ];
  it.each(series)("over time are those of each step: $name", async ({ groupBy, filters = {}, limit = 50 }) => {
    const top = query({ groupBy, filters, limit });
    const reply = await reader.series({ top, stepSeconds: 600 });
    expect(reply.times[0]).toBeLessThanOrEqual(FROM / 1e6);
    for (const [index, time] of reply.times.entries()) {
      const range = { fromUs: Math.max(FROM, time * 1e6), toUs: Math.min(TO, (time + 600) * 1e6) };
      const { groups, totals } = expectedRates(rows, { ...top, range });
      const others = { ...totals };
      for (const one of reply.series) {
        const got = atStep(one, index);
        // Where no such end fell into the step there is no row to count: its denominators are another series' matter.
        const want = groups.get(groupIdOf(one.group, top)) ?? {
          ...noCounts(),
          teardowns: got.teardowns,
          attempts: got.attempts,
        };
        expect(got).toEqual(want);
        expect(one.rst_rate[index]).toBe(ratesOf(want).rst_rate);
        for (const name of COUNT_NAMES) others[name] -= got[name];
      }
      const whole =
        groupBy.includes("cause") && reply.other !== null
          ? { teardowns: totals.teardowns, attempts: totals.attempts }
          : {};
      expect(reply.other === null ? noEnds(others) : atStep(reply.other, index)).toEqual({ ...others, ...whole });
    }
  });
});

function atStep(columns: SeriesFigures, index: number): Counts {
  return Object.fromEntries(COUNT_NAMES.map((name) => [name, columns[name][index]])) as Counts;
}

/** Without an "other" series nothing is left over but denominators. */
function noEnds({ teardowns, attempts }: Counts): Counts {
  return { ...noCounts(), teardowns, attempts };
}
