import type { RstForm } from "./rst-form.ts";

/** The client sent the SYN, or is taken for the one that would have. */
export const CLIENT = 0;
export const SERVER = 1;
export type SideIndex = typeof CLIENT | typeof SERVER;

/** Bytes of a RST's payload that are kept. */
export const PAYLOAD_KEPT = 64;

/** How far a connection had come before the first FIN or the RST that ended it; orphan: nothing but RSTs was seen. */
export type Stage = "syn" | "handshake" | "established" | "request" | "data" | "closing" | "closed" | "orphan";

/** What ended it as far as the packets say; none: silence, or the end of the capture. */
export type EndedBy = "fin" | "rst" | "icmp" | "none";

/** The TTL of a RST that refuses against those of the host's SYN-ACKs: none known, one of them, one hop off one, farther off all. */
export type RefusalTtl = "unknown" | "same" | "near" | "off";

/** Why it is handed out now; stopped: a live capture was, and the silence of what is open says nothing yet. */
export type Occasion = "settled" | "silence" | "replaced" | "evicted" | "capture_end" | "stopped";

/** One side of an ended connection. Numbers are of the whole life unless they say otherwise. */
export class SideFacts {
  /** 16 bytes, IPv4 as ::ffff:a.b.c.d; used again for the next connection. */
  readonly address = new Uint8Array(16);
  port = 0;
  packets = 0;
  /** Initial sequence number, unsigned; meaningful where `hasIsn`. */
  isn = 0;
  hasIsn = false;
  /** Its SYN without ACK, its fitting SYN-ACK was seen. */
  sentSyn = false;
  sentSynAck = false;
  /** It sent a segment that is neither SYN nor RST. */
  spoke = false;
  /** Unique payload bytes captured, and whether that count can be trusted. */
  bytes = 0;
  bytesWhole = true;
  sentPayload = false;
  retransmits = 0;
  hasSeq = false;
  hasAck = false;
  /** Highest sequence number + 1, highest acknowledgement: 32-bit words. */
  snd = 0;
  acked = 0;
  fin = false;
  /** Its FIN acknowledges the other's; lies beyond what the other's acknowledged; came behind the RST. */
  finAcksOther = false;
  finBeyond = false;
  finEnd = 0;
  /** Its FIN comes right behind its SYN or SYN-ACK, and it has acknowledged nothing beyond the other's. */
  finAtStart = false;
  /** It sent new payload that acknowledges the other's FIN, before its own FIN. */
  wentOnAfterFin = false;
  /**
   * How often its last data, FIN or probe was sent; and whether the peer never acknowledged it, nor had the last word otherwise than by
   * repeating itself, too: one that shuts its window hears.
   */
  lastTries = 0;
  lastUnanswered = false;
  /** Probes since the peer spoke last. */
  probes = 0;
  /** Up to four distinct TTLs of what it sent, RSTs left out: a byte each, the first lowest, 0 for none. */
  ttls = 0;
  /** There were no more than four. */
  ttlsWhole = true;
  /** Every packet of this address that was ever seen has a TTL that stacks begin with (or it was named as local). */
  local = false;
  timestamps = false;
  /** µs, 0 when unknown. */
  roundTripUs = 0;
}

