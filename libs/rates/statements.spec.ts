import { describe, expect, it } from "vitest";
import type { RateQuery, SeriesQuery } from "./query.ts";
import { rateStatement } from "./rate-statement.ts";
import { rateReply, type RateStatementRow } from "./reply.ts";
import { seriesReply, stepTimes } from "./series-reply.ts";
import { places, seriesDenominators, seriesNumerators } from "./series-statement.ts";
import { COUNT_NAMES } from "./formulas.ts";

const HOSTILE = "'); DROP TABLE hangup.teardowns; --";

const query = (more: Partial<RateQuery> = {}): RateQuery => ({
  range: { fromUs: 0, toUs: 3_600e6 },
  groupBy: [],
  filters: {},
  order: { by: "resets", descending: true },
  limit: 10,
  ...more,
});

describe("rateStatement", () => {
  it("carries every value as a parameter, none in its text", () => {
    const { sql, params } = rateStatement(
      query({ filters: { collector: [HOSTILE], port: [443], cause: ["app_abort"] } }),
    );
    expect(sql).not.toContain("DROP");
    expect(params).toMatchObject({
      only_collector: [HOSTILE],
      only_port: [443],
      only_cause: ["app_abort"],
      row_limit: 10,
    });
  });

  it("filters places in WHERE and ends in the counts, so that ends stay shares of their place", () => {
    const { sql } = rateStatement(query({ filters: { port: [443], cause: ["app_abort"] } }));
    const where = sql.slice(sql.indexOf("WHERE"));
    expect(where).toContain("server_port IN {only_port:Array(UInt16)}");
    expect(where).not.toContain("only_cause");
    expect(sql).not.toMatch(/n_teardowns[^,]*only_cause/);
  });

  const denominators: { groupBy: RateQuery["groupBy"]; expected: string }[] = [
    { groupBy: ["host", "port"], expected: "n_teardowns AS teardowns" },
    { groupBy: ["cause"], expected: "sum(n_teardowns) OVER () AS teardowns" },
    {
      groupBy: ["host", "cause", "port"],
      expected: "sum(n_teardowns) OVER (PARTITION BY key_host, key_port) AS teardowns",
    },
  ];
  it.each(denominators)("sums denominators over the place: $groupBy", ({ groupBy, expected }) => {
    expect(rateStatement(query({ groupBy })).sql).toContain(expected);
  });
});

/** A row as the engine gives it. */
function found(
  group: Record<string, string | number>,
  counts: Partial<Record<string, number>>,
  totals: Partial<Record<string, number>>,
  matched = 1,
): RateStatementRow {
  const row: Record<string, string | number> = { matched, all_groups: 3 };
  for (const name of COUNT_NAMES) {
    row[name] = counts[name] ?? 0;
    row[`all_${name}`] = totals[name] ?? 0;
  }
  return { ...row, ...group };
}

describe("rateReply", () => {
  const totals = { teardowns: 100, resets: 30 };

  it("sums up what the limit left out: places add up in every count", () => {
    const rows = [found({ host: "10.0.0.1" }, { teardowns: 40, resets: 20 }, totals)];
    const reply = rateReply(query({ groupBy: ["host"] }), rows);
    expect(reply.other).toMatchObject({ groups: 2, teardowns: 60, resets: 10 });
    expect(reply.totals).toMatchObject({ teardowns: 100, resets: 30, rst_rate: 0.3 });
  });

  it("keeps the whole denominator for the ends that the limit left out", () => {
    const rows = [found({ cause: "app_abort" }, { teardowns: 100, resets: 20 }, totals)];
    expect(rateReply(query({ groupBy: ["cause"] }), rows).other).toMatchObject({
      teardowns: 100,
      resets: 10,
      rst_rate: 0.1,
    });
  });

  it("drops groups without a matching end, and keeps the totals", () => {
    const reply = rateReply(query({ groupBy: ["host"] }), [
      { ...found({ host: "10.0.0.1" }, {}, totals, 0), all_groups: 0 },
    ]);
    expect(reply).toMatchObject({ rows: [], other: null, totals: { teardowns: 100 } });
  });

  it("tells an empty name as null", () => {
    const [row] = rateReply(query({ groupBy: ["sender"] }), [found({ sender: "" }, {}, totals)]).rows;
    expect(row.sender).toBeNull();
  });
});

const series = (more: Partial<SeriesQuery> = {}): SeriesQuery => ({
  range: { fromUs: 30e6, toUs: 150e6 },
  groupBy: ["host", "cause"],
  filters: {},
  stepSeconds: 60,
  groups: [
    ["::ffff:10.0.0.1", "app_abort"],
    ["::ffff:10.0.0.1", "no_connection"],
  ],
  ...more,
});

describe("time series", () => {
  it("begins steps at round times and covers the whole range", () => {
    expect(stepTimes(series())).toEqual([0, 60, 120]);
    expect(stepTimes(series({ range: { fromUs: 60e6, toUs: 120e6 } }))).toEqual([60]);
  });

  it("knows that series of one place share a denominator", () => {
    expect(places(series())).toEqual({ list: [["::ffff:10.0.0.1"]], placeOf: [0, 0] });
    expect(seriesDenominators(series()).params["series_host"]).toEqual(["::ffff:10.0.0.1"]);
    expect(seriesNumerators(series()).params["series_cause"]).toEqual(["app_abort", "no_connection"]);
  });

  it("gives a step without such ends rate 0, and a step without any teardown none", () => {
    const numerators = [{ time: 60, series: 1, resets: 2 }];
    const denominators = [
      { time: 0, series: 1, teardowns: 5 },
      { time: 60, series: 1, teardowns: 4 },
    ];
    const reply = seriesReply(
      series(),
      [
        { host: "10.0.0.1", cause: "app_abort" },
        { host: "10.0.0.1", cause: "no_connection" },
      ],
      numerators,
      denominators,
    );
    expect(reply.series[0].resets).toEqual([0, 2, 0]);
    expect(reply.series[0].rst_rate).toEqual([0, 0.5, null]);
    expect(reply.series[1].rst_rate).toEqual([0, 0, null]);
    expect(reply.other).toBeNull();
  });
});
