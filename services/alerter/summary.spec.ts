import { describe, expect, it } from "vitest";
import type { Alert } from "./alert.ts";
import { summaryOf } from "./summary.ts";

const minute = 60_000;
const alert: Alert = {
  state: "firing",
  port: 443,
  cause: "app_abort",
  startedTime: 0,
  updatedTime: 2 * minute,
  resolvedTime: null,
  current: { resets: 38, teardowns: 310 },
  baseline: { resets: 146, teardowns: 18_204 },
  topHosts: [
    { host: "10.0.0.5", resets: 21 },
    { host: "10.0.0.6", resets: 9 },
    { host: "2001:db8::7", resets: 5 },
    { host: "10.0.0.8", resets: 3 },
  ],
  summary: "",
  version: 2 * minute,
};

const cases: { name: string; change: Partial<Alert>; intervalMs?: number; expected: string }[] = [
  {
    name: "what rose, from what to what, where",
    change: {},
    expected:
      "app_abort on port 443: 12.3 % of 310 connections were reset in the minute to 00:02 UTC, 0.8 % of 18,204 in the hour before; most on 10.0.0.5 (21), 10.0.0.6 (9), 2001:db8::7 (5)",
  },
  {
    name: "a single host has them all",
    change: { topHosts: [{ host: "10.0.0.5", resets: 1_038 }], current: { resets: 1_038, teardowns: 1_038 } },
    expected:
      "app_abort on port 443: 100.0 % of 1,038 connections were reset in the minute to 00:02 UTC, 0.8 % of 18,204 in the hour before; all on 10.0.0.5 (1,038)",
  },
  {
    name: "nothing before, a small rate, other intervals",
    change: { baseline: { resets: 0, teardowns: 0 }, topHosts: [], current: { resets: 5, teardowns: 12_345 } },
    intervalMs: 2_000,
    expected:
      "app_abort on port 443: 0.041 % of 12,345 connections were reset in the 2 seconds to 00:02 UTC, none had ended in the 2 minutes before",
  },
  {
    name: "no reset before",
    change: { updatedTime: 90_000, baseline: { resets: 0, teardowns: 900 }, topHosts: [] },
    intervalMs: 90_000,
    expected:
      "app_abort on port 443: 12.3 % of 310 connections were reset in the 90 seconds to 00:01:30 UTC, 0 % of 900 in the 90 minutes before",
  },
  {
    name: "resolved",
    change: { state: "resolved", resolvedTime: 12 * minute, topHosts: [] },
    expected:
      "app_abort on port 443: back to normal for 10 minutes, after 2 minutes; at the last, 12.3 % of 310 connections were reset, 0.8 % of 18,204 in the hour before",
  },
];

describe("summaryOf", () => {
  it.each(cases)("$name", ({ change, intervalMs, expected }) => {
    expect(summaryOf({ ...alert, ...change }, { intervalMs: intervalMs ?? minute, quietIntervals: 10 })).toBe(expected);
  });
});
