import type { Segment } from "@hangup/packets";
import { TAG_MASK } from "./index-layout.ts";
import { ADDRESS, BY_CONTEXT, CONTEXT, FLAGS, HISTORY, IPV6, PORTS } from "./layout.ts";

/*
 * Tuples of addresses and ports, as records hold them: the lower endpoint first. Their hashes are seeded; wasm/assembly/table.ts has the
 * same.
 */

export function mix(hash: number, word: number): number {
  const h = Math.imul(hash ^ word, 0x9e3779b1);
  return h ^ (h >>> 15);
}

export function finish(hash: number): number {
  const h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return h ^ (h >>> 13);
}

/** Of the tuple of the record at `b`. */
export function hashOfRecord(seed: number, w: Int32Array, b: number): number {
  if ((w[b + FLAGS] & IPV6) !== 0) return hashOfKey(seed, w, b);
  return finish(mix(mix(mix(seed, w[b + 3]), w[b + 7]), w[b + PORTS]));
}

/** Of an IPv6 tuple at `b`: all words of both addresses, and the ports. */
export function hashOfKey(seed: number, w: Int32Array, b: number): number {
  let hash = seed;
  for (let i = 0; i <= PORTS; i++) hash = mix(hash, w[b + i]);
  return finish(hash);
}

/** Writes the key of the segment, whose source is the endpoint `side`, as records begin. */
export function readKey(key: Int32Array, side: number, s: Segment): void {
  const from = side * 4;
  key[from] = s.src0;
  key[from + 1] = s.src1;
  key[from + 2] = s.src2;
  key[from + 3] = s.src3;
  key[4 - from] = s.dst0;
  key[5 - from] = s.dst1;
  key[6 - from] = s.dst2;
  key[7 - from] = s.dst3;
  key[PORTS] = side === 0 ? (s.srcPort << 16) | s.dstPort : (s.dstPort << 16) | s.srcPort;
}

/** What tells an entry of the index from others: its place is made of the hash's highest bits, this of the lowest. */
export function tagOf(hash: number): number {
  return hash & TAG_MASK;
}

/** Of a tuple with this hash in a VLAN or tunnel. */
export function withContext(hash: number, context: number): number {
  return finish(mix(hash, context));
}

/** The record at `b` stands in the index by its VLAN or tunnel, too. */
export function standsByContext(w: Int32Array, b: number): boolean {
  return (w[b + HISTORY] & BY_CONTEXT) !== 0;
}

/** Is the record at `b` the segment's, whose source is the endpoint `side`? */
export function isOf(w: Int32Array, b: number, side: number, s: Segment): boolean {
  if (w[b + CONTEXT] !== (s.context | 0) || ((w[b + FLAGS] & IPV6) !== 0) !== (s.family === 6)) return false;
  if (w[b + PORTS] !== (side === 0 ? (s.srcPort << 16) | s.dstPort : (s.dstPort << 16) | s.srcPort)) return false;
  const from = b + ADDRESS + side * 4;
  const to = b + ADDRESS + (side ^ 1) * 4;
  return (
    w[from + 3] === s.src3 &&
    w[from + 2] === s.src2 &&
    w[from + 1] === s.src1 &&
    w[from] === s.src0 &&
    w[to + 3] === s.dst3 &&
    w[to + 2] === s.dst2 &&
    w[to + 1] === s.dst1 &&
    w[to] === s.dst0
  );
}

/** Is the source the higher of the two endpoints, by address and then by port? */
export function sourceIsHigher(s: Segment): boolean {
  if (s.src0 !== s.dst0) return s.src0 >>> 0 > s.dst0 >>> 0;
  if (s.src1 !== s.dst1) return s.src1 >>> 0 > s.dst1 >>> 0;
  if (s.src2 !== s.dst2) return s.src2 >>> 0 > s.dst2 >>> 0;
  if (s.src3 !== s.dst3) return s.src3 >>> 0 > s.dst3 >>> 0;
  return s.srcPort > s.dstPort;
}
