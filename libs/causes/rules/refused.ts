import { SERVER, type EndedConnection } from "@hangup/connections";
import { E } from "../evidence.ts";
import type { Rule } from "../rule.ts";

/**
 * A RST of the server answers the SYN itself: one above the SYN (and its data), and nothing of the server before it. Most stacks send it
 * with seq 0, an empty window and no options; others, lwIP among them, as they send any.
 */
export function answersSyn(c: EndedConnection): boolean {
  const { rst } = c;
  if (rst === null || rst.sender !== SERVER || !c.client.sentSyn || rst.synAckSeen) return false;
  if (rst.form !== "refuse" && (rst.form !== "abort" || rst.senderSpoke || rst.peerSpoke)) return false;
  // Where the capture does not tell how much was sent, the SYN is taken to have carried nothing.
  const carried = c.flagsOnly && !c.client.bytesWhole ? 0 : c.client.bytes;
  return rst.ackBeyondIsn >= 0 && rst.ackBeyondIsn <= carried;
}

/** A RST or ICMP error answered the SYN. */
export const REFUSED_RULES: readonly Rule[] = [
  {
    cause: "injected",
    kind: "reset",
    needs: ["F"],
    confidence: [85],
    given: "two_answers",
    source: "a host answers a SYN once: by RST or by SYN-ACK",
    confusedWith: ["two hosts that answer for one address"],
    match: (c) => (c.twoAnswers ? 85 : 0),
  },
  {
    cause: "port_scan",
    kind: "refused",
    needs: ["X", "F"],
    confidence: [90],
    source: "eight doors within 10 s are nobody's business",
    confusedWith: ["port_closed", "firewall_reject"],
    match: (c, { population }) => (population && c.scanned ? 90 : 0),
  },
  {
    cause: "firewall_reject",
    needs: ["F"],
    confidence: [80],
    source: "netfilter REJECT --reject-with tcp-reset has the stack's form and the filter's TTL",
    confusedWith: ["port_closed"],
    match: (c, { evidence }) => (evidence.note(E.ttl_off_host, c.refusalTtl === "off") ? 80 : 0),
  },
  {
    cause: "port_closed",
    needs: ["F"],
    confidence: [90, 70, 50],
    source: "RFC 9293 3.10.7.1: a closed port answers by RST",
    confusedWith: ["firewall_reject"],
    match(c, { evidence }) {
      evidence.note(E.answers_syn, true);
      evidence.note(E.refused_again, c.rstAgain);
      // Not the form in which most stacks refuse.
      if (c.rst?.form === "abort") return 50;
      if (evidence.note(E.ttl_of_host, c.refusalTtl === "same")) return 90;
      // One hop off: another path to the host, or a filter right before it.
      return c.refusalTtl === "near" ? 50 : 70;
    },
  },
];

export const ICMP_RULES: readonly Rule[] = [
  {
    cause: "icmp_unreachable",
    kind: "refused",
    needs: ["I"],
    confidence: [90],
    source: "RFC 792 type 3, RFC 4443 type 1",
    confusedWith: ["a filter that rejects by ICMP", "a router without a route"],
    match: (_c, { evidence }) => (evidence.note(E.icmp_unreachable, true) ? 90 : 0),
  },
];
