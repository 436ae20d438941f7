import { type EndedConnection, FIRST_RTO_US, type SideFacts } from "@hangup/connections";
import { E } from "../evidence.ts";
import { repeatsInVain, TRIES } from "../repetition.ts";
import type { Rule } from "../rule.ts";

const ABANDONED_US = 60_000_000;

/** Who repeated its last segment in vain, if anyone. */
export function repeater({ client, server }: EndedConnection): SideFacts | null {
  if (repeatsInVain(client)) return client;
  return repeatsInVain(server) ? server : null;
}

/** Only the client's SYN was ever seen. */
export function onlySyn(c: EndedConnection): boolean {
  return c.client.sentSyn && !c.client.spoke && !c.client.fin && c.server.packets === 0;
}

/** The server's own close before the handshake was complete moves no number beyond its SYN-ACK. */
function nothingBeyondSynAck(c: EndedConnection): boolean {
  return !c.server.fin || c.server.finAtStart;
}

export function handshakeNeverAcknowledged(c: EndedConnection, synAcks: number): boolean {
  if (c.client.fin || c.client.spoke || !c.server.sentSynAck) return false;
  return c.flagsOnly ? synAcks >= 3 && nothingBeyondSynAck(c) : synAcks >= 2;
}

/** Nothing ended it: silence. */
export const SILENCE_RULES: readonly Rule[] = [
  {
    cause: "syn_unanswered",
    needs: ["F"],
    confidence: [90, 65],
    source: "RFC 6298 2.1, RFC 9293 3.8.3",
    confusedWith: ["a filter that drops", "a host that is off", "answers on another path"],
    match(c, { evidence }) {
      if (!onlySyn(c) || c.nowUs - c.startUs < FIRST_RTO_US) return 0;
      return evidence.note(E.syn_repeated, c.syns > 1) ? 90 : 65;
    },
  },
  {
    cause: "synack_unanswered",
    kind: "timeout",
    needs: ["F"],
    confidence: [80, 60],
    source: "RFC 9293 3.10.7.4, tcp_synack_retries",
    confusedWith: ["a SYN flood", "a forged source", "SYN-ACKs lost on their way"],
    match(c, { evidence }) {
      if (!handshakeNeverAcknowledged(c, c.synAcks)) return 0;
      evidence.note(E.synack_repeated, true);
      return c.flagsOnly ? 60 : 80;
    },
  },
  {
    cause: "listen_overflow",
    kind: "timeout",
    needs: ["H"],
    confidence: [90, 65],
    source: "Linux tcp_v4_syn_recv_sock: a full accept queue drops the final ACK",
    confusedWith: ["a filter that drops payload"],
    match(c, { evidence }) {
      if (c.flagsOnly || !c.server.sentSynAck || c.server.spoke || !c.client.spoke) return 0;
      if (!c.client.sentPayload || c.client.lastTries < TRIES) return 0;
      evidence.note(E.repeated_to_silence, true);
      return evidence.note(E.synack_repeated, c.synAcks >= 2) ? 90 : 65;
    },
  },
  {
    cause: "retransmission_timeout",
    needs: ["H", "F"],
    confidence: [90],
    source: "RFC 9293 3.8.3, tcp_retries2",
    confusedWith: ["a dead peer", "a broken path", "a NAT or firewall that lost its state and drops"],
    match(c, { evidence }) {
      if (!evidence.note(E.repeated_to_silence, repeater(c) !== null)) return 0;
      evidence.note(E.icmp_during_retransmission, c.icmp !== 0);
      return 90;
    },
  },
  {
    cause: "half_close_abandoned",
    needs: ["F"],
    confidence: [70],
    source: "RFC 9293 3.6: the other side never closed",
    confusedWith: ["a capture that ended early"],
    match(c, { evidence }) {
      if (c.client.fin === c.server.fin || c.nowUs - c.lastUs < ABANDONED_US) return 0;
      return evidence.note(E.one_fin, true) ? 70 : 0;
    },
  },
];
