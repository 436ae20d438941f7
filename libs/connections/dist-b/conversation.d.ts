import { Segment } from "@hangup/packets";
/** A side as tests write it. */
export type Speaker = "c" | "s";
export interface ConversationOptions {
  /** Last bytes of the addresses 10.0.0.x and 10.0.1.x (fd00::… where `family` is 6). Default 1 and 1. */
  readonly clientHost?: number;
  readonly serverHost?: number;
  readonly clientPort?: number;
  readonly serverPort?: number;
  readonly family?: 4 | 6;
  readonly context?: number;
  readonly clientIsn?: number;
  readonly serverIsn?: number;
  readonly clientTtl?: number;
  readonly serverTtl?: number;
  /** Both sides use timestamps. Default true. */
  readonly timestamps?: boolean;
  /** Of the first segment, µs. */
  readonly startUs?: number;
  /** Between two segments unless the text says otherwise, µs. Default 10 ms. */
  readonly stepUs?: number;
}
/** Header fields of one segment that differ from what the side would send by itself. */
export type SegmentFields = Partial<
  Pick<
    Segment,
    | "seq"
    | "ack"
    | "flags"
    | "payloadLength"
    | "ttl"
    | "ipId"
    | "window"
    | "hasOptions"
    | "hasTimestamp"
    | "icmp"
    | "mptcpResetReason"
    | "interfaceId"
    | "context"
  >
>;
/**
 * A TCP conversation to test with, as captured segments: numbers, times, TTLs and IP-IDs follow as two stacks would choose them.
 *
 * `play` takes the letters of lab notes, a word a segment: side c or s, then S SYN, SA SYN-ACK, A ACK, D100 data of 100 bytes, F FIN,
 * F20 FIN with data, R the bare RST of a stack that knows no connection, RA an abort, RR a refusal. `!` before it: sent, not captured.
 * `=` before it: the last such segment again. `~20ms`, `~3s` let time pass.
 */
export declare class Conversation {
  #private;
  readonly segments: Segment[];
  constructor(options?: ConversationOptions);
  play(text: string): this;
  /** A segment of the side with these fields; neither side's own numbers move. */
  send(side: Speaker, fields: SegmentFields): this;
  /** Lets time pass. */
  wait(us: number): this;
  /** The next sequence number of a side. */
  next(side: Speaker): number;
}
/** The segments of several conversations as one capture would hold them. */
export declare function interleave(...conversations: readonly Conversation[]): Segment[];
