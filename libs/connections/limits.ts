/*
 * Limits that the tracker and its WebAssembly part (wasm/assembly) keep to alike.
 */

/** A sequence number farther than this from all before is believed only when a second segment continues it. */
export const REACH = 1 << 24;
/** A SYN's window is not scaled (RFC 7323 2.2). */
export const FIRST_WINDOW = 65_535;
/** A stack that counts IP-IDs by connection takes steps of one or two; a farther step breaks the series. */
export const IPID_STEP = 16;
/** Copies come at once: the same packet on a second interface, or seen twice by a mirror port; µs. */
export const COPY_WINDOW_US = 5_000;
/** Copies of a connection's packets that are counted: after so many all are expected to have one. */
export const MOST_COPIES = 3;
/** Trackers that share a capture exchange their notes at the latest after so many segments (a power of two), so that these stay few. */
export const EXCHANGE = 1 << 20;
/** A SYN without answer is sent again after this at the soonest, µs (RFC 6298 2.1): before that nobody knows. */
export const FIRST_RTO_US = 1_000_000;
/** A server that turns a client away closes at most this long after its SYN-ACK (TCP wrappers wait for a resolver: 5 s). */
export const SOON_US = 8_000_000;
/** A connection that ended longer than this before its last segment is told to have ended so long before it; µs. */
export const REACHES_BACK_US = 0x7fff_ffff;
/** A file's connections are judged so long behind their last segment: a scan of 10 s is whole by then; µs. */
export const JUDGE_US = 30_000_000;
/** And at the latest so long after their end, µs. */
export const LONGEST_LINGER_US = 300_000_000;
/** A turn of the timer wheels from one bucket to the next, µs. */
export const TICK_US = 1_000_000;
