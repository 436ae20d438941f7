import { COOKED, ETHERNET, type LinkType } from "./link.ts";

/**
 * `all`: every TCP segment. `flags`: those with SYN, FIN or RST, so that the kernel copies a small part of the packets.
 */
export type CaptureMode = "all" | "flags";

/** FIN 1, SYN 2, RST 4. */
const FLAGS = "7 != 0";

/** An expression that reads `size` bytes at an offset, itself an expression: `udp[16 + 9]`. */
type Read = (offset: string, size?: 1 | 2) => string;

/** A condition on what stands at an offset. */
type Term = (at: string) => string;

const any = (...terms: readonly string[]): string => `(${terms.join(" or ")})`;
const all = (...terms: readonly string[]): string => `(${terms.join(" and ")})`;

const isOptions: Term = (at) => any(...[0, 43, 60].map((header) => `ip6[${at}] = ${header}`));
const isFirstFragment: Term = (at) => `ip6[${at} + 2:2] & 0xfff8 = 0`;
const hasFlags: Term = (at) => `ip6[${at} + 13] & ${FLAGS}`;

/**
 * `tcp[…]` reads IPv4 only. In IPv6 the flags stand at 40 (fixed header) + 13 behind the extension headers, of which two at most are
 * looked through: BPF has no loops. 0, 43 and 60 count units of 8 bytes beyond the first, 44 (fragment) is 8 bytes long.
 */
function outerSegments(mode: CaptureMode): string {
  if (mode === "all") return any("tcp", all("ip6", any(...[0, 43, 60, 44].map((header) => `ip6[6] = ${header}`))));
  const first = "40 + ((ip6[41] + 1) << 3)";
  const second = `${first} + ((ip6[${first} + 1] + 1) << 3)`;
  return any(
    "tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0",
    all("ip6[6] = 6", hasFlags("40")),
    all("ip6[6] = 44", "ip6[40] = 6", isFirstFragment("40"), hasFlags("48")),
    all(
      isOptions("6"),
      any(
        all("ip6[40] = 6", hasFlags(first)),
        all("ip6[40] = 44", `ip6[${first}] = 6`, isFirstFragment(first), hasFlags(`${first} + 8`)),
        all(isOptions("40"), `ip6[${first}] = 6`, hasFlags(second)),
      ),
    ),
  );
}

/** Segments inside a tunnel whose bytes `read` reads. */
function innerSegments(mode: CaptureMode, read: Read): { v4: Term; v6: Term; ethernet: Term } {
  const v4: Term = (at) => {
    const tcp = `${read(`${at} + 9`)} = 6`;
    if (mode === "all") return tcp;
    const flags = read(`${at} + ((${read(at)} & 15) << 2) + 13`);
    return all(tcp, `${read(`${at} + 6`, 2)} & 0x1fff = 0`, `${flags} & ${FLAGS}`);
  };
  const v6: Term = (at) => {
    const tcp = `${read(`${at} + 6`)} = 6`;
    return mode === "all" ? tcp : all(tcp, `${read(`${at} + 53`)} & ${FLAGS}`);
  };
  const ethernet: Term = (at) => {
    const type = read(`${at} + 12`, 2);
    return any(all(`${type} = 0x0800`, v4(`${at} + 14`)), all(`${type} = 0x86dd`, v6(`${at} + 14`)));
  };
  return { v4, v6, ethernet };
}

/** VXLAN on both of its ports, and Geneve, whose UDP header begins at `at`. */
function udpTunnels(mode: CaptureMode, read: Read, at: string): string {
  const { v4, v6, ethernet } = innerSegments(mode, read);
  const port = read(`${at} + 2`, 2);
  const geneve = `${at} + 16 + ((${read(`${at} + 8`)} & 63) << 2)`;
  const protocol = read(`${at} + 10`, 2);
  return any(
    all(any(`${port} = 4789`, `${port} = 8472`), ethernet(`${at} + 16`)),
    all(
      `${port} = 6081`,
      any(
        all(`${protocol} = 0x6558`, ethernet(geneve)),
        all(`${protocol} = 0x0800`, v4(geneve)),
        all(`${protocol} = 0x86dd`, v6(geneve)),
      ),
    ),
  );
}

/** GRE without source routes whose header begins at `at`: checksum, key and sequence number are 4 bytes each, on their flags. */
function gre(mode: CaptureMode, read: Read, at: string): string {
  const { v4, v6, ethernet } = innerSegments(mode, read);
  const flags = read(at);
  const behind = `${at} + 4 + ((${flags} & 0x80) >> 5) + ((${flags} & 0x20) >> 3) + ((${flags} & 0x10) >> 2)`;
  const protocol = read(`${at} + 2`, 2);
  return all(
    `${read(at, 2)} & 0x4007 = 0`,
    any(
      all(`${protocol} = 0x0800`, v4(behind)),
      all(`${protocol} = 0x86dd`, v6(behind)),
      all(`${protocol} = 0x6558`, ethernet(behind)),
    ),
  );
}

const ip: Read = (offset, size = 1) => `ip[${offset}:${size}]`;
const ip6: Read = (offset, size = 1) => `ip6[${offset}:${size}]`;
const udp: Read = (offset, size = 1) => `udp[${offset}:${size}]`;

function tunnels(mode: CaptureMode): string {
  const payload = "((ip[0] & 15) << 2)";
  const inIp = innerSegments(mode, ip);
  const inIp6 = innerSegments(mode, ip6);
  return any(
    udpTunnels(mode, udp, "0"),
    all(
      "ip[6:2] & 0x1fff = 0",
      any(
        all("ip[9] = 4", inIp.v4(payload)),
        all("ip[9] = 41", inIp.v6(payload)),
        all("ip[9] = 47", gre(mode, ip, payload)),
      ),
    ),
    all("ip6[6] = 17", udpTunnels(mode, ip6, "40")),
    all("ip6[6] = 4", inIp6.v4("40")),
    all("ip6[6] = 41", inIp6.v6("40")),
    all("ip6[6] = 47", gre(mode, ip6, "40")),
  );
}

/** ICMP 3 and ICMPv6 1 (unreachable) that quote a TCP segment: offset 8 + 9 is the quoted protocol, 40 + 8 + 6 in IPv6. */
const UNREACHABLE = any("icmp[0] = 3 and icmp[17] = 6", "icmp6 and ip6[40] = 1 and ip6[54] = 6");

/**
 * What the kernel is to hand over of a link: what Hangup needs, and the user's words.
 *
 * Linux takes the outer VLAN tag out of a frame before the filter runs, so that all terms meet tagged packets too. `vlan` is for a
 * second tag, or one that a sending host's driver has still to move; it shifts the offsets of all that follows it.
 * `any` needs neither tags nor tunnels: what this host unpacks comes by a second time, on the tunnel's own interface, and
 * would count twice.
 *
 * @param words the user's expression; empty for none. It reads the outermost headers.
 */
export function captureExpression(mode: CaptureMode, link: LinkType, words: string): string {
  const outer = any(outerSegments(mode), UNREACHABLE);
  const ours = [outer];
  if (link !== COOKED) ours.push(tunnels(mode));
  if (link === ETHERNET) ours.push(all("vlan", any(outer, all("vlan", outer))));
  // The user's come first, where no `vlan` of ours has shifted their offsets.
  return words.trim() === "" ? any(...ours) : `(${words}) and ${any(...ours)}`;
}
