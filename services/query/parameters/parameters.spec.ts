import { describe, expect, it } from "vitest";
import { ParameterError } from "./parameter-error.ts";
import { check } from "./parameter-pipe.ts";
import { rateQuery } from "./rate-query.ts";
import { alertParameters, rateParameters, seriesParameters, teardownParameters } from "./schemas.ts";
import { timeSeriesQuery } from "./series-query.ts";

const NOW = Date.UTC(2026, 0, 31, 12) * 1000;

const rates = (given: Record<string, unknown>) => rateQuery(check(rateParameters, given), NOW);
const series = (given: Record<string, unknown>) => timeSeriesQuery(check(seriesParameters, given), NOW);

/** The error that a call throws. */
function errorOf(call: () => unknown): ParameterError {
  try {
    call();
  } catch (error) {
    if (error instanceof ParameterError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("rst-rate parameters", () => {
  it("are all optional: the last hour, one row", () => {
    expect(rates({})).toEqual({
      range: { fromUs: NOW - 3_600e6, toUs: NOW },
      groupBy: [],
      filters: {},
      order: { by: "resets", descending: true },
      limit: 100,
    });
  });

  it("are echoed in an error no longer than a person reads", () => {
    const error = errorOf(() => rates({ group_by: "x".repeat(100_000) }));
    expect(error.message.length).toBeLessThan(500);
    expect(error.parameters[0].given).toBe(`${"x".repeat(200)}… (99800 characters more)`);
  });

  it("take lists as repetitions and with commas", () => {
    const query = rates({ group_by: "host,port", port: ["80,443", "8080"], sender: "none", host: "10.0.0.1" });
    expect(query.groupBy).toEqual(["host", "port"]);
    expect(query.filters).toEqual({ port: [80, 443, 8080], sender: [""], host: ["::ffff:10.0.0.1"] });
  });

  it("know one address by all its spellings", () => {
    const spellings = ["2001:DB8::1", "2001:db8:0:0::1", "2001:0db8:0000:0000:0000:0000:0000:0001"];
    for (const host of spellings) expect(rates({ host }).filters).toEqual({ host: ["2001:db8::1"] });
    expect(rates({ host: "::ffff:10.0.0.1" }).filters).toEqual({ host: ["::ffff:10.0.0.1"] });
  });

  const orders: { given: Record<string, string>; order: object }[] = [
    { given: { order_by: "rst_rate" }, order: { by: "rst_rate", descending: true } },
    { given: { order_by: "rst_rate:asc" }, order: { by: "rst_rate", descending: false } },
    { given: { order_by: "host", group_by: "host" }, order: { by: "host", descending: false } },
    { given: { order_by: "host:desc", group_by: "host" }, order: { by: "host", descending: true } },
    { given: { step: "1m" }, order: { by: "time", descending: false } },
  ];
  it.each(orders)("order by $given", ({ given, order }) => expect(rates(given).order).toEqual(order));

  const bad: { given: Record<string, unknown>; parameter: string; says: string; meant?: string }[] = [
    { given: { prot: "443" }, parameter: "prot", says: "is unknown", meant: "port" },
    { given: { group_by: "hots" }, parameter: "group_by", says: "not a dimension", meant: "host" },
    { given: { cause: "app_abrot" }, parameter: "cause", says: "not a known cause", meant: "app_abort" },
    { given: { kind: "rset" }, parameter: "kind", says: "one of fin, reset", meant: "reset" },
    { given: { port: "70000" }, parameter: "port", says: "'70000': not a port" },
    { given: { port: "443,x" }, parameter: "port", says: "'x': not a port" },
    { given: { host: "example.com" }, parameter: "host", says: "not an IPv4 or IPv6 address" },
    { given: { host: "10.0.0.0/8" }, parameter: "host", says: "not a network" },
    { given: { from: "yesterday" }, parameter: "from", says: "expected RFC 3339" },
    { given: { from: "now", to: "now-1h" }, parameter: "from", says: "not before 'to'" },
    { given: { from: ["now-1h", "now-2h"] }, parameter: "from", says: "only once" },
    { given: { limit: "0" }, parameter: "limit", says: "expected 1 to 10000" },
    { given: { limit: "5; DROP" }, parameter: "limit", says: "expected 1 to 10000" },
    { given: { step: "1x" }, parameter: "step", says: "expected whole seconds" },
    { given: { order_by: "host" }, parameter: "order_by", says: "not a count, a rate or a grouped dimension" },
    { given: { order_by: "resets:up" }, parameter: "order_by", says: "name:desc" },
    { given: { __proto__x: "1" }, parameter: "__proto__x", says: "is unknown" },
  ];
  it.each(bad)("refuses $given", ({ given, parameter, says, meant }) => {
    const error = errorOf(() => rates(given));
    expect(error.code).toBe("HANGUP_BAD_PARAMETER");
    expect(error.parameters[0]).toMatchObject({ parameter });
    expect(error.message).toContain(`'${parameter}'`);
    expect(error.message).toContain(says);
    expect(error.remedy).toBe(meant === undefined ? "" : `Did you mean '${meant}'?`);
  });

  it("names every bad parameter", () => {
    const error = errorOf(() => rates({ prot: "1", limit: "no" }));
    expect(error.parameters.map(({ parameter }) => parameter).toSorted()).toEqual(["limit", "prot"]);
  });
});

describe("timeseries parameters", () => {
  it("choose a step for the points that fit", () => {
    expect(series({}).stepSeconds).toBe(60);
    expect(series({ max_points: "10" }).stepSeconds).toBe(600);
    expect(series({ step: "5m" }).stepSeconds).toBe(300);
  });

  it("refuse too many points, and two ways to say the step", () => {
    expect(errorOf(() => series({ from: "now-30d", step: "1s" })).message).toContain("more than 11000 points");
    expect(errorOf(() => series({ step: "1m", max_points: "10" })).message).toContain("either 'step' or 'max_points'");
  });
});

describe("other parameters", () => {
  it("are checked in the same way", () => {
    expect(errorOf(() => check(alertParameters, { state: "open" })).message).toContain("one of firing, resolved");
    expect(errorOf(() => check(teardownParameters, { limt: "3" })).remedy).toBe("Did you mean 'limit'?");
    expect(errorOf(() => check(teardownParameters, null)).message).toContain("'body' is missing");
  });
});
