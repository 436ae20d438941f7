/**
 * Serial arithmetic on 32-bit sequence numbers (RFC 9293 3.4, RFC 1982). Numbers may be signed or unsigned 32-bit values:
 * only their low 32 bits count.
 */
/** How far `a` is ahead of `b`: negative when it is behind. Meaningful while they are less than 2^31 apart. */
export declare function ahead(a: number, b: number): number;
/** The later of two sequence numbers. */
export declare function later(a: number, b: number): number;
/** As an unsigned number, for people and for columns. */
export declare function unsigned(a: number): number;
