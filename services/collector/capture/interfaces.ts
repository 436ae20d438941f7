import { execFileSync } from "node:child_process";
import { insideNamespace } from "./arguments.ts";

/** What `tcpdump -D` prints: one interface a line, `1.eth0 [Up, Running]`. '' when it cannot be run. */
export function interfaceList(netns: string | undefined): string {
  const { program, args } = insideNamespace(netns, { program: "tcpdump", args: ["-D"] });
  try {
    return execFileSync(program, [...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return "";
  }
}

/** The names out of such a list, those that are no network interface (`nflog`, `dbus-system` …) left out. */
export function interfaceNames(list: string): string[] {
  return list
    .split("\n")
    .map((line) => /^\d+\.(\S+)(?: .*)?$/.exec(line))
    .flatMap((match) => (match === null || /\(|\[none/.test(match[0]) ? [] : [match[1]]))
    .concat(/^\d+\.any /m.test(list) ? ["any"] : []);
}
