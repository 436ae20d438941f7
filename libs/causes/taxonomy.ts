/**
 * The taxonomy: every cause that Hangup can name. The one source of these names: proto, SQL, API, docs and page derive
 * from it. A cause is stored as its name, so adding one is a definition here and a rule; no migration.
 */
export type Kind = "fin" | "reset" | "refused" | "timeout" | "open" | "not_observed";

/** What a rule must see: F SYN/FIN/RST suffice, H all headers, P RST payload or options, I ICMP, K kernel, X population. */
export type Need = "F" | "H" | "P" | "I" | "K" | "X";

export interface CauseDefinition {
  readonly name: string;
  /** The kinds under which this cause occurs, the usual one first. */
  readonly kinds: readonly Kind[];
  /** The coarser cause that a reader may fall back to; null for a cause of its own. */
  readonly parent: string | null;
  /** true: an end that harms nobody; its resets are left out of abnormal_rst_rate. "small": benign up to 64 late bytes. */
  readonly benign: boolean | "small";
  readonly needs: readonly Need[];
  /** One sentence for a person. */
  readonly summary: string;
}

function cause(
  name: string,
  kinds: readonly Kind[],
  summary: string,
  extra: { parent?: string; benign?: boolean | "small"; needs?: readonly Need[] } = {},
): CauseDefinition {
  return {
    name,
    kinds,
    summary,
    parent: extra.parent ?? null,
    benign: extra.benign ?? false,
    needs: extra.needs ?? ["F"],
  };
}

export const CAUSES = [
  cause("fin_client_first", ["fin"], "The client said goodbye first and the server agreed.", { benign: true }),
  cause("fin_server_first", ["fin"], "The server said goodbye first and the client agreed.", { benign: true }),
  cause("fin_simultaneous", ["fin"], "Both sides said goodbye before they had heard the other's.", { benign: true }),
  cause("half_close", ["fin"], "One side closed its direction and the other went on sending before it closed too.", {
    benign: true,
  }),
  cause(
    "access_denied",
    ["reset", "fin"],
    "The server accepted the connection and turned the client away before any byte.",
    {
      parent: "app_abort",
    },
  ),
  cause("port_closed", ["refused"], "Nothing listens on the port: the host's own stack refused the SYN."),
  cause("firewall_reject", ["refused"], "A filter answered the SYN in the host's name."),
  cause("icmp_unreachable", ["refused"], "An ICMP error answered the SYN.", { needs: ["I"] }),
  cause("syn_unanswered", ["timeout"], "Nobody answered the client's SYNs."),
  cause(
    "synack_unanswered",
    ["timeout", "reset"],
    "The server answered, and the client never completed the handshake.",
  ),
  cause("listen_overflow", ["timeout", "reset"], "The server's accept queue was full.", { needs: ["F", "H"] }),
  cause("retransmission_timeout", ["timeout"], "A side repeated its last segment until it gave up.", {
    needs: ["F", "H"],
  }),
  cause("half_close_abandoned", ["timeout"], "One side closed, and then nothing more came from either."),
  cause("client_cancelled_handshake", ["reset"], "The client gave up before its own handshake was complete.", {
    benign: true,
  }),
  cause("port_scan", ["reset", "refused", "fin"], "One source knocked at many ports or hosts.", {
    benign: true,
    needs: ["X", "F"],
  }),
  cause("unexpected_syn", ["reset"], "A new SYN came on a live connection, and its sender reset the old one."),
  cause("data_after_close", ["reset"], "Data reached a side that had already closed.", { benign: "small" }),
  cause(
    "invalid_segment",
    ["reset"],
    "During the handshake a segment carried an acknowledgement that was never offered.",
  ),
  cause("keepalive_timeout", ["reset"], "Keepalive probes went unanswered, and the prober gave up.", { needs: ["H"] }),
  cause("probe_close", ["reset"], "A health check opened the port and closed it with a RST, again and again.", {
    parent: "app_abort",
    benign: true,
    needs: ["F", "X"],
  }),
  cause("unread_data_close", ["reset"], "An application closed its socket while received data was still unread.", {
    parent: "app_abort",
    needs: ["F", "H"],
  }),
  cause("rst_instead_of_fin", ["reset"], "All was said, and a side closed with a RST to skip the half-closed state.", {
    parent: "app_abort",
    benign: true,
    needs: ["H"],
  }),
  cause("app_abort", ["reset"], "An application cut the connection on purpose."),
  cause("resource_abort", ["reset"], "The host was out of memory or sockets.", {
    parent: "app_abort",
    needs: ["K", "P"],
  }),
  cause("mptcp_abort", ["reset"], "A subflow of a multipath connection was reset.", { needs: ["P"] }),
  cause("no_connection", ["reset"], "A segment reached a host that knows no such connection."),
  cause("host_reboot", ["reset"], "The host rebooted and knows none of its connections.", {
    parent: "no_connection",
    needs: ["X", "K"],
  }),
  cause("nat_expired", ["reset"], "A NAT forgot the connection while it was idle.", {
    parent: "no_connection",
    needs: ["H", "X"],
  }),
  cause(
    "untranslated_segment",
    ["reset"],
    "A segment slipped through the NAT with an address its receiver does not know.",
    {
      parent: "no_connection",
      needs: ["H", "X"],
    },
  ),
  cause("process_crash", ["reset", "fin"], "The process died, and its connections with it.", {
    parent: "app_abort",
    needs: ["X", "K"],
  }),
  cause("firewall_reset", ["reset"], "A filter between the hosts reset the connection.", { needs: ["F", "H", "X"] }),
  cause("injected", ["reset"], "A third party forged the RST.", { needs: ["F", "H", "X"] }),
  cause("filter_block", ["reset"], "Filtering software read the request and forged RSTs.", {
    parent: "injected",
    needs: ["F", "H"],
  }),
  cause("middlebox_idle_reset", ["reset"], "A middlebox reset both ends when its idle timer ran out.", {
    needs: ["H", "X"],
  }),
  cause("unknown_reset", ["reset"], "A valid RST that no rule explains."),
] as const satisfies readonly CauseDefinition[];

export type CauseName = (typeof CAUSES)[number]["name"];

const byName = new Map<string, CauseDefinition>(CAUSES.map((definition) => [definition.name, definition]));

/** The definition of a cause, or undefined for a name that this version does not know (a newer collector's, say). */
export function causeDefinition(name: string): CauseDefinition | undefined {
  return byName.get(name);
}
