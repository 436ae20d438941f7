import { styleText } from "node:util";

/** `12.3%`; a dash where there is no denominator. */
export function percent(rate: number | null): string {
  return rate === null ? "-" : `${(rate * 100).toFixed(1)}%`;
}

/** `18,204` */
export function whole(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 packet`, `18,204 packets` */
export function counted(count: number, what: string): string {
  return `${whole(count)} ${what}${count === 1 ? "" : "s"}`;
}

// Decided for each call: NO_COLOR and a pipe turn colours off.
export const bold = (text: string): string => styleText("bold", text, { stream: process.stdout });
export const dim = (text: string): string => styleText("dim", text, { stream: process.stdout });
