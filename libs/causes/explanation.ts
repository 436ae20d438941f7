import { EVIDENCE, type EvidenceName } from "./evidence.ts";
import { RULES } from "./judge.ts";
import { READINGS, type Reading } from "./readings.ts";
import { causeDefinition } from "./taxonomy.ts";
import { courseOf, endpoints, type ExplainedRow } from "./course.ts";

export type { ExplainedRow } from "./course.ts";

/** One connection's end in plain words. Sides are named by address:port, numbers have units. */
export interface Explanation {
  /** Who, what and how sure, in one line. */
  readonly headline: string;
  /** What was seen, a sentence each. */
  readonly seen: readonly string[];
  /** What follows from it, and how far to trust that; '' where nothing ended. */
  readonly follows: string;
  /** What else the same packets may come from: causes by name and in words, or words alone. */
  readonly alternatives: readonly Alternative[];
  /** What would settle it; '' where nothing is open. */
  readonly settle: string;
  /** A display filter that shows the packets of this tuple and nothing else. */
  readonly wireshark: string;
}

export interface Alternative {
  /** null where it is no cause of ours. */
  readonly cause: string | null;
  readonly words: string;
}

/** Nothing else is worth naming beside it. */
const CERTAIN = 95;
/** Below these a verdict is said with less weight. */
const STRONG = 80;
const LIKELY = 60;

/** A newer collector's rows may have causes that stand here no more than in the taxonomy. */
const readings: Readonly<Record<string, Reading>> = READINGS;

/** Told by the course already. */
const TOLD = new Set<string>([
  "midstream",
  "retransmits",
  "lone_rst",
  "answers_syn",
  "mptcp_reason",
  "rst_diagnostic",
  "icmp_unreachable",
]);

/** Puts one row into words: the text that `--explain`, the API and the page show. */
export function explain(row: ExplainedRow): Explanation {
  const ends = endpoints(row);
  const fill = (text: string): string => text.replaceAll(/\{(\w+)\}/g, (_, side: keyof typeof ends) => ends[side]);
  const reading = Object.hasOwn(readings, row.cause) ? readings[row.cause] : null;
  const alternatives = row.confidence < CERTAIN ? alternativesOf(row) : [];
  return {
    headline: `${ends.client} → ${ends.server}  ${verdict(row)}`,
    seen: [...courseOf(row, ends), ...evidenceOf(row)],
    follows: [reading === null ? unread(row) : fill(reading.follows), ...weight(row)].filter(Boolean).join(" "),
    alternatives,
    settle: reading === null || alternatives.length === 0 ? "" : fill(reading.settle),
    wireshark: displayFilter(row),
  };
}

function verdict({ kind, cause, sender, confidence }: ExplainedRow): string {
  if (cause === "") return kind.replace("_", " ");
  const said = `${cause} (${confidence}% sure)`;
  if (!sender) return `${kind}: ${said}`;
  return kind === "timeout" ? `timeout, the ${sender} is silent: ${said}` : `${kind} by the ${sender}: ${said}`;
}

/** For a row without a cause, or with one of a newer version. */
function unread({ kind, cause }: ExplainedRow): string {
  if (cause !== "") return `This version has no words for the cause ${cause}.`;
  return kind === "open" ? "It had not ended when the capture did." : "Its end was not seen.";
}

function evidenceOf({ evidence }: ExplainedRow): string[] {
  const clauses = evidence.filter((name) => !TOLD.has(name)).map(evidenceWords);
  return clauses.length === 0 ? [] : [`${capital(clauses.join("; "))}.`];
}

/** A fact in words; a name that this version does not know (a newer collector's) stands for itself. */
export function evidenceWords(name: string): string {
  return Object.hasOwn(EVIDENCE, name) ? EVIDENCE[name as EvidenceName] : name;
}

function weight({ kind, cause, confidence, benign }: ExplainedRow): string[] {
  const words: string[] = [];
  if (cause === "") return words;
  if (confidence < LIKELY) words.push("That is a hint and no more.");
  else if (confidence < STRONG) words.push("That is likely, not certain.");
  if (kind === "reset" && benign === null)
    words.push("Whether it harmed anybody cannot be told from what was captured.");
  return words;
}

/** What the rule that spoke names as confusable: the first of the cause that fits the row, as in the order of judgement. */
function alternativesOf({ kind, cause, evidence, benign }: ExplainedRow): Alternative[] {
  const rule = RULES.find(
    (one) =>
      one.cause === cause &&
      (one.kind === undefined || one.kind === kind) &&
      (one.given === undefined || evidence.includes(one.given)),
  );
  // Where it is open whether an abort harmed anybody, it may have been the harmless shortcut.
  const shortcut = cause === "app_abort" && benign === null ? ["rst_instead_of_fin"] : [];
  return [...new Set([...shortcut, ...(rule?.confusedWith ?? [])])].map((name) => {
    const definition = causeDefinition(name);
    return definition === undefined ? { cause: null, words: name } : { cause: name, words: definition.summary };
  });
}

function displayFilter({ client_ip: client, server_ip: server, client_port, server_port }: ExplainedRow): string {
  const ip = client.includes(":") ? "ipv6" : "ip";
  return `${ip}.addr == ${client} && ${ip}.addr == ${server} && tcp.port == ${client_port} && tcp.port == ${server_port}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
