import { STRIDE } from "./layout.ts";

/*
 * Where things stand in the memory that the tracker shares with its WebAssembly part (wasm/assembly). Addresses are bytes.
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
/** New connections are looked at first after this time, µs. */
export const FIRST_LOOK = 48;
/** Connections that began up to this time, µs, may have lost packets. */
export const LOSS = 56;

// Words of 32 bits. Segments of the capture so far, whoever follows their connections.
export const ENTERED = 72;
/** Tracking.plainSeen */
export const PLAIN_SEEN = 76;
/** Ended connections are judged when they have settled, not at the end of a file. */
export const SETTLES = 80;
/** Of the table's hash and index (ConnectionTable): its seed, and the places that an entry can call its own. */
export const SEED = 84;
export const PLACES = 88;
/** Entries in the index, and beyond how many it has to grow. */
export const INDEXED = 92;
export const MOST_INDEXED = 96;
/** Of the records: those in use, and the free one to take next, slot + 1. */
export const LIVE = 100;
export const FREE_SLOT = 104;
/** Words of notes that are written (Notes). */
export const NOTED = 108;
/** What a walk is told (WalkedRecords). */
export const SNAP_LENGTH = 112;
export const TICKS_PER_SECOND = 116;
export const FLAGS_ONLY = 120;
/** Which share of the connections, and of how many. */
export const SHARE = 124;
export const SHARES = 128;
/** Seconds of the last record that was taken: before a walk, of the record in front of it. */
export const SECONDS = 132;
/** Where the last record that was taken begins. */
export const PREVIOUS = 136;
/** Packets that one walk has taken, the segments that it has accounted, the copies among these, and the connections that they began. */
export const PACKETS_TAKEN = 140;
export const SEGMENTS_TAKEN = 144;
export const COPIES = 148;
export const CONNECTIONS = 152;
/** An entry would stand too far from its place: the index has to grow before anything else. */
export const INDEX_FULL = 156;

/** Of the likenesses (EndedConnection.likeness) how many are known; and how many ends wait to be told (AlikeEnds). */
export const LIKENESSES_KNOWN = 160;
export const ENDS_WRITTEN = 164;
/** Records that stand in the index by their VLAN or tunnel, too (ConnectionTable). */
export const STANDING_BY_CONTEXT = 172;
/** Means nothing: keeps loads whose purpose is the cache from being left out. */
export const FETCHED = 168;

/** Numbers of the timer wheels (TimerWheel), 64 bits: of each the tick that comes up next, and how many records stand in it. */
export const WHEELS = 192;
export const WHEEL_COUNT = 3;
export const WHEEL_BYTES = 16;
/** Connections in them, by what they were when put in: half-open, ended, live. */
export const HALF_OPEN = 0;
export const ENDED = 1;
export const ALIVE = 2;

/** Packets of the last milliseconds (RecentPackets): entries of four words. */
export const RECENT = 256;
export const RECENT_ENTRIES = 1 << 12;
/** Connections that were looked up last (ConnectionTable): words. */
export const FRONT = RECENT + RECENT_ENTRIES * 16;
export const FRONT_ENTRIES = 1 << 14;
/** Buckets of the wheels (TimerWheel), those of one behind those of the other: words. */
export const BUCKETS = FRONT + FRONT_ENTRIES * 4;
export const BUCKET_COUNT = 1 << 8;
/** Lists of a bucket, and its words: how many records stand in it, then the first of each list, slot + 1. */
export const LISTS = 1 << 3;
export const BUCKET_WORDS = 1 + LISTS;
export const BUCKETS_BYTES = BUCKET_COUNT * BUCKET_WORDS * 4;
/** Likenesses that are known, and ends that wait to be told (AlikeEnds): words. */
export const LIKENESSES = BUCKETS + WHEEL_COUNT * BUCKETS_BYTES;
export const MOST_LIKENESSES = 1 << 6;
export const ENDS = LIKENESSES + MOST_LIKENESSES * 4;
export const MOST_ENDS = 1 << 8;
/** Likeness · server address · server port, mark · hash of the tuple. */
export const END_WORDS = 4;
/** Of an end: stragglers may follow. */
export const MORE_MAY_FOLLOW = 1 << 16;
/** Slots of records that are due and have more to say: words. */
export const DUE = ENDS + MOST_ENDS * END_WORDS * 4;
export const MOST_DUE = 1 << 7;
/** Notes that wait to be learned, and what was noted lately (Notes): words. */
export const NOTES = DUE + MOST_DUE * 4;
export const NOTES_LENGTH = (1 << 10) + 64;
export const LATELY = NOTES + NOTES_LENGTH * 4;
export const LATELY_ENTRIES = 1 << 15;
/** Bytes of the capture that are walked over: those that were read into here, and copies of others. */
export const INPUT = LATELY + LATELY_ENTRIES * 4;
export const INPUT_BYTES = 1 << 18;
export const COPIED = INPUT + INPUT_BYTES;
/** The records of connections, aligned to cache lines, then the index of the table. */
export const RECORDS = COPIED + INPUT_BYTES;
export const RECORD_BYTES = STRIDE * 4;
