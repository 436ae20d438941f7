export { ACK, CWR, ECE, FIN, PSH, RST, Segment, SYN, URG } from "./segment.ts";
export { CaptureError, type CaptureErrorReason } from "./capture-error.ts";
export { DecodeCounters } from "./counters.ts";
export { CaptureDecoder, type CaptureDecoderOptions } from "./decoder.ts";
export type { FastPath, WalkedRecords } from "./fast-path.ts";
export { firstTimeUs } from "./first-time.ts";
export { shareOfSegment, type Share, type ShareTaken } from "./share.ts";
export { CaptureSource, openCapture } from "./capture-source.ts";
