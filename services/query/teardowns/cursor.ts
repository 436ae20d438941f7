import { BadValue } from "../parameters/parameter-error.ts";

/** The row that a page ended with: the next page holds what comes after it, newest first. */
export interface Cursor {
  /** µs since the epoch. */
  readonly endUs: number;
  readonly collector: string;
  readonly epoch: number;
  readonly seq: number;
}

export function encodeCursor({ endUs, collector, epoch, seq }: Cursor): string {
  return Buffer.from(JSON.stringify([endUs, collector, epoch, seq])).toString("base64url");
}

/** @throws BadValue for anything that `encodeCursor` did not make. */
export function decodeCursor(text: string): Cursor {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    parts = null;
  }
  if (Array.isArray(parts) && parts.length === 4) {
    const [endUs, collector, epoch, seq] = parts as readonly unknown[];
    const whole = [endUs, epoch, seq].every((value) => Number.isSafeInteger(value) && Number(value) >= 0);
    if (whole && typeof collector === "string") {
      return { endUs: Number(endUs), collector, epoch: Number(epoch), seq: Number(seq) };
    }
  }
  throw new BadValue("not a cursor of this API: take 'next_cursor' of the page before");
}
