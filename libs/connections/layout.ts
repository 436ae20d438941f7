/**
 * A tracked connection is a record of 48 words of 32 bits in the table's memory: three cache lines. What few connections need
 * (RSTs, holes in the byte stream, a second SYN) stands in side pools, found through EXTRA.
 *
 * The two endpoints are ordered by address, then port: `lower` is side 0, `higher` side 1, whoever the client is. Sequence
 * numbers are kept as signed words; times of events as the low 32 bits of microseconds, told apart by LAST_TIME (a record is
 * judged long before they come round after 71 minutes).
 */
export const STRIDE = 48;

// First line: the key, and what each segment touches.
/** Address of side 0 in words 0-3, of side 1 in words 4-7. */
export const ADDRESS = 0;
/** Port of side 0 << 16 | port of side 1. */
export const PORTS = 8;
/** The VLAN and tunnel stack. */
export const CONTEXT = 9;
export const FLAGS = 10;
export const MARKS = 11;
/** Float64: the last segment, µs. */
export const LAST_TIME = 12;
/** Rare facts: index + 1 in the pool, 0 for none. */
export const EXTRA = 14;
/** Silence before the last segment (silence.ts). */
export const GAP = 15;

// Second line: what each segment touches of the two sides. Side 0 begins at SIDE, side 1 at SIDE + SIDE_WORDS.
export const SIDE = 16;
export const SIDE_WORDS = 8;
/** Highest sequence number sent + 1. */
export const SND = 0;
/** Highest acknowledgement sent. */
export const ACKED = 1;
export const PACKETS = 2;
/** Unique payload bytes, low 32 bits. */
export const BYTES = 3;
/** Up to four distinct TTLs, RSTs left out; 0 for none. */
export const TTLS = 4;
/** Sequence number of the last segment that wants an answer: data, FIN or probe. */
export const LAST_SEQ = 5;
/** Retransmissions 16 bits | how often LAST_SEQ was sent 8 | probes since the peer spoke 8. */
export const TRIES = 6;
/** IP-ID of the last packet << 16 | bits below. */
export const BITS = 7;

// Third line: how it began and ended.
/** Float64: the first segment, µs. */
export const FIRST_TIME = 32;
/** The segment that ended it. */
export const END_TIME = 34;
/** The last SYN; from then the SYN-ACK that was counted last; from then the first FIN. */
export const EVENT_TIME = 35;
/** SYN to SYN-ACK, µs. */
export const RTT_SERVER = 36;
/** SYN-ACK to ACK, µs. */
export const RTT_CLIENT = 37;
/** First payload of the client (of either side when the SYN was not seen). */
export const DATA_TIME = 38;
/** Letters of the history, six to a word. */
export const HISTORY = 39;
/** Above the letters of the first word: the record stands in the index by its VLAN or tunnel, too (ConnectionTable). */
export const BY_CONTEXT = 1 << 30;
/** Above the letters of the second word: copies of its packets, at most three (RecentPackets). */
export const COPIES = 40;
export const COPIES_SHIFT = 30;
/** SYNs 8 bits | counted SYN-ACKs 8 | segments after the end 16. */
export const COUNTS = 41;
/** Acknowledgement number of the first FIN. */
export const FIN_ACK = 42;
/** Next slot + 1 in the timer bucket. */
export const NEXT = 43;
/** Initial sequence numbers, by side. */
export const ISN_OF = 44;
/** Sequence numbers behind the FINs, by side. */
export const FIN_END_OF = 46;

// What timestamps tell while neither SYN nor SYN-ACK is known, by side (echoes.ts), in words that opening and end would use.
/** Round trip to the side, µs: 0 or -1 when unknown, negative as long as it is in doubt. Until the client is known. */
export const TRIP_TO = RTT_SERVER;
/** The newest timestamp value that the side sent. */
export const NEWEST_OF = ISN_OF;
/** The value whose echo is waited for. */
export const AWAITED_OF = FIN_END_OF;
/** When it was sent first, 0 while none is waited for. */
export const AWAITED_SINCE = END_TIME;

// BITS of a side.
export const HAS_ISN = 1 << 0;
export const HAS_SEQ = 1 << 1;
export const HAS_ACK = 1 << 2;
/** Its SYN without ACK was seen. */
export const SENT_SYN = 1 << 3;
/** Its SYN-ACK that fits was seen. */
export const SENT_SYNACK = 1 << 4;
/** It sent a segment that is neither SYN nor RST. */
export const SPOKE = 1 << 5;
/** Its last window was 0. */
export const WINDOW_ZERO = 1 << 6;
/** Its segments carry timestamps. */
export const TIMESTAMPS = 1 << 7;
/** Its last acknowledgement was lower than one before: the value stands in EXTRA. */
export const STALE_ACK = 1 << 8;
/** Holes of its byte stream stand in EXTRA. */
export const HOLES = 1 << 9;
/** Its byte count cannot be exact: too many holes, or numbers that cannot be. */
export const INEXACT = 1 << 10;
/** More than four distinct TTLs. */
export const TTL_OVERFLOW = 1 << 11;
/** IP-IDs jump: no series. */
export const IPID_JUMPS = 1 << 12;
export const HAS_IPID = 1 << 13;
/** A segment lay out of all reach; its end stands in EXTRA. */
export const STRAYED = 1 << 14;
export const SENT_RST = 1 << 15;

