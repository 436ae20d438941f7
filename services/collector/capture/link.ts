import { execFileSync } from "node:child_process";
import { insideNamespace } from "./arguments.ts";
import { missingTool } from "./messages.ts";

/** A link type by its name in tcpdump: EN10MB, LINUX_SLL2, RAW …. */
export type LinkType = string;

export const ETHERNET: LinkType = "EN10MB";
/** What `any` has: a header that tells the interface, and no VLAN tags. */
export const COOKED: LinkType = "LINUX_SLL2";

/**
 * The link type of an interface; Ethernet where tcpdump does not say, which then says why when it captures.
 * @throws HangupError HANGUP_MISSING_TOOL without tcpdump.
 */
export function linkTypeOf(name: string, netns: string | undefined): LinkType {
  if (name === "any") return COOKED;
  const { program, args } = insideNamespace(netns, { program: "tcpdump", args: ["-L", "-i", name] });
  try {
    const list = execFileSync(program, [...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    return /^\s+(\S+) \(/m.exec(list)?.[1] ?? ETHERNET;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw missingTool(program, error as Error);
    return ETHERNET;
  }
}
