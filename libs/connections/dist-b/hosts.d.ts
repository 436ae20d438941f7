/**
 * What the connections of an address have in common, for as many addresses as were met lately: two generations, the older is
 * dropped when the younger is full.
 */
export declare class Hosts {
  #private;
  /** Says which addresses (16 bytes each) are this host's own, so that TTLs need not tell. */
  setLocal(addresses: readonly Uint8Array[]): void;
  /** A TTL of the host's own segments: one that no stack begins with says that the address lies behind a router. */
  noteTtl(words: Int32Array, at: number, context: number, ttl: number): void;
  /** A TTL that the host carries on a server port. */
  noteServerTtl(words: Int32Array, at: number, context: number, ttl: number, port: number): void;
  /**
   * Is it this host's own, or in a file: have all its packets a TTL that stacks begin with? `ttls` are those of the connection
   * at hand, a byte each.
   */
  isLocal(words: Int32Array, at: number, context: number, ttls: number): boolean;
  /** How many TTLs of the host count, and whether `ttl` is within one hop of any: 0 none known, 1 near, 2 off all. */
  compareTtl(words: Int32Array, at: number, context: number, ttl: number): 0 | 1 | 2;
  /** Is `ttl` one that the host carries on two server ports? */
  carriesOnTwoPorts(words: Int32Array, at: number, context: number, ttl: number): boolean;
}
