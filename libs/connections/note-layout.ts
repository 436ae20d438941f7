/*
 * An entry of what is noted (Notes): kind, mark, TTL, port · what the kind says.
 */

/** Kinds of note. */
export const FORWARDED = 0;
export const LISTENER = 1;
export const TALK = 2;
export const TTL = 3;
export const PROBE = 4;
export const KNOCK = 5;
/** Words of an entry, by kind. */
export const NOTE_WORDS = [2, 2, 2, 6, 5, 5];

/** Words that a segment can add. */
export const A_SEGMENT = 64;

// First word of an entry: kind, mark, TTL 8 bits, port 16 bits.
export const KIND_SHIFT = 25;
/** Of a TTL: the SYN-ACK of a listener carried it. Of a probe: it was what opened the tuple. */
export const MARK = 1 << 24;
export const TTL_SHIFT = 16;
