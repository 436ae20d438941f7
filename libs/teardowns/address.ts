import { isIPv4, isIPv6 } from "node:net";

/** Bytes of an address everywhere inside Hangup: IPv6, with IPv4 as ::ffff:a.b.c.d (RFC 4291 2.5.5.2). */
export const ADDRESS_BYTES = 16;

/**
 * Text of an IPv4 or IPv6 address → its 16 bytes, or null when the text is none. Zone names (`%eth0`), prefixes
 * (`/64`) and brackets are no part of an address.
 */
export function parseAddress(text: string): Uint8Array | null {
  if (isIPv4(text)) {
    const bytes = mappedPrefix();
    writeIPv4(bytes, 12, text);
    return bytes;
  }
  if (!isIPv6(text) || text.includes("%")) return null;
  return parseIPv6(text);
}

/** `text` is known to be well-formed: only its groups have to be put in place. */
function parseIPv6(text: string): Uint8Array {
  const bytes = new Uint8Array(ADDRESS_BYTES);
  const [head, tail] = text.split("::");
  const before = splitGroups(head);
  let at = 0;
  for (const group of before) at = writeGroup(bytes, at, group);
  if (tail === undefined) return bytes;
  const after = splitGroups(tail);
  at = ADDRESS_BYTES - after.reduce((size, group) => size + (group.includes(".") ? 4 : 2), 0);
  for (const group of after) at = writeGroup(bytes, at, group);
  return bytes;
}

function splitGroups(text: string): string[] {
  return text === "" ? [] : text.split(":");
}

function writeGroup(bytes: Uint8Array, at: number, group: string): number {
  if (group.includes(".")) {
    writeIPv4(bytes, at, group);
    return at + 4;
  }
  const value = Number.parseInt(group, 16);
  bytes[at] = value >> 8;
  bytes[at + 1] = value & 0xff;
  return at + 2;
}

function writeIPv4(bytes: Uint8Array, at: number, text: string): void {
  const parts = text.split(".");
  for (let i = 0; i < 4; i++) bytes[at + i] = Number(parts[i]);
}

/** An IPv4 address but for its last four bytes. */
export function mappedPrefix(): Uint8Array {
  const bytes = new Uint8Array(ADDRESS_BYTES);
  bytes[10] = 0xff;
  bytes[11] = 0xff;
  return bytes;
}

/** True for ::ffff:a.b.c.d: an IPv4 address. `at` is where the 16 bytes begin. */
export function isMappedIPv4(bytes: Uint8Array, at = 0): boolean {
  for (let i = 0; i < 10; i++) if (bytes[at + i] !== 0) return false;
  return bytes[at + 10] === 0xff && bytes[at + 11] === 0xff;
}

/** Canonical text (RFC 5952): lower case, the longest run of zero groups as `::`; an IPv4-mapped address as IPv4. */
export function formatAddress(bytes: Uint8Array): string {
  if (isMappedIPv4(bytes)) return `${bytes[12]}.${bytes[13]}.${bytes[14]}.${bytes[15]}`;
  const groups: number[] = [];
  for (let i = 0; i < ADDRESS_BYTES; i += 2) groups.push((bytes[i] << 8) | bytes[i + 1]);
  const [start, length] = longestZeroRun(groups);
  // RFC 5952 4.2.2: `::` never stands for a single group.
  if (length < 2) return hexGroups(groups, 0, 8);
  return `${hexGroups(groups, 0, start)}::${hexGroups(groups, start + length, 8)}`;
}

function hexGroups(groups: readonly number[], from: number, to: number): string {
  return groups
    .slice(from, to)
    .map((group) => group.toString(16))
    .join(":");
}

/** Start and length of the longest run of zeros; the first of equal ones (RFC 5952 4.2.3). */
function longestZeroRun(groups: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  let start = 0;
  for (let i = 0; i <= groups.length; i++) {
    if (i < groups.length && groups[i] === 0) continue;
    if (i - start > best[1]) best = [start, i - start];
    start = i + 1;
  }
  return best;
}
