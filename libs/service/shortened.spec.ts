import { describe, expect, it } from "vitest";
import { shortened } from "./shortened.ts";

describe("a text that is echoed", () => {
  it("is cut when it is long, and says by how much", () => {
    expect(shortened("x".repeat(1_000))).toBe(`${"x".repeat(200)}… (800 characters more)`);
    expect(shortened("abcdef".repeat(10), 6)).toBe("abcdef… (54 characters more)");
  });

  it("stays whole when a cut would hardly make it shorter", () => {
    for (const text of ["", "x".repeat(200), "x".repeat(225)]) expect(shortened(text)).toBe(text);
  });

  it("is never cut within a character", () => {
    expect(shortened("𝄞".repeat(50), 3)).toBe("𝄞… (98 characters more)");
  });
});
