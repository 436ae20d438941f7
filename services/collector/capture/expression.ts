/**
 * The BPF expression that tcpdump hands to the kernel: what Hangup needs, and the user's words.
 *
 * On Linux the kernel takes a VLAN tag out of the frame before the filter runs, so that these terms meet tagged packets
 * too; frames with two tags, and tunnels, need terms of their own.
 */
export type CaptureMode = "all" | "flags";

/**
 * `tcp[…]` reads IPv4 only. In IPv6 the flags stand at 40 (fixed header) + 13, where no extension header comes between.
 * Bits: FIN 1, SYN 2, RST 4.
 */
const SEGMENTS: Readonly<Record<CaptureMode, string>> = {
  all: "tcp",
  flags: "tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0 or (ip6[6] == 6 and ip6[53] & 7 != 0)",
};

/** ICMP 3 and ICMPv6 1 (unreachable) that quote a TCP segment: offset 8 + 9 is the quoted protocol, 40 + 8 + 6 in IPv6. */
const UNREACHABLE = "icmp[0] == 3 and icmp[17] == 6 or (icmp6 and ip6[40] == 1 and ip6[54] == 6)";

/** @param words the user's expression; empty for none. */
export function captureExpression(mode: CaptureMode, words: string): string {
  const ours = `${SEGMENTS[mode]} or (${UNREACHABLE})`;
  return words.trim() === "" ? ours : `(${ours}) and (${words})`;
}
