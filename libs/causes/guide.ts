import { RULES } from "./judge.ts";
import { CAUSES, causeDefinition, type CauseDefinition, type Kind, type Need } from "./taxonomy.ts";

const NEED_WORDS: Readonly<Record<Need, string>> = {
  F: "SYN, FIN and RST segments",
  H: "all headers",
  P: "the payload or options of the RST",
  I: "ICMP errors",
  K: "the kernel's own reason",
  X: "other connections, or a second vantage",
};

const BENIGN_WORDS = new Map<boolean | "small", string>([
  [true, "benign: left out of the abnormal RST rate"],
  [false, "abnormal"],
  ["small", "benign up to 64 late bytes, else abnormal; unknown where the bytes are"],
]);

/** Where the page of a cause stands in the guide. */
export function causePage(name: string): string {
  return `causes/${name}.md`;
}

/** The head of a cause's page in the guide: all that taxonomy and rules say of it, as Markdown. */
export function causeFacts(cause: CauseDefinition): string {
  const rules = RULES.filter((rule) => rule.cause === cause.name);
  const finer = CAUSES.filter(({ parent }) => parent === cause.name).map(({ name }) => causeLink(name));
  const needs = new Set(rules.length === 0 ? cause.needs : rules.flatMap((rule) => rule.needs));
  const rows = [
    ["kind", cause.kinds.map((kind) => `\`${kind}\``).join(", ")],
    ["counts as", cause.kinds.includes("reset") ? (BENIGN_WORDS.get(cause.benign) ?? "") : "no reset"],
    ["finer causes", finer.join(", ")],
    ["coarser cause", cause.parent === null ? "" : causeLink(cause.parent)],
    [
      "needs",
      (Object.keys(NEED_WORDS) as Need[])
        .filter((need) => needs.has(need))
        .map((need) => NEED_WORDS[need])
        .join(", or "),
    ],
    ["confidence", confidenceWords(rules.flatMap((rule) => rule.confidence))],
    ["confusable with", [...new Set(rules.flatMap((rule) => rule.confusedWith))].map(causeLink).join(", ")],
    ["rests on", [...new Set(rules.map(({ source }) => source))].join("; ")],
  ];
  const table = rows.filter(([, value]) => value !== "").map(([name, value]) => `| ${name} | ${value} |`);
  return [`# ${cause.name}`, "", cause.summary, "", "| | |", "|---|---|", ...table, "", ""].join("\n");
}

/** The guide's table of causes, kind by kind. */
export function causeIndex(): string {
  const kinds = new Set<Kind>(CAUSES.map(({ kinds: [kind] }) => kind));
  return [...kinds].map(indexOf).join("\n");
}

function indexOf(kind: Kind): string {
  const rows = CAUSES.filter(({ kinds: [first] }) => first === kind).map(
    ({ name, summary, benign }) =>
      `| [${name}](${causePage(name)}) | ${summary}${benign === true ? " *Benign.*" : ""} |`,
  );
  return [`### ${kind}`, "", "| cause | means |", "|---|---|", ...rows, ""].join("\n");
}

function confidenceWords(figures: readonly number[]): string {
  if (figures.length === 0)
    return "no rule says it of one capture alone: rows carry the coarser cause and the evidence";
  return `${[...new Set(figures)].toSorted((a, b) => b - a).join(", ")} of 100, by what was seen`;
}

/** A link to the page of a cause, from another's page; other words as they are. */
function causeLink(name: string): string {
  return causeDefinition(name) === undefined ? name : `[${name}](${name}.md)`;
}
