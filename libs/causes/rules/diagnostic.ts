import type { Rule } from "../rule.ts";
import { diagnosticCode } from "../stated-reason.ts";
import type { CauseName } from "../taxonomy.ts";

/** Codes of the diagnostic payload that say one of our causes; the others leave it to what the packets show. */
const CODES: readonly { readonly code: number; readonly cause: CauseName; readonly means: string }[] = [
  { code: 3, cause: "data_after_close", means: "new data after close" },
  { code: 4, cause: "app_abort", means: "abort" },
  { code: 5, cause: "invalid_segment", means: "unexpected ACK before the handshake was done" },
  { code: 6, cause: "unexpected_syn", means: "unexpected SYN in the window" },
  { code: 10, cause: "resource_abort", means: "resource exceeded" },
];

/** The sender of the RST says itself why. */
export const DIAGNOSTIC_RULES: readonly Rule[] = CODES.map(({ code, cause, means }) => ({
  cause,
  needs: ["P"],
  confidence: [95],
  given: "rst_diagnostic",
  source: `draft-ietf-tcpm-rst-diagnostic-payload: code ${code}, ${means}`,
  confusedWith: [],
  match: (c) => (c.rst !== null && diagnosticCode(c.rst) === code ? 95 : 0),
}));
