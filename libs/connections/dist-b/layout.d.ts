/**
 * A tracked connection is a record of 48 words of 32 bits in a chunk of the table: three cache lines. What few connections need
 * (RSTs, holes in the byte stream, a second SYN) stands in side pools, found through EXTRA.
 *
 * The two endpoints are ordered by address, then port: `lower` is side 0, `higher` side 1, whoever the client is. Sequence
 * numbers are kept as signed words; times of events as the low 32 bits of microseconds, told apart by LAST_TIME (a record is
 * judged long before they come round after 71 minutes).
 */
export declare const STRIDE = 48;
/** Address of side 0 in words 0-3, of side 1 in words 4-7. */
export declare const ADDRESS = 0;
/** Port of side 0 << 16 | port of side 1. */
export declare const PORTS = 8;
/** The VLAN and tunnel stack. */
export declare const CONTEXT = 9;
export declare const FLAGS = 10;
export declare const MARKS = 11;
/** Float64: the last segment, µs. */
export declare const LAST_TIME = 12;
/** Rare facts: index + 1 in the pool, 0 for none. */
export declare const EXTRA = 14;
/** Silence before the last segment, µs, at most 2^32-1. */
export declare const GAP = 15;
export declare const SIDE = 16;
export declare const SIDE_WORDS = 8;
/** Highest sequence number sent + 1. */
export declare const SND = 0;
/** Highest acknowledgement sent. */
export declare const ACKED = 1;
export declare const PACKETS = 2;
/** Unique payload bytes, low 32 bits. */
export declare const BYTES = 3;
/** Up to four distinct TTLs, RSTs left out; 0 for none. */
export declare const TTLS = 4;
/** Sequence number of the last segment that wants an answer: data, FIN or probe. */
export declare const LAST_SEQ = 5;
/** Retransmissions 16 bits | how often LAST_SEQ was sent 8 | probes since the peer spoke 8. */
export declare const TRIES = 6;
/** IP-ID of the last packet << 16 | bits below. */
export declare const BITS = 7;
/** Float64: the first segment, µs. */
export declare const FIRST_TIME = 32;
/** The segment that ended it. */
export declare const END_TIME = 34;
/** The last SYN; from then the SYN-ACK that was counted last; from then the first FIN. */
export declare const EVENT_TIME = 35;
/** SYN to SYN-ACK, µs. */
export declare const RTT_SERVER = 36;
/** SYN-ACK to ACK, µs. */
export declare const RTT_CLIENT = 37;
/** First payload of the client (of either side when the SYN was not seen). */
export declare const DATA_TIME = 38;
/** Letters of the history, six to a word. */
export declare const HISTORY = 39;
/** SYNs 8 bits | counted SYN-ACKs 8 | segments after the end 16. */
export declare const COUNTS = 41;
/** Acknowledgement number of the first FIN. */
export declare const FIN_ACK = 42;
/** Next slot + 1 in the timer bucket. */
export declare const NEXT = 43;
/** Initial sequence numbers, by side. */
export declare const ISN_OF = 44;
/** Sequence numbers behind the FINs, by side. */
export declare const FIN_END_OF = 46;
export declare const HAS_ISN: number;
export declare const HAS_SEQ: number;
export declare const HAS_ACK: number;
/** Its SYN without ACK was seen. */
export declare const SENT_SYN: number;
/** Its SYN-ACK that fits was seen. */
export declare const SENT_SYNACK: number;
/** It sent a segment that is neither SYN nor RST. */
export declare const SPOKE: number;
/** Its last window was 0. */
export declare const WINDOW_ZERO: number;
/** Its segments carry timestamps. */
export declare const TIMESTAMPS: number;
/** Its last acknowledgement was lower than one before: the value stands in EXTRA. */
export declare const STALE_ACK: number;
/** Holes of its byte stream stand in EXTRA. */
export declare const HOLES: number;
/** Its byte count cannot be exact: too many holes, or numbers that cannot be. */
export declare const INEXACT: number;
/** More than four distinct TTLs. */
export declare const TTL_OVERFLOW: number;
/** IP-IDs jump: no series. */
export declare const IPID_JUMPS: number;
export declare const HAS_IPID: number;
/** A segment lay out of all reach; its end stands in EXTRA. */
export declare const STRAYED: number;
export declare const SENT_RST: number;
export declare const STATE = 3;
export declare const OPEN = 0;
/** Ended, not yet judged. */
export declare const ENDED = 1;
/** Judged and told; the record stays so that stragglers begin nothing new. */
export declare const JUDGED = 2;
/** The record is in nobody's use. */
export declare const FREE = 3;
export declare const BY_FIN: number;
export declare const BY_RST: number;
export declare const BY_ICMP: number;
/** No longer the tuple's record: a later SYN has taken it. */
export declare const DETACHED: number;
/** A SYN with another ISN waits for what follows. */
export declare const PENDING: number;
export declare const IPV6: number;
/** CLIENT_IS_1 is known from a SYN or SYN-ACK. */
export declare const CLIENT_KNOWN: number;
export declare const CLIENT_IS_1: number;
export declare const HANDSHAKE: number;
/** FIN of side 0, of side 1 (shift by side). */
export declare const FIN_0: number;
export declare const FIN_1: number;
/** The FIN captured first was side 1's. */
export declare const FIN_FIRST_1: number;
/** The FIN of side 0 (1) acknowledges the other's. */
export declare const FIN_ACKS_0: number;
export declare const FIN_ACKS_1: number;
export declare const LAST_IS_1: number;
export declare const LAST_PAYLOAD_IS_1: number;
/** Side 0 (1) sent new payload that acknowledges the other's FIN, before its own. */
export declare const HALF_CLOSE_0: number;
export declare const HALF_CLOSE_1: number;
/** The FIN of side 0 (1) lies beyond what the other's FIN acknowledges. */
export declare const FIN_BEYOND_0: number;
export declare const FIN_BEYOND_1: number;
export declare const RST_SEEN: number;
export declare const FIRST_RST_IS_1: number;
/** Opened by a segment that opens nothing: FIN, NULL, XMAS, SYN+FIN. */
export declare const ODD_OPEN: number;
/** Refusal and SYN-ACK answered one copy of the SYN. */
export declare const TWO_ANSWERS: number;
/** The first FIN came at most 8 s after the SYN-ACK. */
export declare const FIN_SOON: number;
/** The SYN was repeated after the refusal that ended the row. */
export declare const SYN_AGAIN: number;
/** FIN of side 0 (1) came after the RST that had ended the row. */
export declare const FIN_AFTER_0: number;
export declare const FIN_AFTER_1: number;
export declare const PAYLOAD_0: number;
export declare const PAYLOAD_1: number;
/** Segments of such a connection need more than the common accounting. */
export declare const SPECIAL: number;
export declare const HISTORY_LENGTH_SHIFT = 14;
/** A SYN-ACK that acknowledges no SYN of this connection. */
export declare const MISFIT_SYNACK: number;
/** Segments of this connection came after the SYN that waits. */
export declare const FOLLOWED: number;
/** A SYN with another ISN came while it was live. */
export declare const OTHER_SYN: number;
/** SYNs of both sides before a SYN-ACK. */
export declare const BOTH_SYNS: number;
/** Byte counter of side 0 (1) went round: times 2^32, at most three. */
export declare const WRAPS_SHIFT_0 = 22;
export declare const WRAPS_SHIFT_1 = 24;
/** Not the tuple's record: its SYN waits beside it. */
export declare const SHADOW: number;
/** A later copy of a FIN acknowledges the other's. */
export declare const FIN_ACKED_LATER: number;
/** The sender of a SYN with another ISN reset the connection that the SYN came into. */
export declare const SYN_THEN_RST: number;
