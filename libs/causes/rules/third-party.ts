import { SERVER, type EndedConnection } from "@hangup/connections";
import { E } from "../evidence.ts";
import type { Rule, RuleContext } from "../rule.ts";

const SOON_US = 1_000_000;

/** Did somebody else send this RST? Confidence, or 0. One strong sign decides; of weak ones it takes two. */
function thirdParty(c: EndedConnection, { signs }: RuleContext): number {
  if (c.twoAnswers || signs.goesOn || signs.climbing) return 85;
  // A SYN proxy answers SYNs with another TTL than the host behind it has: without data segments that is all there is.
  if (signs.ttlForeign) return c.flagsOnly ? 65 : 85;
  return signs.weak >= 2 ? 70 : 0;
}

/** The RST of a filter's reject rule: one, bare, to the side whose packet it caught. */
function looksLikeReject(c: EndedConnection, { signs }: RuleContext): boolean {
  const { rst } = c;
  return rst !== null && (rst.flags & 16) === 0 && !signs.climbing && !signs.twins && !signs.bothEnds && !c.twoAnswers;
}

/** The RST carries an address that did not send it. */
export const THIRD_PARTY_RULES: readonly Rule[] = [
  {
    cause: "firewall_reset",
    needs: ["F", "H"],
    confidence: [85, 70, 65],
    source: "netfilter nf_send_reset: bare, the trigger's acknowledgement as its number, a TTL of its own",
    confusedWith: ["injected"],
    match: (c, context) => (looksLikeReject(c, context) ? thirdParty(c, context) : 0),
  },
  {
    cause: "filter_block",
    needs: ["F", "H"],
    confidence: [85, 70, 65],
    source: "off-path filters answer the request: RSTs to the client, often several",
    confusedWith: ["injected"],
    match(c, context) {
      const { rst } = c;
      if (rst === null || rst.sender !== SERVER) return 0;
      const after = c.flagsOnly
        ? c.client.sentPayload
        : rst.peerSentPayload && rst.sinceDataUs >= 0 && rst.sinceDataUs <= SOON_US;
      if (!after) return 0;
      const confidence = thirdParty(c, context);
      if (confidence > 0) context.evidence.note(E.after_request, true);
      return confidence;
    },
  },
  {
    cause: "injected",
    needs: ["F", "H"],
    confidence: [85, 70, 65],
    source: "RFC 5961 1.2: a forged RST within the window",
    confusedWith: ["firewall_reset"],
    match: thirdParty,
  },
];
