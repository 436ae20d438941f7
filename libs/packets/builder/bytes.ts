/** Big-endian 16-bit word. */
export const u16 = (value: number): number[] => [(value >>> 8) & 255, value & 255];
/** Big-endian 24-bit word. */
export const u24 = (value: number): number[] => [(value >>> 16) & 255, ...u16(value)];
/** Big-endian 32-bit word. */
export const u32 = (value: number): number[] => [(value >>> 24) & 255, ...u24(value)];

export function join(...parts: (Uint8Array | readonly number[])[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** "10.0.0.1" to 4 bytes. */
export function ipv4Bytes(text: string): number[] {
  const bytes = text.split(".").map(Number);
  if (bytes.length !== 4 || bytes.some((byte) => !(byte >= 0 && byte <= 255)))
    throw new Error(`no IPv4 address: ${text}`);
  return bytes;
}

const groups = (part: string): number[] =>
  part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));

/** "2001:db8::1" to 16 bytes. */
export function ipv6Bytes(text: string): number[] {
  const [head = "", tail] = text.split("::");
  const front = groups(head);
  const back = groups(tail ?? "");
  const middle = tail === undefined ? 0 : 8 - front.length - back.length;
  const all = [...front, ...Array.from({ length: Math.max(middle, 0) }, () => 0), ...back];
  if (all.length !== 8 || all.some((group) => !(group >= 0 && group <= 0xffff)))
    throw new Error(`no IPv6 address: ${text}`);
  return all.flatMap(u16);
}

/** Bytes without order, always the same for one seed. */
export function seededBytes(length: number, seed: number): Uint8Array {
  let state = seed + 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  });
}
