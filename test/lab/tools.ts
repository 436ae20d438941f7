import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { HangupError } from "@hangup/service";

/** Programs beside Node, with the Debian packages that have them. */
const TOOLS: Readonly<Record<string, string>> = {
  ip: "iproute2",
  ss: "iproute2",
  nft: "nftables",
  python3: "python3",
  tcpdump: "tcpdump",
};

/** Those that are not in PATH. */
export function missingTools(): string[] {
  return Object.keys(TOOLS).filter((tool) => !isInPath(tool));
}

/** @throws HangupError HANGUP_MISSING_TOOL */
export function requireTools(): void {
  const missing = missingTools();
  if (missing.length === 0) return;
  throw new HangupError("HANGUP_MISSING_TOOL", `the lab needs ${missing.join(", ")}`, {
    remedy: `Install ${[...new Set(missing.map((tool) => TOOLS[tool]))].join(" ")}`,
  });
}

function isInPath(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
