import { E } from "../evidence.ts";
import type { Rule } from "../rule.ts";

/** A segment reached a stack that knows no such connection. */
export const NOBODY_RULES: readonly Rule[] = [
  {
    cause: "no_connection",
    needs: ["F"],
    confidence: [90, 70],
    source: "RFC 9293 3.10.7.1: the RST takes the number that the segment acknowledges",
    confusedWith: ["nat_expired", "host_reboot", "untranslated_segment", "firewall_reset"],
    match(c, { evidence, signs }) {
      const { rst } = c;
      if (rst === null) return 0;
      evidence.note(E.answers_segment, rst.seqIsLastAck && !signs.bothEnds);
      evidence.note(E.orphan_trigger, rst.loneTrigger);
      if (rst.form === "odd") return c.flagsOnly || rst.seqIsLastAck ? 70 : 0;
      return 90;
    },
  },
];
