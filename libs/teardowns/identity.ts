import type { hash as Hash } from "node:crypto";
import { ADDRESS_BYTES, isMappedIPv4 } from "./address.ts";
import type { Teardown } from "./columns.ts";

/** `collector-epoch-seq`: names one observation for good. */
export function teardownId(row: Pick<Teardown, "collector" | "epoch" | "seq">): string {
  return `${row.collector}-${row.epoch}-${row.seq}`;
}

/** 16 hex digits, client ISN then server ISN, with which vantages join; null without a handshake. */
export function connectionId(row: Pick<Teardown, "client_isn" | "server_isn">): string | null {
  if (row.client_isn === null || row.server_isn === null) return null;
  return hex8(row.client_isn) + hex8(row.server_isn);
}

function hex8(value: number): string {
  return value.toString(16).padStart(8, "0");
}

type Tuple = Pick<Teardown, "client_ip" | "client_port" | "server_ip" | "server_port">;

const PROTOCOL_TCP = 6;
/** Loaded with the first row that is put out: it takes longer than a small capture. */
let hash: typeof Hash | null = null;
/** Where the hash's input is put together; hashing never waits. */
const input = Buffer.alloc(40);

/**
 * Community ID v1, seed 0: `1:` and the base64 of SHA-1 over seed (2 bytes) | address | address | protocol | 0 | port |
 * port, network byte order, the smaller end first, so that both directions agree. A hash is dear: only on output.
 */
export function communityId(row: Tuple): string {
  const clientFirst = comesFirst(row);
  const [first, firstPort] = clientFirst ? [row.client_ip, row.client_port] : [row.server_ip, row.server_port];
  const [second, secondPort] = clientFirst ? [row.server_ip, row.server_port] : [row.client_ip, row.client_port];
  let at = putAddress(2, first);
  at = putAddress(at, second);
  input[at++] = PROTOCOL_TCP;
  input[at++] = 0;
  at = input.writeUInt16BE(firstPort, at);
  at = input.writeUInt16BE(secondPort, at);
  hash ??= process.getBuiltinModule("node:crypto").hash;
  return `1:${hash("sha1", input.subarray(0, at), "base64")}`;
}

/** IPv4 is hashed as its four bytes. */
function putAddress(at: number, address: Uint8Array): number {
  const from = isMappedIPv4(address) ? 12 : 0;
  for (let i = from; i < ADDRESS_BYTES; i++) input[at++] = address[i];
  return at;
}

/** Whether the client's end is hashed first: the lower address, and between equal ones the lower port. */
function comesFirst(row: Tuple): boolean {
  for (let i = 0; i < ADDRESS_BYTES; i++) {
    const difference = row.client_ip[i] - row.server_ip[i];
    if (difference !== 0) return difference < 0;
  }
  return row.client_port < row.server_port;
}
