import { spawnSync } from "node:child_process";
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
  const { error, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  if (error !== undefined) throw missingTool(program, error);
  // tcpdump 4.99 writes the list to stderr.
  return /^\s+(\S+) \(/m.exec(`${stdout}\n${stderr}`)?.[1] ?? ETHERNET;
}
