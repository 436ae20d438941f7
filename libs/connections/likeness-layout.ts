import * as L from "./layout.ts";

/*
 * What the likeness of connections is made of (likeness.ts, and the same in wasm/assembly).
 */

// Of their flags: what every such connection has,
export const BOTH_CLOSED = L.ENDED | L.BY_FIN | L.CLIENT_KNOWN | L.FIN_0 | L.FIN_1;
/** what tells them apart, */
export const TELLING =
  L.CLIENT_IS_1 |
  L.HANDSHAKE |
  L.FIN_FIRST_1 |
  L.FIN_ACKS_0 |
  L.FIN_ACKS_1 |
  L.HALF_CLOSE_0 |
  (L.HALF_CLOSE_0 << 1) |
  L.FIN_SOON;
/** and what says nothing of the end. Anything else makes one a case of its own. */
export const ASIDE = L.DETACHED | L.IPV6 | L.LAST_IS_1 | L.LAST_PAYLOAD_IS_1 | L.PAYLOAD_0 | L.PAYLOAD_1;
/** In a capture of flags how far apart the FINs are decides what this means. */
export const BEYOND = L.FIN_BEYOND_0 | L.FIN_BEYOND_1;
export const ODD_MARKS = L.MISFIT_SYNACK | L.OTHER_SYN | L.BOTH_SYNS;
/** What a connection has of which there is but a SYN, aside from which side sent it. */
export const OPENED = L.CLIENT_KNOWN;
export const BY_EITHER = L.DETACHED | L.IPV6 | L.CLIENT_IS_1 | L.LAST_IS_1;

// Beside the flags above. BY_FIN keeps a likeness from being 0.
export const CLIENT_SENT = 1 << 0;
export const SERVER_SENT = 1 << 1;
export const FLAGS_ONLY = 1 << 3;
/** Of a SYN without answer: one alone, or with copies. */
export const UNANSWERED = 1 << 4;
export const SYN_REPEATED = 1 << 5;
