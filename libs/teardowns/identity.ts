import { createHash } from "node:crypto";
import { isMappedIPv4 } from "./address.ts";
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

/**
 * Community ID v1, seed 0: `1:` and the base64 of SHA-1 over seed (2 bytes) | address | address | protocol | 0 | port |
 * port, network byte order, the smaller end first, so that both directions agree. A hash is dear: only on output.
 */
export function communityId(row: Tuple): string {
  const clientFirst = comesFirst(row);
  const [first, firstPort] = clientFirst ? [row.client_ip, row.client_port] : [row.server_ip, row.server_port];
  const [second, secondPort] = clientFirst ? [row.server_ip, row.server_port] : [row.client_ip, row.client_port];
  const ports = Buffer.of(PROTOCOL_TCP, 0, firstPort >> 8, firstPort & 0xff, secondPort >> 8, secondPort & 0xff);
  const hash = createHash("sha1")
    .update(Buffer.of(0, 0))
    .update(shortest(first))
    .update(shortest(second))
    .update(ports);
  return `1:${hash.digest("base64")}`;
}

/** Whether the client's end is hashed first: the lower address, and between equal ones the lower port. */
function comesFirst(row: Tuple): boolean {
  const order = Buffer.compare(row.client_ip, row.server_ip);
  return order < 0 || (order === 0 && row.client_port < row.server_port);
}

/** IPv4 is hashed as its four bytes. */
function shortest(address: Uint8Array): Uint8Array {
  return isMappedIPv4(address) ? address.subarray(12) : address;
}