// FLAGS.
export const STATE = 3;
export const OPEN = 0;
/** Ended, not yet judged. */
export const ENDED = 1;
/** Judged and told; the record stays so that stragglers begin nothing new. */
export const JUDGED = 2;
/** The record is in nobody's use. */
export const FREE = 3;
export const BY_FIN = 1 << 2;
export const BY_RST = 1 << 3;
export const BY_ICMP = 1 << 4;
/** No longer the tuple's record: a later SYN has taken it. */
export const DETACHED = 1 << 5;
/** A SYN with another ISN waits for what follows. */
export const PENDING = 1 << 6;
export const IPV6 = 1 << 7;
/** CLIENT_IS_1 is known from a SYN or SYN-ACK. */
export const CLIENT_KNOWN = 1 << 8;
export const CLIENT_IS_1 = 1 << 9;
export const HANDSHAKE = 1 << 10;
/** FIN of side 0, of side 1 (shift by side). */
export const FIN_0 = 1 << 11;
export const FIN_1 = 1 << 12;
/** The FIN captured first was side 1's. */
export const FIN_FIRST_1 = 1 << 13;
/** The FIN of side 0 (1) acknowledges the other's. */
export const FIN_ACKS_0 = 1 << 14;
export const FIN_ACKS_1 = 1 << 15;
export const LAST_IS_1 = 1 << 16;
export const LAST_PAYLOAD_IS_1 = 1 << 17;
/** Side 0 (1) sent new payload that acknowledges the other's FIN, before its own. */
export const HALF_CLOSE_0 = 1 << 18;
/** The FIN of side 0 (1) lies beyond what the other's FIN acknowledges. */
export const FIN_BEYOND_0 = 1 << 20;
export const FIN_BEYOND_1 = 1 << 21;
export const RST_SEEN = 1 << 22;
export const FIRST_RST_IS_1 = 1 << 23;
/** Opened by a segment that opens nothing: FIN, NULL, XMAS, SYN+FIN. */
export const ODD_OPEN = 1 << 24;
/** Refusal and SYN-ACK answered one copy of the SYN. */
export const TWO_ANSWERS = 1 << 25;
/** The first FIN came at most 8 s after the SYN-ACK. */
export const FIN_SOON = 1 << 26;
/** The SYN was repeated after the refusal that ended the row. */
export const SYN_AGAIN = 1 << 27;
/** FIN of side 0 (1) came after the RST that had ended the row. */
export const FIN_AFTER_0 = 1 << 28;
export const FIN_AFTER_1 = 1 << 29;
export const PAYLOAD_0 = 1 << 30;
export const PAYLOAD_1 = 1 << 31;

/** Segments of such a connection need more than the common accounting. */
export const SPECIAL = STATE | PENDING | FIN_0 | FIN_1 | RST_SEEN;
/** Of the words above that have two uses, none is any more what timestamps tell, but for TRIP_TO. */
export const OPENED_OR_ENDED = CLIENT_KNOWN | STATE | RST_SEEN;

// MARKS: letters that the history holds once a side in bits 0-13 (history.ts), its length in 14-17, and more.
export const HISTORY_LENGTH_SHIFT = 14;
/** A SYN-ACK that acknowledges no SYN of this connection. */
export const MISFIT_SYNACK = 1 << 18;
/** Segments of this connection came after the SYN that waits. */
export const FOLLOWED = 1 << 19;
/** A SYN with another ISN came while it was live. */
export const OTHER_SYN = 1 << 20;
/** SYNs of both sides before a SYN-ACK. */
export const BOTH_SYNS = 1 << 21;
/** Byte counter of side 0 (1) went round: times 2^32, at most three. */
export const WRAPS_SHIFT_0 = 22;
export const WRAPS_SHIFT_1 = 24;
/** Not the tuple's record: its SYN waits beside it. */
export const SHADOW = 1 << 26;
/** A later copy of a FIN acknowledges the other's. */
export const FIN_ACKED_LATER = 1 << 27;
/** The sender of a SYN with another ISN reset the connection that the SYN came into. */
export const SYN_THEN_RST = 1 << 28;
/** No segment before the last FIN carried its timestamp value: its echo is waited for. */
export const FIN_TIMED = 1 << 29;
/** What lies before the FIN of side 0 (1) is missing (gaps.ts). */
export const FIN_GAP_0 = 1 << 30;
export const FIN_GAP_1 = 1 << 31;
