import type { RstForm } from "./rst-form.ts";
/** The client sent the SYN, or is taken for the one that would have. */
export declare const CLIENT = 0;
export declare const SERVER = 1;
export type SideIndex = typeof CLIENT | typeof SERVER;
/** How far a connection had come before the first FIN or the RST that ended it; orphan: nothing but RSTs was seen. */
export type Stage = "syn" | "handshake" | "established" | "request" | "data" | "closing" | "closed" | "orphan";
/** What ended it as far as the packets say; none: silence, or the end of the capture. */
export type EndedBy = "fin" | "rst" | "icmp" | "none";
/** Why it is handed out now. */
export type Occasion = "settled" | "silence" | "replaced" | "evicted" | "capture_end";
/** One side of an ended connection. Numbers are of the whole life unless they say otherwise. */
export declare class SideFacts {
  /** 16 bytes, IPv4 as ::ffff:a.b.c.d; used again for the next connection. */
  readonly address: Uint8Array<ArrayBuffer>;
  port: number;
  packets: number;
  /** Initial sequence number, unsigned; meaningful where `hasIsn`. */
  isn: number;
  hasIsn: boolean;
  /** Its SYN without ACK, its fitting SYN-ACK was seen. */
  sentSyn: boolean;
  sentSynAck: boolean;
  /** It sent a segment that is neither SYN nor RST. */
  spoke: boolean;
  /** Unique payload bytes captured, and whether that count can be trusted. */
  bytes: number;
  bytesWhole: boolean;
  sentPayload: boolean;
  retransmits: number;
  hasSeq: boolean;
  hasAck: boolean;
  /** Highest sequence number + 1, highest acknowledgement: 32-bit words. */
  snd: number;
  acked: number;
  fin: boolean;
  /** Its FIN acknowledges the other's; lies beyond what the other's acknowledged; came behind the RST. */
  finAcksOther: boolean;
  finBeyond: boolean;
  finEnd: number;
  /** It sent new payload that acknowledges the other's FIN, before its own FIN. */
  wentOnAfterFin: boolean;
  /** How often its last data, FIN or probe was sent, and whether the peer never acknowledged it. */
  lastTries: number;
  lastUnanswered: boolean;
  /** Probes since the peer spoke last. */
  probes: number;
  /** Up to four distinct TTLs of what it sent, RSTs left out: a byte each, the first lowest, 0 for none. */
  ttls: number;
  /** There were no more than four. */
  ttlsWhole: boolean;
  /** Every packet of this address that was ever seen has a TTL that stacks begin with (or it was named as local). */
  local: boolean;
  timestamps: boolean;
  /** µs, 0 when unknown. */
  roundTripUs: number;
}
/** One kept RST, and what the connection looked like when it came. x sent it, y is the other side. */
export declare class RstFacts {
  sender: SideIndex;
  timeUs: number;
  /** Unsigned header fields. */
  seq: number;
  ack: number;
  flags: number;
  ttl: number;
  tos: number;
  window: number;
  /** -1 where there is none. */
  ipId: number;
  ipLength: number;
  payloadLength: number;
  form: RstForm;
  hasOptions: boolean;
  hasTimestamp: boolean;
  /** MPTCP reset reason, -1 for none. */
  mptcpReason: number;
  /** It changed nothing: it was ignored, or came after both FINs. */
  ignored: boolean;
  trails: boolean;
  /** seq - snd(x), seq - ack(y), ack - snd(y), snd(x) - ack(y), snd(y) - ack(x): NaN when one of the two is unknown. */
  seqBeyondSent: number;
  seqBeyondAcked: number;
  ackBeyondSent: number;
  unackedOfSender: number;
  unackedOfPeer: number;
  /** Its number is the last acknowledgement of y; how far that number is from ISNx+1 (NaN unknown). */
  seqIsLastAck: boolean;
  seqBeyondIsn: number;
  /** ack - ISNy - 1, NaN unknown. */
  ackBeyondIsn: number;
  bytesOfSender: number;
  bytesOfPeer: number;
  senderSentPayload: boolean;
  peerSentPayload: boolean;
  senderFin: boolean;
  peerFin: boolean;
  /** ack - x's FIN's acknowledgement: what came in after x closed; snd(y) - that; NaN unknown. */
  ackBeyondOwnFin: number;
  peerBeyondOwnFin: number;
  handshake: boolean;
  synAckSeen: boolean;
  senderSpoke: boolean;
  peerSpoke: boolean;
  lastBySender: boolean;
  lastPayloadBySender: boolean;
  senderWindowZero: boolean;
  senderTimestamps: boolean;
  probes: number;
  synAcks: number;
  idleUs: number;
  /** µs, -1 when unknown. */
  sinceSynAckUs: number;
  sinceDataUs: number;
  /** ipId - the sender's last, modulo 2^16; -1 where it keeps no series. */
  ipIdStep: number;
  afterOtherSyn: boolean;
  /** Nothing else of the tuple had been seen; or one segment of y only. */
  firstPacket: boolean;
  loneTrigger: boolean;
}
/** A connection that ended, or that is told because nothing more will be known. One object, filled anew for each. */
export declare class EndedConnection {
  occasion: Occasion;
  endedBy: EndedBy;
  readonly sides: readonly [SideFacts, SideFacts];
  get client(): SideFacts;
  get server(): SideFacts;
  /** 0-100. */
  directionConfidence: number;
  family: number;
  context: number;
  startUs: number;
  /** The segment that ended it; the last one where nothing did. */
  endUs: number;
  lastUs: number;
  /** Capture time when it is handed out. */
  nowUs: number;
  idleUs: number;
  /** A capture of SYN, FIN and RST segments alone. */
  flagsOnly: boolean;
  midstream: boolean;
  handshake: boolean;
  stage: Stage;
  syns: number;
  /** SYN-ACKs that the server's own timer sent. */
  synAcks: number;
  bothSyns: boolean;
  oddOpen: boolean;
  misfitSynAck: boolean;
  otherSyn: boolean;
  synTrailed: boolean;
  /** The first FIN that was captured, by side; null without one. */
  firstFinCaptured: SideIndex | null;
  finSoon: boolean;
  finGapUs: number;
  firstRst: SideIndex | null;
  /** The RST that ended it; null when none did. */
  rst: RstFacts | null;
  /** The kept RSTs in order of capture: `rstsKept` of them are valid. */
  readonly rsts: readonly RstFacts[];
  rstsKept: number;
  rstCount: number;
  rstIgnored: number;
  rstAgain: boolean;
  rstTrailing: boolean;
  rstTwins: boolean;
  senderGoesOn: boolean;
  peerWentOn: boolean;
  twoAnswers: boolean;
  onlyRsts: boolean;
  lateSegments: number;
  /** Type << 8 | code of an ICMP error that quoted it, 0 for none. */
  icmp: number;
  /** The refusing RST against the TTLs of the server's SYN-ACKs: none known, near one, off all. */
  refusalTtl: "unknown" | "near" | "off";
  /** The RST's sender carries a very low or high TTL on two of its server ports, so that such a TTL is its own. */
  extremeTtlIsOwn: boolean;
  /** It belongs to a scan by its client. */
  scanned: boolean;
  history: string;
  connState: string;
}
