export declare const LETTER_S = 1;
export declare const LETTER_H = 2;
export declare const LETTER_A = 3;
export declare const LETTER_F = 4;
export declare const LETTER_R = 5;
export declare const LETTER_D = 6;
export declare const LETTER_T = 7;
export declare const LETTER_W = 8;
export declare const LETTER_G = 9;
export declare const LETTER_I = 10;
export declare const LETTER_Q = 11;
/** The bit in MARKS that says the letter stands already; of A and of D-Q only. */
export declare function onceBit(letter: number, side: number): number;
export declare function appendLetter(w: Int32Array, b: number, letter: number, side: number): void;
/** Appends a letter that stands once a side. */
export declare function appendOnce(w: Int32Array, b: number, letter: number, side: number): void;
/** As text, upper case for the side that is the client. */
export declare function historyText(w: Int32Array, b: number, client: number): string;
