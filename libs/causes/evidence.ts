import { NameSet } from "./name-set.ts";

/**
 * The facts that a verdict stands on, each with the sentence that tells it. Stored by name; adding one is a line here.
 * Modifiers, which say something of the row and not of its cause, come last.
 */
export const EVIDENCE = {
  fin_acknowledged: "the second FIN acknowledges the first",
  fins_crossed: "neither FIN acknowledges the other",
  sent_after_fin: "new payload followed the other side's FIN and acknowledged it",
  fin_beyond: "the second FIN lies beyond what the first acknowledged",
  no_payload: "no payload passed",
  closed_soon: "it was closed within 8 s of the SYN-ACK",
  answers_syn: "the RST answers the SYN: seq 0, ack one above the SYN",
  refused_again: "the same SYN was refused again",
  ttl_of_host: "the RST's TTL is that of the host's SYN-ACKs",
  ttl_off_host: "the RST's TTL differs from that of every SYN-ACK of the host",
  icmp_unreachable: "an ICMP destination unreachable quotes it",
  icmp_during_retransmission: "ICMP errors quote what was retransmitted",
  syn_repeated: "the SYN was repeated",
  synack_repeated: "the SYN-ACK was repeated by the server's timer",
  repeated_to_silence: "the last segment was repeated at least four times and never acknowledged",
  probes_unanswered: "at least two keepalive probes went unanswered",
  one_fin: "one side closed, the other never did",
  cancelled_synack: "the client answers the SYN-ACK by RST",
  scan: "the source knocked at many ports or hosts within 10 s",
  other_syn: "a SYN with another initial sequence number came while the connection was live",
  misfit_synack: "a SYN-ACK acknowledged no SYN of this connection",
  own_fin: "the sender of the RST had sent its FIN",
  peer_fin: "the peer of the RST's sender had sent its FIN",
  late_data: "data reached the sender of the RST after it had closed",
  late_close_notify: "at most 64 bytes came after the close: an alert or a farewell",
  ack_never_offered: "the RST's number is an acknowledgement that its sender never offered",
  answers_final_ack: "the RST answers the client's final ACK",
  answers_segment: "the RST's number is the acknowledgement of the segment that it answers",
  orphan_trigger: "nothing but the answered segment was seen of the connection",
  lone_rst: "nothing but RSTs was seen of the connection",
  nothing_missing: "no data was under way: what was sent had been acknowledged, or was by the RST itself",
  data_missing: "data was still under way when the RST came",
  peer_waits: "the peer's last data had not been answered",
  only_peer_spoke: "only the peer of the RST's sender had sent data",
  both_spoke: "both sides had sent data",
  window_closed: "the sender of the RST had closed its window: what it was sent lay unread",
  access_denied_shape: "the server cut it within 8 s of the SYN-ACK without sending a byte",
  probe_shape: "the client completed the handshake and cut it without a byte",
  regular_probes: "the client does so at regular intervals",
  mptcp_reason: "the RST carries an MPTCP reset reason",
  rst_payload: "the RST carries a payload",
  rst_diagnostic: "the RST's payload gives the reason of its sender",
  rst_text: "the RST's payload is a text for people",
  ttl_foreign: "the RST's TTL differs from every other of the side whose address it carries",
  sender_goes_on: "the side whose address the RST carries went on as if it had sent none",
  two_answers: "a refusal and a SYN-ACK answer the same SYN",
  climbing: "RSTs of one side carry numbers that no stack would send in a row",
  ipid_off: "the RST's IP identification is far off the sender's series",
  no_timestamp: "the RST lacks the timestamp option that its claimed sender always sends",
  both_ends: "RSTs went to both ends at the same moment",
  twins: "identical copies of the RST followed",
  after_request: "the RST came within 1 s of the client's first data",
  odd_form: "the RST's header has a form that no stack's answer or abort has",
  one_way: "segments of one direction only were captured",
  flags_at_odds: "a segment with flags that open nothing began it",
  rst_trailing: "a RST followed both FINs and changed nothing",
  time_wait_assassination: "that RST was of the side that closed last: it ends the other's TIME-WAIT early (RFC 1337)",
  rst_duplicate: "the RST came more than once",
  rst_ignored: "a RST was ignored: the connection went on",
  rst_storm: "ten or more RSTs",
  syn_trailing: "after both FINs a SYN drew an ACK and that a RST",
  midstream: "the client's SYN was not captured",
  retransmits: "segments were sent again",
  capture_loss: "the capture lost packets meanwhile",
} as const;

export type EvidenceName = keyof typeof EVIDENCE;

const names = Object.keys(EVIDENCE) as EvidenceName[];

/** The number of each name: what rules note costs a bit, and no look-up. */
export const E = Object.fromEntries(names.map((name, i) => [name, i])) as Record<EvidenceName, number>;

/** A set of evidence. */
export class Evidence extends NameSet<EvidenceName> {
  constructor() {
    super(names);
  }
}
