import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readOrMakeSecrets } from "./secrets.ts";

describe("secrets", () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "hangup-secrets-"));
    path = join(directory, "secrets.json");
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("are made once, and for their owner only", () => {
    const made = readOrMakeSecrets(directory);
    expect(made.clickhousePassword).toMatch(/^[\w-]{24}$/);
    expect(made.readerPassword).not.toBe(made.clickhousePassword);
    expect(readOrMakeSecrets(directory)).toEqual(made);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each(["", "{}", '{"clickhousePassword": "x"'])("say so when their file holds %j", (text) => {
    writeFileSync(path, text);
    expect(() => readOrMakeSecrets(directory)).toThrow(
      expect.objectContaining({
        code: "HANGUP_FILE",
        message: expect.stringContaining(`${path} cannot be read: `),
        remedy: "Remove it: the next start makes new passwords",
      }),
    );
  });
});
