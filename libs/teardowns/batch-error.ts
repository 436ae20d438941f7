/** Why a message cannot be read as a batch: a closed list, since it becomes a metric label and a message header. */
export const BATCH_ERROR_REASONS = {
  empty: "no bytes, or no rows",
  bad_seal: "its CRC-32 is missing or wrong: it was cut or changed on the way, or is something else",
  truncated: "it ends in the middle of a field",
  malformed: "it is not protobuf, or a field has another wire type than the schema says",
  no_collector: "the collector's name is missing",
  too_large: "more rows, names or bytes in a name than the format allows",
  bad_length: "a column has neither one value nor one for each row",
  bad_reference: "a row names an entry that its dictionary does not have",
  bad_value: "a number is beyond the range of its column",
  bad_text: "a text is not UTF-8",
} as const;

export type BatchErrorReason = keyof typeof BATCH_ERROR_REASONS;

/** A message that is no readable TeardownBatch. */
export class BatchError extends Error {
  readonly reason: BatchErrorReason;

  /** `field`: where in the message, for a person. */
  constructor(reason: BatchErrorReason, field = "") {
    super(`batch ${field === "" ? "" : `field ${field} `}refused: ${BATCH_ERROR_REASONS[reason]}`);
    this.name = "BatchError";
    this.reason = reason;
  }
}
