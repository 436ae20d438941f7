import { statSync } from "node:fs";
import { HangupError } from "@hangup/service/command";

/**
 * The packets of a file that is read twice would count twice.
 * @throws HangupError HANGUP_USAGE naming the first that was given before, be it under another name.
 */
export function refuseGivenTwice(paths: readonly string[]): void {
  if (paths.length < 2) return;
  const before = new Map<string, string>();
  for (const path of paths) {
    const key = identityOf(path);
    const other = before.get(key);
    if (other !== undefined) {
      const what = other === path ? `${path} is given twice` : `${other} and ${path} are one file`;
      throw new HangupError("HANGUP_USAGE", `${what}: its packets would count twice`, {
        remedy: "Name each file once",
      });
    }
    before.set(key, path);
  }
}

/** Links lead to the same device and inode. What cannot be looked at is told of when it is read. */
function identityOf(path: string): string {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `inode ${dev}:${ino}`;
  } catch {
    return `name ${path}`;
  }
}
