import { STRIDE } from "./layout.ts";

/*
 * Where things stand in the memory that the tracker shares with its WebAssembly part (wasm/walk.ts). Addresses are bytes.
 */

// Numbers of 64 bits. The capture clock (CaptureClock), µs: the latest time seen, that of the last segment, and when to turn.
export const NOW = 0;
export const LAST = 8;
export const NEXT_TURN = 16;
/** Of a capture file: µs a tick of its records' clock. */
export const US_PER_TICK = 24;
/** What one walk has taken: bytes on the wire, and the capture time of the last packet, µs. */
export const BYTES = 32;
export const TIME = 40;

// Words of 32 bits. Segments of the capture so far, whoever follows their connections.
export const ENTERED = 48;
/** Tracking.plainSeen */
export const PLAIN_SEEN = 52;
/** Of the table's hash and index (ConnectionTable): its seed, and the places that an entry can call its own. */
export const SEED = 56;
export const PLACES = 60;
/** What a walk is told (WalkedRecords). */
export const SNAP_LENGTH = 64;
export const TICKS_PER_SECOND = 68;
export const FLAGS_ONLY = 72;
/** Which share of the connections, and of how many. */
export const SHARE = 76;
export const SHARES = 80;
/** Seconds of the last record that was taken: before a walk, of the record in front of it. */
export const SECONDS = 84;
/** Where the last record that was taken begins. */
export const PREVIOUS = 88;
/** Packets that one walk has taken, the segments that it has accounted, and the copies among these. */
export const PACKETS_TAKEN = 92;
export const SEGMENTS_TAKEN = 96;
export const COPIES = 100;

/** Packets of the last milliseconds (RecentPackets): entries of four words. */
export const RECENT = 256;
export const RECENT_ENTRIES = 1 << 12;
/** Connections that were looked up last (ConnectionTable): words. */
export const FRONT = RECENT + RECENT_ENTRIES * 16;
export const FRONT_ENTRIES = 1 << 13;
/** Bytes of the capture that are walked over. */
export const INPUT = FRONT + FRONT_ENTRIES * 4;
export const INPUT_BYTES = 1 << 18;
/** The records of connections, aligned to cache lines, then the index of the table. */
export const RECORDS = INPUT + INPUT_BYTES;
export const RECORD_BYTES = STRIDE * 4;
