import { styleText } from "node:util";

/** `12.3%`; a dash where there is no denominator. */
export function percent(rate: number | null): string {
  return rate === null ? "-" : `${(rate * 100).toFixed(1)}%`;
}

/** `18,204`, of a whole number. By hand: the first number of a locale takes 20 ms, a tenth of a start. */
export function whole(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `1 packet`, `18,204 packets` */
export function counted(count: number, what: string): string {
  return `${whole(count)} ${what}${count === 1 ? "" : "s"}`;
}

// Decided for each call: NO_COLOR and a pipe turn colours off.
export const bold = (text: string): string => styleText("bold", text, { stream: process.stdout });
export const dim = (text: string): string => styleText("dim", text, { stream: process.stdout });
