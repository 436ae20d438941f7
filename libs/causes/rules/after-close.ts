import { E } from "../evidence.ts";
import type { Rule } from "../rule.ts";
import { FAREWELL_BYTES } from "../signs.ts";

/** The sender of the RST had closed its side before. */
export const AFTER_CLOSE_RULES: readonly Rule[] = [
  {
    cause: "data_after_close",
    needs: ["F"],
    confidence: [95],
    source: "RFC 9293 3.10.7.4, Linux tcp_rcv_state_process: data for a socket that nobody reads any more",
    confusedWith: ["app_abort"],
    match(c, { evidence, signs }) {
      const { rst } = c;
      if (rst === null || !rst.senderFin) return 0;
      const bare = (rst.flags & 16) === 0;
      if (!bare && !(rst.ackBeyondOwnFin > 0)) return 0;
      const late = bare ? rst.peerBeyondOwnFin : rst.ackBeyondOwnFin;
      const known = !(bare && c.flagsOnly);
      evidence.note(E.late_data, !known || late > 0);
      evidence.note(E.late_close_notify, known && late > 0 && late <= FAREWELL_BYTES);
      void signs;
      return 95;
    },
  },
  {
    cause: "app_abort",
    needs: ["F"],
    confidence: [90],
    given: "own_fin",
    source: "SO_LINGER 0 after shutdown(), TCP_LINGER2 < 0",
    confusedWith: ["data_after_close"],
    match: (c) => (c.rst?.senderFin === true ? 90 : 0),
  },
];
