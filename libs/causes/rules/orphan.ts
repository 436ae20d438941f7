import type { Rule } from "../rule.ts";

/** Nothing but RSTs was seen of the tuple: weak, whatever it is. */
const WEAK = 50;

export const ORPHAN_RULES: readonly Rule[] = [
  {
    cause: "port_scan",
    needs: ["X", "F"],
    confidence: [WEAK],
    given: "lone_rst",
    source: "answers to many probes of one source that the capture does not hold",
    confusedWith: ["no_connection"],
    match: (c, { population }) => (population && c.scanned ? WEAK : 0),
  },
  {
    cause: "unknown_reset",
    needs: ["F"],
    confidence: [30],
    given: "lone_rst",
    source: "SYN or FIN beside RST: no stack sends that",
    confusedWith: [],
    match: (c) => (((c.rst?.flags ?? 0) & 3) !== 0 ? 30 : 0),
  },
  {
    cause: "no_connection",
    needs: ["F"],
    confidence: [WEAK],
    given: "lone_rst",
    source: "RFC 9293 3.10.7.1: the form of an answer to a segment that is not in the capture",
    confusedWith: ["firewall_reset", "injected"],
    match: (c) => (((c.rst?.flags ?? 0) & 16) === 0 || c.rst?.seq === 0 ? WEAK : 0),
  },
  {
    cause: "app_abort",
    needs: ["F"],
    confidence: [WEAK],
    given: "lone_rst",
    source: "RST+ACK: the form of an abort",
    confusedWith: ["injected"],
    match: () => WEAK,
  },
];
