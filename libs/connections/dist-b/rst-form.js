import { ACK, FIN, SYN } from "@hangup/packets";
/** The header of a RST, by which stacks answer and abort (numbers are stored, names are shown). */
export const RST_FORMS = ["", "refuse", "no_connection", "abort", "odd"];
export const FORM_REFUSE = 1;
export const FORM_NO_CONNECTION = 2;
export const FORM_ABORT = 3;
export const FORM_ODD = 4;
/**
 * - refuse: RST+ACK, seq 0, window 0, no options: a stack answers a segment without ACK (RFC 9293 3.10.7.1)
 * - no_connection: bare RST, ack field 0, window 0, no options: a stack answers a segment with ACK that no socket wants
 * - abort: RST+ACK at its own next number: the owner, on purpose
 * - odd: anything else
 */
export function formOf(s) {
  if ((s.flags & (SYN | FIN)) !== 0) return FORM_ODD;
  if ((s.flags & ACK) !== 0) return s.seq === 0 && s.window === 0 && !s.hasOptions ? FORM_REFUSE : FORM_ABORT;
  return s.ack === 0 && s.window === 0 && !s.hasOptions ? FORM_NO_CONNECTION : FORM_ODD;
}
//# sourceMappingURL=rst-form.js.map
