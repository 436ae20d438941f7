/**
 * The facts that rules look at and that no other column holds, by name: stored with the row, so that it can be judged again without
 * its packets. libs/connections/ended.ts says what each means, at the field of that name.
 */
const SIDE = [
  "sent_syn",
  "sent_syn_ack",
  "spoke",
  "sent_payload",
  "fin",
  "fin_acks_other",
  "fin_beyond",
  "fin_at_start",
  "went_on_after_fin",
  "last_unanswered",
  "more_ttls",
  "timestamps",
] as const;

const CONNECTION = [
  "handshake",
  "both_syns",
  "odd_open",
  "misfit_syn_ack",
  "other_syn",
  "syn_trailed",
  "fin_soon",
  "server_fin_first",
  "rst_again",
  "rst_trailing",
  "rst_twins",
  "sender_goes_on",
  "peer_sent_more",
  "two_answers",
  "refusal_ttl_same",
  "refusal_ttl_near",
  "refusal_ttl_off",
  "extreme_ttl_own",
  "scanned",
  "regular_knock",
  "capture_loss",
  // Judged with every connection of the time at hand: a file.
  "whole_capture",
] as const;

/** Of the client, of the server, of both. */
export const FACTS: readonly string[] = [
  ...SIDE.map((name) => `client_${name}`),
  ...SIDE.map((name) => `server_${name}`),
  ...CONNECTION,
];

/** Of a RST: x sent it, y is its peer. */
export const RST_FACTS = [
  // Of one that came several times both may hold, and yet a copy may have ended the row.
  "ignored",
  "trailing",
  "options",
  "timestamp",
  "sender_fin",
  "peer_fin",
  "sender_spoke",
  "peer_spoke",
  "sender_sent_payload",
  "peer_sent_payload",
  "handshake",
  "last_by_sender",
  "last_payload_by_sender",
  "sender_window_zero",
  "sender_timestamps",
  "seq_is_last_ack",
  "after_other_syn",
  "first_packet",
  "lone_trigger",
] as const;

function numbered<N extends string>(names: readonly N[], from = 0): Readonly<Record<N, number>> {
  return Object.fromEntries(names.map((name, i) => [name, from + i])) as Record<N, number>;
}

/** Numbers of a side's facts in FACTS, the client's; those of the server stand OF_SERVER higher. */
export const S = numbered(SIDE);
export const OF_SERVER = SIDE.length;
export const C = numbered(CONNECTION, 2 * SIDE.length);
/** Numbers in RST_FACTS. */
export const R = numbered(RST_FACTS);
