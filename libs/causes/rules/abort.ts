import { CLIENT, SERVER, type EndedConnection } from "@hangup/connections";
import { E } from "../evidence.ts";
import type { Rule } from "../rule.ts";
import { handshakeNeverAcknowledged } from "./silence.ts";

/** TCP wrappers wait for a resolver: 5 s, and then some. */
const SOON_US = 8_000_000;

/** The server cut it without a byte of its own, soon behind its SYN-ACK. */
function accessShape(c: EndedConnection): boolean {
  const { rst } = c;
  if (rst === null || rst.sender !== SERVER || rst.peerFin || rst.senderSentPayload) return false;
  return rst.sinceSynAckUs >= 0 && rst.sinceSynAckUs <= SOON_US;
}

/** The peer's last data was not answered: whoever sent the RST had not read it. */
function peerWaits(c: EndedConnection): boolean {
  const { rst } = c;
  if (rst === null || !rst.peerSentPayload) return false;
  if (c.flagsOnly) return !rst.senderSentPayload;
  if (rst.sender === SERVER) return !rst.lastPayloadBySender;
  return !rst.senderSentPayload;
}

/** The owner of the connection cut it: form abort. In order. */
export const ABORT_RULES: readonly Rule[] = [
  {
    cause: "synack_unanswered",
    kind: "reset",
    needs: ["F"],
    confidence: [80, 60],
    source: "a server that gives up its SYN-ACKs by RST (tcp_synack_retries ends in silence on Linux)",
    confusedWith: ["app_abort"],
    match(c, { evidence }) {
      const { rst } = c;
      if (rst === null || rst.sender !== SERVER || rst.seqBeyondIsn !== 0 || rst.ackBeyondIsn !== 0) return 0;
      if (!handshakeNeverAcknowledged(c, rst.synAcks)) return 0;
      evidence.note(E.synack_repeated, true);
      return c.flagsOnly ? 60 : 80;
    },
  },
  {
    cause: "keepalive_timeout",
    needs: ["H"],
    confidence: [90],
    source: "RFC 9293 3.8.4: probes one below the next number, then RST",
    confusedWith: ["app_abort"],
    match: (c, { evidence }) =>
      !c.flagsOnly && evidence.note(E.probes_unanswered, c.rst !== null && c.rst.probes >= 2) ? 90 : 0,
  },
  {
    cause: "rst_instead_of_fin",
    needs: ["H"],
    confidence: [60],
    given: "peer_fin",
    source: "web servers and clients that answer a FIN by RST to skip TIME-WAIT",
    confusedWith: ["app_abort"],
    match: (c, { signs }) => (c.rst?.peerFin === true && signs.nothingMissing ? 60 : 0),
  },
  {
    cause: "app_abort",
    needs: ["F"],
    confidence: [90, 60],
    given: "peer_fin",
    source: "SO_LINGER 0, after the peer's FIN",
    confusedWith: ["rst_instead_of_fin"],
    match: (c) => (c.rst?.peerFin === true ? (c.flagsOnly ? 60 : 90) : 0),
  },
  {
    cause: "access_denied",
    kind: "reset",
    needs: ["F"],
    confidence: [75],
    source: "hosts_access(5), close() with SO_LINGER 0 or unread data",
    confusedWith: ["app_abort", "unread_data_close"],
    match(c, { evidence }) {
      if (!accessShape(c)) return 0;
      evidence.note(E.access_denied_shape, true);
      return !c.rst?.peerSentPayload && evidence.note(E.no_payload, true) ? 75 : 0;
    },
  },
  {
    cause: "probe_close",
    needs: ["F", "X"],
    confidence: [75],
    source: "health checks of load balancers: connect, then SO_LINGER 0, at an interval",
    confusedWith: ["app_abort"],
    match(c, { evidence, population }) {
      const { rst } = c;
      if (rst === null || rst.sender !== CLIENT || rst.senderSentPayload || rst.peerSentPayload) return 0;
      if (!(c.flagsOnly ? rst.synAckSeen : rst.handshake)) return 0;
      evidence.note(E.probe_shape, true);
      return evidence.note(E.regular_probes, c.regularKnock) && population ? 75 : 0;
    },
  },
  {
    cause: "unread_data_close",
    needs: ["H", "F"],
    confidence: [60],
    source: "RFC 2525 2.17, Linux tcp_close: data unread in the receive queue",
    confusedWith: ["app_abort", "rst_instead_of_fin"],
    match(c, { evidence, signs }) {
      const { rst } = c;
      if (rst === null) return 0;
      if (!c.flagsOnly && rst.senderWindowZero && rst.peerSentPayload) return 60;
      const waits = peerWaits(c) && (c.flagsOnly || signs.nothingMissing);
      if (!waits) return 0;
      evidence.note(E.peer_waits, !c.flagsOnly);
      evidence.note(E.only_peer_spoke, !rst.senderSentPayload);
      return 60;
    },
  },
  {
    cause: "rst_instead_of_fin",
    needs: ["H"],
    confidence: [60],
    source: "RFC 9293 3.6.1 skipped: all was said and acknowledged",
    confusedWith: ["app_abort", "unread_data_close"],
    match(c, { signs }) {
      const { rst } = c;
      const allSaid = signs.nothingMissing && !signs.cutShort && !signs.bothEnds;
      return rst !== null && allSaid && rst.senderSentPayload && rst.peerSentPayload ? 60 : 0;
    },
  },
  {
    cause: "app_abort",
    needs: ["F"],
    confidence: [90, 60],
    source: "SO_LINGER 0, connect(AF_UNSPEC), ss -K, process killed with unread data",
    confusedWith: ["process_crash", "unread_data_close"],
    match: (c, { signs }) =>
      signs.oneSided || (c.flagsOnly && c.client.sentPayload && c.server.sentPayload) ? 60 : 90,
  },
];
