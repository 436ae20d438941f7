/*
 * AssemblyScript: what is noted of hosts, as Notes, of IPv4 outside of VLANs and tunnels.
 */
import * as A from "../../arena-layout";
import { A_SEGMENT, FORWARDED, KIND_SHIFT, LISTENER, MARK, TALK, TTL, TTL_SHIFT } from "../../note-layout";
import { mix } from "./table";

export function areFull(): bool {
  return load<u32>(A.NOTED) + A_SEGMENT >= <u32>A.NOTES_LENGTH;
}

/** A TTL that no stack begins with: as isForwarded. */
export function noteTtl(address: u32, ttl: u32): void {
  if (ttl === 64 || ttl === 128 || ttl === 255 || ttl === 0) return;
  const name = nameOf(address);
  if (saidLately(name)) return;
  add(FORWARDED << KIND_SHIFT);
  add(name);
}

/** The endpoint was sent a SYN. */
export function noteListener(address: u32, port: u32): void {
  const name = mix(nameOf(address), port);
  if (saidLately(~name)) return;
  add(LISTENER << KIND_SHIFT);
  add(name);
}

/** Data passed between a client and a port of a server. */
export function noteTalk(client: u32, server: u32, port: u32): void {
  add(TALK << KIND_SHIFT);
  add(mix(mix(nameOf(client), nameOf(server)), port));
}

/** The endpoint answered a SYN. */
export function noteServerTtl(address: u32, ttl: u32, port: u32): void {
  const head = (TTL << KIND_SHIFT) | MARK | (ttl << TTL_SHIFT) | port;
  if (saidLately(mix(nameOf(address), head))) return;
  add(head);
  add(0);
  add(0);
  add(0xffff);
  add(address);
  add(0);
}

/** As addressFingerprint. */
function nameOf(address: u32): u32 {
  return mix(0x5bd1e995, address);
}

function saidLately(what: u32): bool {
  const at = A.LATELY + (((what ^ (what >>> 16)) & (A.LATELY_ENTRIES - 1)) << 2);
  if (load<u32>(at) === what) return true;
  store<u32>(at, what);
  return false;
}

function add(word: u32): void {
  const noted = load<u32>(A.NOTED);
  store<u32>(A.NOTES + (noted << 2), word);
  store<u32>(A.NOTED, noted + 1);
}
