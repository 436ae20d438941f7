import type { Step } from "./steps.ts";

export type Side = "client" | "server";

/** What the wire shows of a scenario, in the words of causes and columns. */
export interface Truth {
  readonly kind: "fin" | "reset" | "refused" | "timeout";
  /** The finest cause that the packets support, then the coarser ones that are true as well. */
  readonly causes: readonly string[];
  readonly sender: Side;
  readonly firstFinBy: Side | "";
  readonly firstRstBy: Side | "";
}

/**
 * What the network does to a connection (IPv4 alone where packets are held back):
 * - `forget`: between the two holds the server's host loses the connection without a word
 * - `cross_fins`: what the server sends after its hold is kept back until the client has sent, too
 * - `delay_synack`: the SYN-ACK is kept back until the client has given up
 */
export type Trick = "forget" | "cross_fins" | "delay_synack";

export interface Scenario {
  /** An open port of a server, a port where nobody listens, or a host that never answers. */
  readonly target: "open" | "closed" | "silent";
  readonly client: (requestBytes: number, answerBytes: number) => readonly Step[];
  readonly server: (requestBytes: number, answerBytes: number) => readonly Step[];
  /** Errors that the client's socket must report; '' for none. Anything else means that the scenario did not happen. */
  readonly clientErrors: readonly string[];
  /** What the network does to it. */
  readonly trick?: Trick;
  readonly truth: Truth;
}

/** Longer than Linux's delayed ACK (40 ms): what was received has been acknowledged, and the order on the wire is certain. */
const QUIET: Step = ["wait", 60];
/** More than the 64 bytes that pass for a late TLS alert. */
const LATE_BYTES = 300;

const none = (): readonly Step[] => [];
const reset = ["ECONNRESET"];

function fin(cause: string, first: Side): Truth {
  return { kind: "fin", causes: [cause], sender: first, firstFinBy: first, firstRstBy: "" };
}

function aborted(by: Side, ...causes: string[]): Truth {
  return { kind: "reset", causes, sender: by, firstFinBy: "", firstRstBy: by };
}

/** Every way to end that the lab can make, each with what it must look like. */
export const SCENARIOS = {
  client_first: {
    target: "open",
    client: (request, answer) => [["send", request], ["receive", answer], ["end"], ["receive_end"]],
    server: (request, answer) => [["receive", request], ["send", answer], ["receive_end"], ["end"]],
    clientErrors: [""],
    truth: fin("fin_client_first", "client"),
  },
  server_first: {
    target: "open",
    client: (request) => [["send", request], ["receive_end"], ["end"]],
    server: (request, answer) => [["receive", request], ["send", answer], ["end"], ["receive_end"]],
    clientErrors: [""],
    truth: fin("fin_server_first", "server"),
  },
  no_data: {
    target: "open",
    client: () => [["wait", 5], ["end"], ["receive_end"]],
    server: () => [["receive_end"], ["end"]],
    clientErrors: [""],
    truth: fin("fin_client_first", "client"),
  },
  simultaneous: {
    target: "open",
    client: (request, answer) => [["send", request], ["receive", answer], ["hold"], ["end"], ["receive_end"]],
    server: (request, answer) => [["receive", request], ["send", answer], ["hold"], ["end"], ["receive_end"]],
    clientErrors: [""],
    trick: "cross_fins",
    // Between client and server the client's comes by first.
    truth: fin("fin_simultaneous", "client"),
  },
  half_close: {
    target: "open",
    client: (request) => [["send", request], ["end"], ["receive_end"]],
    // The pause keeps the FIN off the last data segment.
    server: (_request, answer) => [["receive_end"], ["send", answer], QUIET, ["end"]],
    clientErrors: [""],
    truth: fin("half_close", "client"),
  },
  refused: {
    target: "closed",
    client: none,
    server: none,
    clientErrors: ["ECONNREFUSED"],
    truth: { kind: "refused", causes: ["port_closed"], sender: "server", firstFinBy: "", firstRstBy: "server" },
  },
  silence: {
    target: "silent",
    client: none,
    server: none,
    clientErrors: ["ETIMEDOUT"],
    truth: { kind: "timeout", causes: ["syn_unanswered"], sender: "server", firstFinBy: "", firstRstBy: "" },
  },
  cancelled: {
    target: "open",
    client: none,
    // Never runs: the server's program does not see the connection.
    server: none,
    clientErrors: ["ETIMEDOUT"],
    trick: "delay_synack",
    truth: aborted("client", "client_cancelled_handshake"),
  },
  client_abort: {
    target: "open",
    client: (request) => [["send", request], QUIET, ["abort"]],
    server: (request) => [["receive", request], ["gone"]],
    clientErrors: [""],
    truth: aborted("client", "app_abort"),
  },
  server_abort: {
    target: "open",
    client: (request) => [["send", request], ["gone"]],
    server: (request) => [["receive", request], ["abort"]],
    clientErrors: reset,
    // On the wire an abort that answers a request is the same whether the request was read or not.
    truth: aborted("server", "unread_data_close", "app_abort"),
  },
  unread_close: {
    target: "open",
    client: (request) => [["send", request], ["gone"]],
    server: () => [QUIET, ["close"]],
    clientErrors: reset,
    truth: aborted("server", "unread_data_close", "app_abort"),
  },
  turned_away: {
    target: "open",
    client: () => [["gone"]],
    server: () => [["abort"]],
    clientErrors: reset,
    truth: aborted("server", "access_denied", "app_abort"),
  },
  abort_after_answer: {
    target: "open",
    client: (request, answer) => [["send", request], ["receive", answer], ["gone"]],
    server: (request, answer) => [["receive", request], ["send", answer], QUIET, ["abort"]],
    clientErrors: reset,
    truth: aborted("server", "rst_instead_of_fin", "app_abort"),
  },
  data_after_close: {
    target: "open",
    client: (request, answer) => [
      ["send", request],
      ["receive", answer],
      ["receive_end"],
      ["send", LATE_BYTES],
      QUIET,
      ["close"],
    ],
    server: (request, answer) => [["receive", request], ["send", answer], ["close"]],
    // After the FIN nothing is read any more, so the RST goes unnoticed by the program, unless it writes once more.
    clientErrors: ["", ...reset],
    truth: {
      kind: "reset",
      causes: ["data_after_close"],
      sender: "server",
      firstFinBy: "server",
      firstRstBy: "server",
    },
  },
  forgotten: {
    target: "open",
    client: (request, answer) => [["send", request], ["receive", answer], ["hold"], ["send", request], ["gone"]],
    server: (request, answer) => [["receive", request], ["send", answer], ["hold"], ["abort"]],
    clientErrors: reset,
    trick: "forget",
    truth: aborted("server", "no_connection"),
  },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;

export const SCENARIO_NAMES = Object.keys(SCENARIOS) as readonly ScenarioName[];

/** Holding packets back rests on ARP. */
export function ipv4Only(name: ScenarioName): boolean {
  const { trick }: Scenario = SCENARIOS[name];
  return trick === "cross_fins" || trick === "delay_synack";
}
