import { HangupError, shortened } from "@hangup/service/command";

/** Where ClickHouse begins to say, within the rows, why there will be no more; its own line, then a tag, then the words. */
const MARKER = "\r\n__exception__\r\n";
/** ClickHouse cuts what it says at 16 KiB. */
const HELD_BYTES = 20_000;

/**
 * The bytes of an answer as they come. The last of them are held back until it is whole, so that what ClickHouse says when it
 * fails half-way does not stand among the rows.
 * @throws HangupError HANGUP_SQL_FAILED in ClickHouse's words when the answer breaks off.
 */
export async function* rowsOnly(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0);
  try {
    for await (const chunk of body) {
      held = Buffer.concat([held, chunk]);
      const ready = held.length - HELD_BYTES;
      if (ready <= 0) continue;
      yield held.subarray(0, ready);
      held = held.subarray(ready);
    }
  } catch (cause) {
    const at = held.lastIndexOf(MARKER, held.lastIndexOf("__exception__") - MARKER.length);
    if (at >= 0) yield held.subarray(0, at);
    throw brokenOff(at >= 0 ? held.subarray(at + MARKER.length).toString("utf8") : "", cause);
  }
  yield held;
}

/** All of it as text. @throws like `rowsOnly`. */
export async function wholeText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of rowsOnly(body)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function brokenOff(said: string, cause: unknown): HangupError {
  const words = /Exception: ([^]*?)(?:\.? \([A-Z_]+\))? \(version /.exec(said)?.[1].replaceAll(/\s+/g, " ");
  if (words !== undefined) {
    return new HangupError(
      "HANGUP_SQL_FAILED",
      `the answer broke off, it is not complete: ${shortened(words, 1_000)}`,
      { cause },
    );
  }
  return new HangupError("HANGUP_SQL_LIMIT", "the answer broke off, it is not complete", {
    remedy: "It may have met a limit on time, memory or rows: ask for less",
    cause,
  });
}
