import { CaptureError, type CaptureErrorReason } from "@hangup/packets";
import { HangupError, type ErrorCode } from "@hangup/service";

const CODES: Readonly<Record<CaptureErrorReason, ErrorCode>> = {
  not_a_capture: "HANGUP_NOT_A_CAPTURE",
  truncated_header: "HANGUP_CAPTURE_TRUNCATED",
  link_type: "HANGUP_LINK_TYPE",
  version: "HANGUP_NOT_A_CAPTURE",
  unreadable: "HANGUP_NOT_A_CAPTURE",
};

/** What went wrong while a capture was read, as an error that names it. Errors of another kind stay as they are. */
export function captureFault(error: unknown, name: string): unknown {
  if (error instanceof CaptureError) {
    return new HangupError(CODES[error.reason], `${name}: ${error.message}`, { cause: error });
  }
  if (error instanceof Error && "syscall" in error) {
    return new HangupError("HANGUP_FILE", `${name} cannot be read: ${error.message}`, { cause: error });
  }
  return error;
}
