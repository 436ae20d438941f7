/**
 * Serial arithmetic on 32-bit sequence numbers (RFC 9293 3.4, RFC 1982). Numbers may be signed or unsigned 32-bit values:
 * only their low 32 bits count.
 */
/** How far `a` is ahead of `b`: negative when it is behind. Meaningful while they are less than 2^31 apart. */
export function ahead(a, b) {
  return (a - b) | 0;
}
/** The later of two sequence numbers. */
export function later(a, b) {
  return ((a - b) | 0) > 0 ? a : b;
}
/** As an unsigned number, for people and for columns. */
export function unsigned(a) {
  return a >>> 0;
}
//# sourceMappingURL=sequence.js.map
