import { describe, expect, it } from "vitest";
import { replyForm, toCsv } from "./negotiation.ts";

describe("replyForm", () => {
  it.each([
    [undefined, "json"],
    ["*/*", "json"],
    ["text/html,application/xhtml+xml,*/*;q=0.8", "json"],
    ["text/csv", "csv"],
    ["application/x-ndjson", "ndjson"],
    ["application/json;q=0.5, text/csv", "csv"],
    ["text/csv;q=0.1, application/json", "json"],
    ["text/csv;q=0", "json"],
    ["image/png", "json"],
  ])("of %s is %s", (accept, form) => expect(replyForm(accept)).toBe(form));
});

describe("toCsv", () => {
  it("quotes what needs it and leaves null empty", () => {
    expect(
      toCsv(
        ["a", "b"],
        [
          { a: 'x,"y"', b: null },
          { a: 1, b: false },
        ],
      ),
    ).toBe('a,b\r\n"x,""y""",\r\n1,false\r\n');
  });
});
