import { CLIENT, SERVER } from "@hangup/connections";
import { E } from "../evidence.ts";
import type { Rule } from "../rule.ts";
import { TRIES } from "../repetition.ts";

/** A RST so soon behind what it answers, or where that is not captured, behind the SYN-ACK, belongs to the handshake. */
const ANSWER_US = 1_000_000;
/** An acknowledgement farther off its sender's ISN than any window of a handshake was never offered. */
const NEVER_OFFERED = 65_536;

export const SCAN_RULE: Rule = {
  cause: "port_scan",
  kind: "reset",
  needs: ["X", "F"],
  confidence: [90],
  source: "eight doors within 10 s are nobody's business",
  confusedWith: ["port_closed", "client_cancelled_handshake", "no_connection"],
  match: (c, { population }) => (population && c.scanned ? 90 : 0),
};

export const CANCELLED_RULE: Rule = {
  cause: "client_cancelled_handshake",
  needs: ["F"],
  confidence: [90],
  source: "RFC 9293 3.10.7.4: close() in SYN-SENT, then the SYN-ACK meets no socket",
  confusedWith: ["a half-open scan", "the slower one of two tries, IPv6 and IPv4"],
  match(c, { evidence }) {
    const { rst } = c;
    if (rst === null || rst.sender !== CLIENT || !c.client.sentSyn || rst.senderFin || rst.peerFin) return 0;
    if ((rst.flags & 16) !== 0) {
      // RST+ACK before any SYN-ACK: the owner took its SYN back.
      return !rst.synAckSeen && !rst.senderSpoke && rst.seqBeyondIsn === 0 ? 90 : 0;
    }
    if (!rst.synAckSeen || rst.seqBeyondIsn !== 0 || rst.senderSentPayload || rst.peerSentPayload) return 0;
    const unfinished = c.flagsOnly
      ? rst.sinceSynAckUs >= 0 && rst.sinceSynAckUs <= ANSWER_US
      : !rst.handshake && !rst.senderSpoke;
    return unfinished && evidence.note(E.cancelled_synack, true) ? 90 : 0;
  },
};

export const INVALID_SEGMENT_RULE: Rule = {
  cause: "invalid_segment",
  needs: ["H", "F"],
  confidence: [80, 70],
  source: "RFC 9293 3.10.7.3-4: an unacceptable acknowledgement before the handshake is done",
  confusedWith: ["no_connection"],
  match(c, { evidence }) {
    const { rst } = c;
    if (rst === null || rst.handshake || rst.form === "refuse" || !c.client.sentSyn || rst.peerFin) return 0;
    // In a capture of flags alone much may have passed since the handshake.
    const neverOffered = rst.seqBeyondIsn < -NEVER_OFFERED || (!c.flagsOnly && rst.seqBeyondIsn > NEVER_OFFERED);
    if (!evidence.note(E.ack_never_offered, neverOffered) && c.server.sentSynAck && rst.synAckSeen) return 0;
    if (c.flagsOnly) return 70;
    return 80;
  },
};

export const LISTEN_OVERFLOW_RULE: Rule = {
  cause: "listen_overflow",
  kind: "reset",
  needs: ["F", "H"],
  confidence: [90, 60],
  source: "Linux tcp_abort_on_overflow: the final ACK meets a full accept queue",
  confusedWith: ["no_connection"],
  match(c, { evidence }) {
    const { rst } = c;
    if (rst === null || rst.sender !== SERVER || rst.form === "refuse" || !rst.synAckSeen) return 0;
    if (rst.seqBeyondIsn !== 0 || rst.peerFin || rst.senderSentPayload || rst.senderSpoke) return 0;
    if (rst.peerSentPayload) {
      // With a silent overflow the server's request ends with its SYN-ACKs, and what the client says next meets nobody.
      const unheard = !c.flagsOnly && c.client.lastTries >= TRIES && rst.synAcks >= 2;
      return evidence.note(E.repeated_to_silence, unheard) ? 90 : 0;
    }
    const silenceUs = c.flagsOnly ? rst.sinceSynAckUs : rst.idleUs;
    if (!evidence.note(E.answers_final_ack, silenceUs >= 0 && silenceUs <= ANSWER_US)) return 0;
    return c.flagsOnly ? 60 : 90;
  },
};
