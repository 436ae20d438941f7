import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HangupError } from "@hangup/service/command";

/** Passwords of the bundled ClickHouse: made once per data directory, readable by its owner only. */
export interface Secrets {
  readonly clickhousePassword: string;
  readonly readerPassword: string;
}

/** @throws HangupError HANGUP_FILE when they are there but cannot be read: a start that was killed, a full disk. */
export function readOrMakeSecrets(directory: string): Secrets {
  const path = join(directory, "secrets.json");
  if (existsSync(path)) return readSecrets(path);
  const secrets: Secrets = {
    clickhousePassword: randomBytes(18).toString("base64url"),
    readerPassword: randomBytes(18).toString("base64url"),
  };
  writeFileSync(path, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return secrets;
}

function readSecrets(path: string): Secrets {
  try {
    const { clickhousePassword, readerPassword } = JSON.parse(readFileSync(path, "utf8")) as Partial<Secrets>;
    if (typeof clickhousePassword === "string" && typeof readerPassword === "string")
      return { clickhousePassword, readerPassword };
    throw new Error("a password is missing");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HangupError("HANGUP_FILE", `${path} cannot be read: ${why}`, {
      remedy: "Remove it: the next start makes new passwords",
      cause,
    });
  }
}
