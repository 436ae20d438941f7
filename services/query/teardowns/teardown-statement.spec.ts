import { describe, expect, it } from "vitest";
import { oneTeardown } from "./teardown-statement.ts";

describe("oneTeardown", () => {
  it("reads first what ended since the collector's run began, and only then what is older", () => {
    const [since, before] = oneTeardown("edge-1", 1_790_000_000_000, 7);
    const began = 1_790_000_000_000_000 - 60e6;
    expect(since.params).toMatchObject({ from_us: began, collector: "edge-1", epoch: 1_790_000_000_000, seq: 7 });
    expect(before.params).toMatchObject({ from_us: 0, to_us: began });
    for (const { sql } of [since, before]) expect(sql).toMatch(/WHERE end_time >= .* AND end_time < /);
  });
});
