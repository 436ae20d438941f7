import { EVIDENCE, type EvidenceName } from "./evidence.ts";
import { RULES } from "./judge.ts";
import { causeDefinition, type Need } from "./taxonomy.ts";

/** A verdict in plain words. */
export interface Explanation {
  /** What it means, one sentence. */
  readonly summary: string;
  /** The facts behind it, each a clause that follows "because". */
  readonly because: readonly string[];
  /** What else the same packets may come from; causes by name, or words. */
  readonly confusedWith: readonly string[];
  /** What would settle it; '' where nothing is open. */
  readonly settledBy: string;
}

const isEvidence = (name: string): name is EvidenceName => name in EVIDENCE;

/** What would tell such a cause from those that it is confused with. */
const SETTLED_BY: Readonly<Record<"third_party" | "own" | "nobody" | "silence", string>> = {
  third_party: "a capture at the host whose address the RST carries: a RST that never left it was forged",
  own: "the reason that the sender's kernel gives (tcp:tcp_send_reset), or its application's log",
  nobody: "a capture at both ends, and how long other connections through the same path stay quiet before this happens",
  silence: "a capture nearer to the silent side",
};

/** Puts a cause and its evidence into words; null for a cause that this version does not know. */
export function explain(cause: string, evidence: readonly string[]): Explanation | null {
  const definition = causeDefinition(cause);
  if (definition === undefined) return null;
  const confusedWith = new Set(RULES.filter((rule) => rule.cause === cause).flatMap((rule) => rule.confusedWith));
  return {
    summary: definition.summary,
    because: evidence.filter(isEvidence).map((name) => EVIDENCE[name]),
    confusedWith: [...confusedWith],
    settledBy: confusedWith.size === 0 ? "" : settledBy(cause, definition.kinds[0], definition.needs),
  };
}

function settledBy(cause: string, kind: string, needs: readonly Need[]): string {
  if (kind === "fin") return "";
  if (kind === "timeout") return SETTLED_BY.silence;
  if (["injected", "filter_block", "firewall_reset", "firewall_reject", "port_closed", "port_scan"].includes(cause))
    return SETTLED_BY.third_party;
  if (cause === "no_connection" || cause === "invalid_segment" || needs.includes("X")) return SETTLED_BY.nobody;
  return SETTLED_BY.own;
}
