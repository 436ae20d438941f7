import type { CauseName } from "./taxonomy.ts";

/** What a cause means for the two sides of one connection. `{client}`, `{server}`, `{sender}`, `{peer}` stand for address:port. */
export interface Reading {
  /** What follows, one or two sentences. The sender is the side that ended it; of a timeout, the silent one. */
  readonly follows: string;
  /** What would tell it from what it can be confused with. */
  readonly settle: string;
}

const NEVER_LEFT = "a capture at {sender}: a RST that arrived here and never left there was made in between";
const BOTH_ENDS = "a capture at both ends, and what the other connections of {sender} did at that time";

export const READINGS: Readonly<Record<CauseName, Reading>> = {
  fin_client_first: {
    follows: "{client} had no more to say and closed, and {server} closed, too. Both directions ended in order.",
    settle: "",
  },
  fin_server_first: {
    follows: "{server} had no more to say and closed, and {client} closed, too. Both directions ended in order.",
    settle: "",
  },
  fin_simultaneous: {
    follows: "Both sides closed before either had heard the other's FIN. Both directions ended in order.",
    settle: "",
  },
  half_close: {
    follows: "{sender} closed its direction, {peer} went on sending and closed later. Both directions ended in order.",
    settle: "a capture of all headers: did new data acknowledge the first FIN?",
  },
  access_denied: {
    follows:
      "{server} accepted the connection and turned {client} away before a byte was said: the service itself (an access list, a limit on " +
      "connections), or a proxy that accepts for a backend that is away.",
    settle: "the log of the service at {server}",
  },
  port_closed: {
    follows: "No socket listens at {server}: the host is up, and its TCP refused the SYN.",
    settle: "on the host of {server}, who listens (ss -ltn) and whether a rule rejects (nft list ruleset)",
  },
  firewall_reject: {
    follows: "A filter between {client} and {server} refused the SYN in the host's name.",
    settle: NEVER_LEFT,
  },
  icmp_unreachable: {
    follows: "A router, a filter or the host itself says that {server} cannot be reached.",
    settle: "the address that the ICMP error comes from: the host's own, a router's or a filter's",
  },
  syn_unanswered: {
    follows: "Nobody answered {client}: the SYNs did not reach {server}, or the answers did not get here.",
    settle: "a capture nearer to {server}: do the SYNs arrive, and does an answer leave?",
  },
  synack_unanswered: {
    follows: "{server} answered, and {client} never completed the handshake.",
    settle: "a capture nearer to {client}: do the SYN-ACKs arrive?",
  },
  listen_overflow: {
    follows:
      "The accept queue at {server} was full: its kernel had no room for a connection whose handshake was complete, because the " +
      "application accepts too slowly.",
    settle:
      "on the host of {server}, the counter TcpExtListenOverflows (nstat -az), and Recv-Q of the listener (ss -ltn)",
  },
  retransmission_timeout: {
    follows: "{peer} repeated its last segment and never heard from {sender} again.",
    settle: "a capture nearer to {sender}: do the segments arrive, and does an answer leave?",
  },
  half_close_abandoned: {
    follows:
      "{peer} closed, and {sender} never did: its application did not close its socket, or it is gone, or the path to it.",
    settle: "on the host of {sender}, a socket in CLOSE-WAIT (ss -tanp state close-wait)",
  },
  client_cancelled_handshake: {
    follows: "{client} gave up before its own handshake was complete. No application at {server} heard of it.",
    settle: "the program at {client}: its connect timeout, or whether it scans",
  },
  port_scan: {
    follows: "{client} tried many ports or hosts within 10 s; this is one of its tries.",
    settle: "who owns the address of {client}",
  },
  unexpected_syn: {
    follows:
      "{sender} began anew on the ports of a connection that {peer} still held, and disowned the old one: it had restarted, or a NAT gave " +
      "its port to another.",
    settle: "a capture at {sender}, or what its other connections did at that time",
  },
  data_after_close: {
    follows:
      "{sender} had closed, and then came data that nobody there would read. {peer} cannot know how much was used.",
    settle: "the reason that the kernel at {sender} gives (tcp:tcp_send_reset)",
  },
  invalid_segment: {
    follows:
      "During the handshake {sender} got an acknowledgement for something that it had not sent: of an older connection on the same ports, " +
      "or from a box that changes numbers.",
    settle: "a capture at both ends: were numbers changed on the way?",
  },
  keepalive_timeout: {
    follows:
      "{sender} asked whether {peer} was still there, heard nothing, and gave up: {peer} is gone, or the path to it.",
    settle: "a capture nearer to {peer}: do the probes arrive, and does an answer leave?",
  },
  probe_close: {
    follows: "{client} opens the port and cuts the connection at regular intervals: a health check. It harms nobody.",
    settle: "who owns the address of {client}",
  },
  unread_data_close: {
    follows:
      "The application at {sender} closed its socket while data from {peer} lay unread in it; then a kernel says RST, not FIN. An answer " +
      "that was under way to {peer} may be lost as well.",
    settle:
      "the reason that the kernel at {sender} gives (tcp:tcp_send_reset), its counter TcpExtTCPAbortOnClose, or the application's log",
  },
  rst_instead_of_fin: {
    follows:
      "All was said. {sender} closed by RST to spare itself the half-closed state: nothing was lost, it harms nobody.",
    settle: "the log of the application at {sender}: had it more to say?",
  },
  app_abort: {
    follows:
      "The owner of the connection at {sender} cut it: a close with SO_LINGER 0 (often on a timeout), an administrator's command, or the end " +
      "of its process.",
    settle: "the reason that the kernel at {sender} gives (tcp:tcp_send_reset), or its application's log",
  },
  resource_abort: {
    follows: "The host of {sender} had no more memory or sockets for TCP and cut the connection.",
    settle: "on the host of {sender}, the counter TcpExtTCPAbortOnMemory (nstat -az)",
  },
  mptcp_abort: {
    follows:
      "A subflow of a Multipath TCP connection was reset, with a reason; the connection may live on over others.",
    settle: "the other subflows of the connection",
  },
  no_connection: {
    follows:
      "A segment of {peer} reached a host that has no such connection. Either that host had lost it (a reboot, a failover, an end that " +
      "never reached {peer}), or a box between had (a NAT or firewall entry that expired).",
    settle: BOTH_ENDS,
  },
  host_reboot: {
    follows: "The host of {sender} came back without its connections and disowned this one when {peer} sent to it.",
    settle: "the uptime of the host of {sender}",
  },
  nat_expired: {
    follows: "A NAT or firewall between forgot the connection while it was idle; what {peer} sent next found nobody.",
    settle: BOTH_ENDS,
  },
  untranslated_segment: {
    follows: "A segment passed a NAT without being translated, so {sender} saw an address with which it never spoke.",
    settle: "a capture on both sides of the NAT",
  },
  process_crash: {
    follows: "The process at {sender} died, and its kernel closed all its connections at once.",
    settle: "the log of the kernel or of the supervisor at {sender}",
  },
  firewall_reset: {
    follows:
      "A filter between the hosts reset the connection: its RST carries the address of {sender}, which by what was seen did not send it.",
    settle: NEVER_LEFT,
  },
  injected: {
    follows:
      "Somebody on or beside the path sent the RST: it carries the address of {sender}, which by what was seen did not send it.",
    settle: NEVER_LEFT,
  },
  filter_block: {
    follows:
      "Filtering software read what {client} asked and answered by RST in the name of {server}, which by what was seen did not send it and " +
      "may have got the request.",
    settle: NEVER_LEFT,
  },
  middlebox_idle_reset: {
    follows: "A box between reset both ends when its idle timer ran out.",
    settle: "the configured timers of what stands between, and whether other connections end after the same idle time",
  },
  unknown_reset: {
    follows: "A RST ended the connection, and nothing in the capture speaks for one cause more than for another.",
    settle: "all headers of the connection, or a capture at the other end",
  },
};
