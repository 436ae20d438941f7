import { CLIENT, SERVER, type SideIndex } from "./ended.ts";
import { listenerName, portOf } from "./handshake.ts";
import * as L from "./layout.ts";
import type { Tracking } from "./tracking.ts";

/** How sure the direction is, by what told it. */
const BY_SYN = 100;
const BY_SYNACK = 95;
const BY_LISTENER = 90;
const BY_PORT = 70;
const BY_NOTHING = 50;

/** Set by `findClient`. */
export let directionConfidence = BY_SYN;

/**
 * Which side (0 or 1) is the client: it sent the SYN, or received the SYN-ACK; else the server is the side that was seen as a
 * listener, else the one with the lower port.
 */
export function findClient(k: Tracking, w: Int32Array, b: number): number {
  const f = w[b + L.FLAGS];
  if ((f & L.CLIENT_KNOWN) !== 0) {
    const client = (f & L.CLIENT_IS_1) === 0 ? 0 : 1;
    directionConfidence = (w[b + L.SIDE + client * L.SIDE_WORDS + L.BITS] & L.SENT_SYN) !== 0 ? BY_SYN : BY_SYNACK;
    return client;
  }
  const { listeners } = k.neighbourhood;
  const listens0 = listeners.has(listenerName(w, b, 0));
  const listens1 = listeners.has(listenerName(w, b, 1));
  if (listens0 !== listens1) {
    directionConfidence = BY_LISTENER;
    return listens0 ? 1 : 0;
  }
  const port0 = portOf(w, b, 0);
  const port1 = portOf(w, b, 1);
  directionConfidence = port0 === port1 ? BY_NOTHING : BY_PORT;
  if (port0 === port1) return (f & L.LAST_IS_1) === 0 ? 1 : 0;
  return port0 < port1 ? 1 : 0;
}

/** Side 0 or 1 as client or server. */
export function sideIndex(side: number, client: number): SideIndex {
  return side === client ? CLIENT : SERVER;
}
