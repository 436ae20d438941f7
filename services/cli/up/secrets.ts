import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Passwords of the bundled ClickHouse: made once per data directory, readable by its owner only. */
export interface Secrets {
  readonly clickhousePassword: string;
  readonly readerPassword: string;
}

export function readOrMakeSecrets(directory: string): Secrets {
  const path = join(directory, "secrets.json");
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as Secrets;
  const secrets: Secrets = {
    clickhousePassword: randomBytes(18).toString("base64url"),
    readerPassword: randomBytes(18).toString("base64url"),
  };
  writeFileSync(path, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return secrets;
}
