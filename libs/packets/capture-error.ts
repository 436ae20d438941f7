/** What can make a whole input unreadable. Anything smaller is counted and read past. */
export type CaptureErrorReason = "not_a_capture" | "truncated_header" | "link_type" | "version" | "unreadable";

/** The input as a whole is no capture that can be read. `message` names what was found; `reason` is one of a closed list. */
export class CaptureError extends Error {
  override readonly name = "CaptureError";
  readonly reason: CaptureErrorReason;

  constructor(reason: CaptureErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
