import { styleText } from "node:util";

/** `12.3%`; a dash where there is no denominator. */
export function percent(rate: number | null): string {
  return rate === null ? "-" : `${(rate * 100).toFixed(1)}%`;
}

/** `18,204` */
export function whole(count: number): string {
  return count.toLocaleString("en-US");
}

// Decided for each call: NO_COLOR and a pipe turn colours off.
export const bold = (text: string): string => styleText("bold", text, { stream: process.stdout });
export const dim = (text: string): string => styleText("dim", text, { stream: process.stdout });