/** One kept RST, and what the connection looked like when it came. x sent it, y is the other side. */
export class RstFacts {
  sender: SideIndex = CLIENT;
  timeUs = 0.5;
  /** Unsigned header fields. */
  seq = 0;
  ack = 0;
  flags = 0;
  ttl = 0;
  tos = 0;
  window = 0;
  /** -1 where there is none. */
  ipId = 0;
  ipLength = 0;
  payloadLength = 0;
  /** Its payload as far as it was captured and is kept: `payloadKept` bytes are valid. */
  readonly payload = new Uint8Array(PAYLOAD_KEPT);
  payloadKept = 0;
  form: RstForm = "";
  hasOptions = false;
  hasTimestamp = false;
  /** MPTCP reset reason, -1 for none. */
  mptcpReason = -1;
  /** It changed nothing: it was ignored, or came after both FINs. */
  ignored = false;
  trails = false;
  /** seq - snd(x), seq - ack(y), ack - snd(y), snd(x) - ack(y), snd(y) - ack(x): NaN when one of the two is unknown. */
  seqBeyondSent = Number.NaN;
  seqBeyondAcked = Number.NaN;
  ackBeyondSent = Number.NaN;
  unackedOfSender = Number.NaN;
  unackedOfPeer = Number.NaN;
  /** Its number is the last acknowledgement of y; how far that number is from ISNx+1 (NaN unknown). */
  seqIsLastAck = false;
  seqBeyondIsn = Number.NaN;
  /** ack - ISNy - 1, NaN unknown. */
  ackBeyondIsn = Number.NaN;
  bytesOfSender = 0;
  bytesOfPeer = 0;
  senderSentPayload = false;
  peerSentPayload = false;
  senderFin = false;
  peerFin = false;
  /** ack - x's FIN's acknowledgement: what came in after x closed; snd(y) - that; NaN unknown. */
  ackBeyondOwnFin = Number.NaN;
  peerBeyondOwnFin = Number.NaN;
  handshake = false;
  synAckSeen = false;
  senderSpoke = false;
  peerSpoke = false;
  lastBySender = false;
  lastPayloadBySender = false;
  senderWindowZero = false;
  senderTimestamps = false;
  probes = 0;
  synAcks = 0;
  idleUs = 0;
  /** µs, -1 when unknown. */
  sinceSynAckUs = -1;
  sinceDataUs = -1;
  /** ipId - the sender's last, modulo 2^16; -1 where it keeps no series. */
  ipIdStep = -1;
  afterOtherSyn = false;
  /** Nothing else of the tuple had been seen; or one segment of y only. */
  firstPacket = false;
  loneTrigger = false;
}

/** A connection that ended, or that is told because nothing more will be known. One object, filled anew for each. */
export class EndedConnection {
  occasion: Occasion = "settled";
  endedBy: EndedBy = "fin";
  readonly client = new SideFacts();
  readonly server = new SideFacts();
  /** The two, by CLIENT and SERVER. */
  readonly sides: readonly [SideFacts, SideFacts] = [this.client, this.server];
  /** 0-100. */
  directionConfidence = 100;
  family = 4;
  context = 0;
  startUs = 0.5;
  /** The segment that ended it; the last one where nothing did. */
  endUs = 0.5;
  lastUs = 0.5;
  /** Capture time when it is handed out. */
  nowUs = 0.5;
  idleUs = 0;
  /** A capture of SYN, FIN and RST segments alone. */
  flagsOnly = false;
  midstream = false;
  handshake = false;
  stage: Stage = "syn";
  syns = 0;
  /** SYN-ACKs that the server's own timer sent. */
  synAcks = 0;
  bothSyns = false;
  oddOpen = false;
  misfitSynAck = false;
  otherSyn = false;
  synTrailed = false;
  /** The first FIN that was captured, by side; null without one. */
  firstFinCaptured: SideIndex | null = null;
  finSoon = false;
  finGapUs = 0;
  firstRst: SideIndex | null = null;
  /** The RST that ended it; null when none did. */
  rst: RstFacts | null = null;
  /** The kept RSTs in order of capture: `rstsKept` of them are valid. */
  readonly rsts: readonly RstFacts[] = [new RstFacts(), new RstFacts(), new RstFacts(), new RstFacts()];
  rstsKept = 0;
  rstCount = 0;
  rstIgnored = 0;
  rstAgain = false;
  rstTrailing = false;
  rstTwins = false;
  senderGoesOn = false;
  /** New payload of the RST's receiver came behind the RST, beyond what it acknowledges: it was under way. */
  peerSentMore = false;
  twoAnswers = false;
  onlyRsts = false;
  lateSegments = 0;
  /** Type << 8 | code of an ICMP error that quoted it, 0 for none. */
  icmp = 0;
  refusalTtl: RefusalTtl = "unknown";
  /** The RST's sender carries a very low or high TTL on two of its server ports, so that such a TTL is its own. */
  extremeTtlIsOwn = false;
  /** It belongs to a scan by its client. */
  scanned = false;
  /** The client does this to the target at regular intervals: handshake, no byte, RST. */
  regularKnock = false;
  /** The capture lost packets while it was there; set by who counts them. */
  captureLoss = false;
  history = "";
  connState = "OTH";
  /**
   * Names what two FINs that met nothing odd tell of the end, or SYNs that met no answer: of connections with the same number the same is
   * to be said, unless the capture lost packets. 0 for all others.
   */
  likeness = 0;
}
