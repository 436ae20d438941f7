import { CLIENT, SERVER, type EndedConnection, type SideIndex } from "./ended.ts";
import { ahead } from "./sequence.ts";

/**
 * In a capture of SYN, FIN and RST alone the payload is not there, but the numbers tell it, exactly below 4 GiB: a FIN its own
 * side's bytes, an abort what its side sent and received, a bare RST what the peer had acknowledged. Sets bytes and sentPayload.
 */
export function bytesFromNumbers(c: EndedConnection): void {
  for (const x of [CLIENT, SERVER] as const) {
    const side = c.sides[x];
    let bytes = side.hasIsn && side.fin ? (side.finEnd - 2 - side.isn) >>> 0 : -1;
    for (let i = 0; i < c.rstsKept; i++) bytes = Math.max(bytes, fromRst(c, i, x));
    // Before a SYN-ACK nothing can have been received, and nothing sent but what the SYN carries. Who closes has had one.
    if (bytes < 0 && !c.server.sentSynAck && !c.midstream && !c.client.fin && !c.server.fin) bytes = 0;
    side.bytesWhole = bytes >= 0;
    side.bytes = Math.max(side.bytes, bytes);
    side.sentPayload = side.bytes > 0;
  }
  for (let i = 0; i < c.rstsKept; i++) {
    const rst = c.rsts[i];
    const x = rst.sender;
    const y = x === CLIENT ? SERVER : CLIENT;
    rst.senderSentPayload = c.sides[x].sentPayload;
    rst.peerSentPayload = c.sides[y].sentPayload;
    rst.bytesOfSender = c.sides[x].bytes;
    rst.bytesOfPeer = c.sides[y].bytes;
  }
}

/** Bytes of side x that the i-th RST tells of, -1 when it tells nothing. */
function fromRst(c: EndedConnection, i: number, x: SideIndex): number {
  const rst = c.rsts[i];
  const side = c.sides[x];
  // What was ignored may hold any number; before the handshake a number may be that of the misfit it answers.
  if (rst.ignored || rst.trails || !side.hasIsn || (rst.form === "refuse" && rst.sender === x)) return -1;
  const own = rst.sender === x;
  if (!own && rst.form !== "abort") return -1;
  if (own && rst.form !== "abort" && !c.server.sentSynAck) return -1;
  const number = own ? rst.seq : rst.ack;
  let bytes = ahead(number, side.isn) - 1;
  if (side.fin && bytes > 0 && (number | 0) === (side.finEnd | 0)) bytes--;
  return bytes < 0 ? -1 : bytes;
}
