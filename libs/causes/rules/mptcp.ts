import type { Rule } from "../rule.ts";

export const MPTCP_RULE: Rule = {
  cause: "mptcp_abort",
  needs: ["P"],
  confidence: [95],
  source: "RFC 8684 3.6: MP_TCPRST carries a reason",
  confusedWith: [],
  match: (c) => (c.rst !== null && c.rst.mptcpReason >= 0 ? 95 : 0),
};
