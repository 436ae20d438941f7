/*
 * Letters of the history (history.ts), and how a record holds them: five bits a letter, side in the highest of them; six letters a word,
 * two words.
 */
export const LETTER_S = 1;
export const LETTER_H = 2;
export const LETTER_A = 3;
export const LETTER_F = 4;
export const LETTER_R = 5;
export const LETTER_D = 6;
export const LETTER_T = 7;
export const LETTER_W = 8;
export const LETTER_G = 9;
export const LETTER_I = 10;
export const LETTER_Q = 11;

export const PER_WORD = 6;
export const ROOM = 12;
/** Room for how it ended is kept free of what came on the way. */
export const ROOM_BEFORE_THE_END = 9;
export const ROOM_FOR_TROUBLE = 8;
export const LENGTH_MASK = 15;

/** MARKS: side 0 has sent a pure ACK, payload; shift by side. */
export const ONCE_A = 1;
export const ONCE_D = 4;
