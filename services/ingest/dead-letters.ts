import type { OutgoingMessage } from "@hangup/kafka";
import type { DeadLetter } from "./block.ts";

/** Longer values are cut: with its headers the message must stay below the broker's usual limit of 1 MiB. */
const MAX_VALUE_BYTES = 900_000;

/**
 * The message that goes to the dead-letter topic: key and value as they came, and why and from where as headers:
 * `hangup-reason`, `hangup-detail`, `hangup-topic`, `hangup-partition`, `hangup-offset`, `hangup-timestamp-ms`, and
 * `hangup-cut-bytes` where the value was too long.
 */
export function deadLetterMessage(
  { message, reason, detail }: DeadLetter,
  topic: string,
  partition: number,
): OutgoingMessage {
  const value = message.value ?? Buffer.alloc(0);
  const cut = Math.max(0, value.length - MAX_VALUE_BYTES);
  return {
    key: message.key ?? Buffer.alloc(0),
    value: value.subarray(0, value.length - cut),
    headers: {
      "hangup-reason": reason,
      "hangup-detail": detail,
      "hangup-topic": topic,
      "hangup-partition": String(partition),
      "hangup-offset": String(message.offset),
      "hangup-timestamp-ms": String(message.timestampMs),
      ...(cut > 0 ? { "hangup-cut-bytes": String(cut) } : {}),
    },
  };
}
