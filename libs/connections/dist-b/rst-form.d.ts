import { type Segment } from "@hangup/packets";
/** The header of a RST, by which stacks answer and abort (numbers are stored, names are shown). */
export declare const RST_FORMS: readonly ["", "refuse", "no_connection", "abort", "odd"];
export type RstForm = (typeof RST_FORMS)[number];
export declare const FORM_REFUSE = 1;
export declare const FORM_NO_CONNECTION = 2;
export declare const FORM_ABORT = 3;
export declare const FORM_ODD = 4;
/**
 * - refuse: RST+ACK, seq 0, window 0, no options: a stack answers a segment without ACK (RFC 9293 3.10.7.1)
 * - no_connection: bare RST, ack field 0, window 0, no options: a stack answers a segment with ACK that no socket wants
 * - abort: RST+ACK at its own next number: the owner, on purpose
 * - odd: anything else
 */
export declare function formOf(s: Segment): number;
