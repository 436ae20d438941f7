import { describe, expect, it } from "vitest";
import { HangupError } from "./errors.ts";
import { createLogger } from "./log.ts";

describe("createLogger", () => {
  it.each(["trace", "info", "silent"])("takes the level %s", (level) => {
    expect(createLogger("sample", { HANGUP_LOG_LEVEL: level }).level).toBe(level);
  });

  it("refuses another word as a usage error that names the levels", () => {
    expect(() => createLogger("sample", { HANGUP_LOG_LEVEL: "verbose" })).toThrow(
      expect.objectContaining({
        name: HangupError.name,
        exitCode: 2,
        message: "HANGUP_LOG_LEVEL 'verbose' is no level",
        remedy: "Use one of trace, debug, info, warn, error, fatal, silent",
      }),
    );
  });
});
