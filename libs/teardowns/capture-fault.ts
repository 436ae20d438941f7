import { CaptureError, type CaptureErrorReason, type DecodeCounters } from "@hangup/packets";
import { HangupError, type ErrorCode } from "@hangup/service/errors";

const CODES: Readonly<Record<CaptureErrorReason, ErrorCode>> = {
  not_a_capture: "HANGUP_NOT_A_CAPTURE",
  truncated_header: "HANGUP_CAPTURE_TRUNCATED",
  link_type: "HANGUP_LINK_TYPE",
  version: "HANGUP_NOT_A_CAPTURE",
  unreadable: "HANGUP_FILE",
};

/** What ended the reading of a capture, as an error that names it. Errors of another kind stay as they are. */
export function captureFault(error: unknown, name: string): unknown {
  if (!(error instanceof CaptureError)) return error;
  // Whoever could not open or read the file has named it already.
  const message = error.reason === "unreadable" ? error.message : `${name}: ${error.message}`;
  return new HangupError(CODES[error.reason], message, { cause: error });
}

/**
 * What of a capture could not be read although its end was reached, one sentence each; empty for a whole one.
 * @param damage why decompression ended early, '' where it did not.
 */
export function captureDamages(
  name: string,
  decode: Pick<DecodeCounters, "packets" | "cutRecords" | "damages" | "damagedBytes">,
  damage: string,
): string[] {
  const { packets, cutRecords, damages, damagedBytes } = decode;
  const found: string[] = [];
  if (damage !== "") found.push(`${name}: ${damage}`);
  if (cutRecords > 0) found.push(`${name} ends in the middle of a record: ${packets} whole packets were read`);
  if (damages > 0) {
    const places = `${damages} place${damages === 1 ? "" : "s"}`;
    found.push(`${name} is damaged in ${places}: ${damagedBytes} bytes were skipped`);
  }
  return found;
}
