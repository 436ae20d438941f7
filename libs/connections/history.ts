import { HISTORY, HISTORY_LENGTH_SHIFT, MARKS } from "./layout.ts";
import {
  LENGTH_MASK,
  LETTER_A,
  LETTER_D,
  LETTER_F,
  LETTER_R,
  PER_WORD,
  ROOM,
  ROOM_BEFORE_THE_END,
  ROOM_FOR_TROUBLE,
} from "./letters.ts";

/**
 * Zeek's history: a letter a thing seen, upper case for the client. S SYN, H SYN-ACK, A pure ACK, D payload, F FIN, R RST,
 * T payload again, W window 0, G a hole in the payload, I flags at odds (FIN and RST), Q SYN with FIN or RST.
 * A, D, W, G, I, Q stand once a side, T again at its 10th, 100th and so on; S, H, F, R again when their sequence number changed. ^ before
 * them: the first packet captured was the server's.
 */
const LETTERS = ".shafrdtwgiq";

/** The bit in MARKS that says the letter stands already; of A and of D-Q only. */
export function onceBit(letter: number, side: number): number {
  return 1 << ((letter === LETTER_A ? 0 : letter - LETTER_D + 1) * 2 + side);
}

export function appendLetter(w: Int32Array, b: number, letter: number, side: number): void {
  const length = (w[b + MARKS] >>> HISTORY_LENGTH_SHIFT) & LENGTH_MASK;
  const ends = letter === LETTER_F || letter === LETTER_R;
  if (length >= (ends ? ROOM : letter > LETTER_D ? ROOM_FOR_TROUBLE : ROOM_BEFORE_THE_END)) return;
  const code = letter | (side << 4);
  if (length < PER_WORD) w[b + HISTORY] |= code << (length * 5);
  else w[b + HISTORY + 1] |= code << ((length - PER_WORD) * 5);
  w[b + MARKS] += 1 << HISTORY_LENGTH_SHIFT;
}

/** Appends a letter that stands once a side. */
export function appendOnce(w: Int32Array, b: number, letter: number, side: number): void {
  const bit = onceBit(letter, side);
  if ((w[b + MARKS] & bit) !== 0) return;
  w[b + MARKS] |= bit;
  appendLetter(w, b, letter, side);
}

/** Few histories are distinct, and most connections share a handful: the texts made last, by their words. */
const CACHED = 256;
const cachedFirst = new Int32Array(CACHED);
const cachedSecond = new Int32Array(CACHED);
const cachedText = Array.from({ length: CACHED * 2 }, () => "");

/** As text, upper case for the side that is the client. */
export function historyText(w: Int32Array, b: number, client: number): string {
  const first = w[b + HISTORY];
  const second = w[b + HISTORY + 1];
  const at = (Math.imul(first ^ (second << 7), 0x9e3779b1) >>> 24) & (CACHED - 1);
  if (cachedFirst[at] !== first || cachedSecond[at] !== second) {
    cachedFirst[at] = first;
    cachedSecond[at] = second;
    cachedText[at * 2] = text(first, second, 0);
    cachedText[at * 2 + 1] = text(first, second, 1);
  }
  return cachedText[at * 2 + client];
}

function text(first: number, second: number, client: number): string {
  let out = "";
  for (let i = 0; i < ROOM; i++) {
    const code = ((i < PER_WORD ? first : second) >>> ((i % PER_WORD) * 5)) & 31;
    if (code === 0) break;
    const letter = LETTERS[code & 15];
    out += code >>> 4 === client ? letter.toUpperCase() : letter;
  }
  return out === "" || out[0] === out[0].toUpperCase() ? out : `^${out}`;
}
