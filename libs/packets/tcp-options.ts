import type { Segment } from "./segment.ts";

const END = 0;
const NO_OPERATION = 1;
const MAXIMUM_SEGMENT_SIZE = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const TIMESTAMPS = 8;
const MPTCP = 30;
const FAST_OPEN = 34;
/** Shared experimental option; Fast Open before RFC 7413 used it with the magic 0xf989. */
const EXPERIMENT = 254;

const MPTCP_FASTCLOSE = 7;
const MPTCP_TCPRST = 8;

/** Sets the option fields of `segment` to "absent". */
export function clearTcpOptions(segment: Segment): void {
  segment.hasOptions = false;
  segment.hasTimestamp = false;
  segment.hasRareOptions = false;
  segment.windowScale = -1;
  segment.mss = -1;
  segment.sackPermitted = false;
  segment.mptcpResetReason = -1;
  segment.fastOpen = false;
}

/**
 * Reads options in [at, end) (RFC 9293 3.1). An option whose length is impossible or that is cut ends the list; those before
 * it stand, as every stack takes them.
 */
export function readTcpOptions(segment: Segment, buffer: Uint8Array, at: number, end: number): void {
  while (at < end) {
    const kind = buffer[at];
    if (kind === NO_OPERATION) {
      at += 1;
      continue;
    }
    if (kind === END || at + 1 >= end) return;
    const length = buffer[at + 1];
    if (length < 2 || at + length > end) return;
    if (kind !== TIMESTAMPS) segment.hasRareOptions = true;
    switch (kind) {
      case TIMESTAMPS:
        if (length === 10) readTimestamps(segment, buffer, at + 2);
        break;
      case MAXIMUM_SEGMENT_SIZE:
        if (length === 4) segment.mss = (buffer[at + 2] << 8) | buffer[at + 3];
        break;
      case WINDOW_SCALE:
        if (length === 3) segment.windowScale = buffer[at + 2];
        break;
      case SACK_PERMITTED:
        if (length === 2) segment.sackPermitted = true;
        break;
      case FAST_OPEN:
        segment.fastOpen = true;
        break;
      case EXPERIMENT:
        if (length >= 4 && buffer[at + 2] === 0xf9 && buffer[at + 3] === 0x89) segment.fastOpen = true;
        break;
      case MPTCP:
        if (length >= 3) readMptcp(segment, buffer, at, length);
        break;
      default:
    }
    at += length;
  }
}

export function readTimestamps(segment: Segment, buffer: Uint8Array, at: number): void {
  segment.hasTimestamp = true;
  segment.tsVal = ((buffer[at] << 24) | (buffer[at + 1] << 16) | (buffer[at + 2] << 8) | buffer[at + 3]) >>> 0;
  segment.tsEcr = ((buffer[at + 4] << 24) | (buffer[at + 5] << 16) | (buffer[at + 6] << 8) | buffer[at + 7]) >>> 0;
}

/** RFC 8684 3.6: kind, length, subtype << 4 | flags, reason. MP_FASTCLOSE (3.5) has no reason field: 0, "unspecified". */
function readMptcp(segment: Segment, buffer: Uint8Array, at: number, length: number): void {
  const subtype = buffer[at + 2] >> 4;
  if (subtype === MPTCP_TCPRST && length >= 4) segment.mptcpResetReason = buffer[at + 3];
  else if (subtype === MPTCP_FASTCLOSE && segment.mptcpResetReason < 0) segment.mptcpResetReason = 0;
}
