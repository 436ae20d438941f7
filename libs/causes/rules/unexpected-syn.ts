import type { Rule } from "../rule.ts";

export const UNEXPECTED_SYN_RULE: Rule = {
  cause: "unexpected_syn",
  needs: ["F"],
  confidence: [85],
  source: "RFC 9293 3.10.7.4, RFC 5961 4: a SYN on a live connection draws a challenge ACK, and that a RST",
  confusedWith: ["no_connection"],
  match: (c) => (c.rst?.afterOtherSyn === true && (c.rst.flags & 16) === 0 ? 85 : 0),
};
