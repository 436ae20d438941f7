import { causeDefinition } from "@hangup/causes";
import type { Endpoint } from "@hangup/lab";
import type { Row } from "./rows.ts";
import type { Deed, Mode, Vantage } from "./deed.ts";
import type { Label } from "./stage.ts";

/** What needs the handshake to be known at all: nobody is asked for it when the capture came late. */
const OF_THE_HANDSHAKE: readonly string[] = [
  "port_closed",
  "firewall_reject",
  "icmp_unreachable",
  "syn_unanswered",
  "synack_unanswered",
  "listen_overflow",
  "client_cancelled_handshake",
  "invalid_segment",
  "port_scan",
  "unexpected_syn",
  "access_denied",
  "probe_close",
];

/** One labelled connection at one vantage in one mode: what was done, and what was said of it. */
export interface Case {
  readonly take: string;
  readonly label: Label;
  readonly vantage: Vantage;
  readonly mode: Mode;
  readonly deed: Deed;
  /** null: no row. */
  readonly row: Row | null;
  /** The kind, and the cause that was said; '' for none. */
  readonly kind: string;
  readonly said: string;
  /** Rows that have ended, beyond one. */
  readonly doubled: number;
  /** What was said is what was done, or a parent of it. */
  readonly right: boolean;
  /** Nothing was said that the packets of the deed do not allow. */
  readonly honest: boolean;
}

const ENDED: readonly string[] = ["fin", "reset", "refused", "timeout"];

/** A row begins with its first packet, a label before it; the clocks are one, but the row's is rounded. */
const SLACK_S = 0.002;

/** What was said of each label at a vantage, by the rows of the capture that holds it there. `lossy`: packets were lost on their way. */
export function compare(
  take: string,
  labels: readonly Label[],
  vantage: Vantage,
  mode: Mode,
  rowsOf: (capture: string) => readonly Row[],
  lossy: boolean,
): Case[] {
  const byTuple = new Map<string, Label[]>();
  for (const label of labels) {
    const key = `${label.captures[vantage]} ${tuple(label.client, label.server)}`;
    byTuple.set(key, [...(byTuple.get(key) ?? []), label]);
  }
  const rows = new Map<Label, Row[]>();
  for (const capture of new Set(labels.map((label) => label.captures[vantage]))) {
    for (const row of rowsOf(capture)) {
      const [client, server] = endpointsOf(row);
      const candidates = byTuple.get(`${capture} ${tuple(client, server)}`) ?? [];
      const start = Date.parse(row.start_time) / 1000;
      const label = candidates.findLast(({ from }) => from <= start + SLACK_S) ?? candidates[0];
      if (label !== undefined) rows.set(label, [...(rows.get(label) ?? []), row]);
    }
  }
  return labels.flatMap((label) => {
    const deed = inMode(label.at[vantage], mode);
    return deed === null ? [] : [caseOf(take, label, vantage, mode, deed, rows.get(label) ?? [], lossy)];
  });
}

function caseOf(
  take: string,
  label: Label,
  vantage: Vantage,
  mode: Mode,
  deed: Deed,
  rows: readonly Row[],
  lossy: boolean,
): Case {
  const ended = rows.filter(({ kind }) => ENDED.includes(kind));
  const row = ended[0] ?? rows[0] ?? null;
  const kind = row === null ? "nothing" : row.kind === "not_observed" ? "open" : row.kind;
  const said = row?.cause ?? "";
  const kindRight = (deed.kinds as readonly string[]).includes(kind);
  const names: readonly string[] = [deed.cause, ...parentsOf(deed.cause), ...(deed.also ?? [])];
  const right = kindRight && names.includes(said);
  const endLost = lossy && AFTER_A_LOSS.includes(said);
  const honest = right || endLost || (kindRight && deed.readings.includes(said));
  return { take, label, vantage, mode, deed, row, kind, said, doubled: Math.max(0, ended.length - 1), right, honest };
}

function inMode(deed: Deed | null, mode: Mode): Deed | null {
  if (deed === null || (mode === "late" && OF_THE_HANDSHAKE.includes(deed.cause))) return null;
  const shown = deed.in?.[mode];
  return shown === undefined ? deed : shown;
}

/** Where the packet that ended it was lost on its way, it is true that no end was seen, and so is what followed from the loss. */
const AFTER_A_LOSS: readonly string[] = [
  "",
  "no_connection",
  "half_close_abandoned",
  "syn_unanswered",
  "synack_unanswered",
  "retransmission_timeout",
];

export function parentsOf(cause: string): string[] {
  const parent = causeDefinition(cause)?.parent ?? null;
  return parent === null ? [] : [parent, ...parentsOf(parent)];
}

function endpointsOf(row: Row): [Endpoint, Endpoint] {
  return [
    { address: row.client_ip, port: row.client_port },
    { address: row.server_ip, port: row.server_port },
  ];
}

/** The same whoever is taken for the client. */
function tuple(a: Endpoint, b: Endpoint): string {
  return [a, b]
    .map(({ address, port }) => `${address} ${port}`)
    .toSorted()
    .join(" ");
}
