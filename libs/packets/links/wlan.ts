import { type Frame, LLC, NOT_TCP, UNSUPPORTED } from "../frame.ts";

const DATA = 2;
const SUBTYPE_NULL = 4;
const SUBTYPE_QOS = 8;
const MORE_FRAGMENTS = 0x04;
const PROTECTED = 0x40;
const ORDER = 0x80;
const AGGREGATED = 0x80;
const RADIOTAP_TSFT = 1;
const RADIOTAP_FLAGS = 2;
const RADIOTAP_MORE = 0x80;
const RADIOTAP_DATA_PAD = 0x20;

/**
 * IEEE 802.11: control 2 · duration 2 · addresses 18 · sequence 2 · fourth address 6 between access points · QoS 2 · HT 4.
 * Only data frames in the clear carry IP that can be read.
 */
export function readWlan(frame: Frame): number {
  return wlan(frame, false);
}

/** As `readWlan`, control and sequence with their two bytes in the wrong order. */
export function readSwappedWlan(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 2 > frame.end) return frame.short(2);
  return dataFrame(frame, buffer[at + 1], buffer[at], false, true);
}

/** Radiotap: version 1 · padding 1 · length 2, little-endian · presence bits 4 and more · fields. Its flags tell of padding in the frame. */
export function readRadiotap(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 8 > frame.end) return frame.short(8);
  const length = buffer[at + 2] | (buffer[at + 3] << 8);
  if (buffer[at] !== 0 || length < 8) return UNSUPPORTED;
  if (at + length > frame.end) return frame.short(length);
  frame.at = at + length;
  if ((buffer[at + 4] & RADIOTAP_FLAGS) === 0) return wlan(frame, false);
  let fields = at + 8;
  while (fields + 4 < frame.at && (buffer[fields - 1] & RADIOTAP_MORE) !== 0) fields += 4;
  // The flags come first but for the 64-bit clock, aligned to 8.
  if ((buffer[at + 4] & RADIOTAP_TSFT) !== 0) fields = at + ((fields - at + 7) & ~7) + 8;
  return wlan(frame, fields < frame.at && (buffer[fields] & RADIOTAP_DATA_PAD) !== 0);
}

function wlan(frame: Frame, padded: boolean): number {
  const { buffer, at } = frame;
  if (at + 2 > frame.end) return frame.short(2);
  return dataFrame(frame, buffer[at], buffer[at + 1], padded, false);
}

function dataFrame(frame: Frame, kind: number, flags: number, padded: boolean, swapped: boolean): number {
  const { buffer, at } = frame;
  const type = (kind >> 2) & 3;
  const subtype = kind >> 4;
  if (type !== DATA || (subtype & SUBTYPE_NULL) !== 0 || (flags & PROTECTED) !== 0) return NOT_TCP;
  const qos = (subtype & SUBTYPE_QOS) !== 0;
  let length = 24;
  if ((flags & 3) === 3) length += 6;
  const qosControl = at + length;
  if (qos) length += (flags & ORDER) === 0 ? 2 : 6;
  if (padded) length = (length + 3) & ~3;
  if (at + length > frame.end) return frame.short(length);
  const fragment = (flags & MORE_FRAGMENTS) !== 0 || (buffer[at + (swapped ? 23 : 22)] & 15) !== 0;
  if (fragment || (qos && (buffer[qosControl] & AGGREGATED) !== 0)) return UNSUPPORTED;
  frame.at = at + length;
  return LLC;
}
