import { describe, expect, it } from "vitest";
import { spec } from "./options.ts";

describe("hangup serve", () => {
  it("prints no URL that may hold a password", () => {
    expect(spec.options.clickhouse.secret).toBe(true);
  });

  it("takes and shows no password on a command line, where all of the machine can read it", () => {
    for (const { flags } of Object.values(spec.options)) expect(flags).not.toMatch(/password/);
    for (const example of spec.examples) expect(example).not.toMatch(/:\/\/[^/ ]*@/);
  });
});
