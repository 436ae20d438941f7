import { release } from "node:os";
import { RULE_VERSION } from "@hangup/causes";
import type { Case } from "./compare.ts";
import { figuresOf, matrixOf, type Figures } from "./matrix.ts";
import { NOT_MADE } from "./repertoire.ts";
import { MODES, VANTAGES, type Mode } from "./deed.ts";
import type { Take } from "./take.ts";

/** What captures of a mode hold, in words. */
const MODE_TITLES: Readonly<Record<Mode, string>> = {
  all: "All headers",
  flags: "SYN, FIN and RST alone",
  late: "All headers, begun after the handshakes",
};

/** The page of the guide: what was done, what was said of it, and how sure that was. */
export function reportOf(takes: readonly Take[], cases: readonly Case[], date: Date): string {
  return [
    "# What is said of what was done",
    "",
    "`npm run lab` makes connections end in every way that it knows, between real Linux stacks in network namespaces, captures them",
    "at the client, in the middle and at the server, and asks `hangup analyze` what happened. This page is what came out.",
    "",
    `${date.toISOString().slice(0, 10)}, Linux ${release()}, rule version ${RULE_VERSION}.`,
    "",
    ...takes.map(takeLine),
    "",
    ...MODES.flatMap((mode) => modeSection(cases, mode)),
    "## Not made",
    "",
    ...Object.entries(NOT_MADE).map(([cause, why]) => `- \`${cause}\`: ${why}.`),
    "",
  ].join("\n");
}

function takeLine({ name, setting, labels }: Take): string {
  const { delay_ms, jitter_ms, loss, reorder, duplicate } = setting.path;
  const harm =
    jitter_ms + loss + reorder + duplicate === 0
      ? ""
      : `, up to ${jitter_ms} ms of jitter, ${share(loss)} lost, ${share(reorder)} out of order, ${share(duplicate)} twice, each way`;
  return `- Take **${name}**: ${labels.length} connections, all interleaved, over a path of ${delay_ms} ms one way${harm}.`;
}

function modeSection(cases: readonly Case[], mode: Mode): string[] {
  const ours = cases.filter((c) => c.mode === mode);
  return [`## ${MODE_TITLES[mode]}`, "", ...figureLines(figuresOf(ours)), "", ...matrixLines(ours, mode), ""];
}

function share(n: number, of = 1): string {
  return of === 0 ? "–" : `${((100 * n) / of).toFixed(1)} %`;
}

function cell(said: readonly (readonly [string, number])[]): string {
  return said.map(([words, times]) => `${words} ${times}`).join(", ");
}

export function figureLines(f: Figures): string[] {
  return [
    `Of ${f.cases} rows ${share(f.right, f.cases)} say what was done or a parent of it (${share(f.rightByCause)}, every cause weighing alike),`,
    `${share(f.honest, f.cases)} that or another cause that the same packets allow. False accusations: ${f.falseAccusations.length}.`,
    `\`unknown_reset\`: ${share(f.unknownResets, f.resets)} of resets. Told twice: ${f.doubled}.`,
    "",
    "| confidence | rows | claimed | say what was done |",
    "|---|---|---|---|",
    ...f.calibration.map(
      ({ from, to, rows, confidence, right }) =>
        `| ${from} to ${to - 1} | ${rows} | ${rows === 0 ? "–" : `${confidence.toFixed(1)} %`} | ${rows === 0 ? "–" : `${right.toFixed(1)} %`} |`,
    ),
  ];
}

function matrixLines(cases: readonly Case[], mode: Mode): string[] {
  return [
    `| what was done | said at the ${VANTAGES.join(" | at the ")} |`,
    `|---|${VANTAGES.map(() => "---|").join("")}`,
    ...[...matrixOf(cases, mode)].map(
      ([deed, said]) => `| ${deed} | ${VANTAGES.map((vantage) => cell(said[vantage])).join(" | ")} |`,
    ),
  ];
}

/** The matrix as numbers: deed, vantage, mode, said, times. */
export function matrixCsv(cases: readonly Case[]): string {
  const lines = MODES.flatMap((mode) =>
    [...matrixOf(cases, mode)].flatMap(([deed, said]) =>
      VANTAGES.flatMap((vantage) =>
        said[vantage].map(([words, times]) => [deed, vantage, mode, words, times].join(",")),
      ),
    ),
  );
  return ["done,vantage,mode,said,times", ...lines, ""].join("\n");
}

/** What was not right, a line a group: `npm run lab` prints those that are not even honest. */
export function faultLines(cases: readonly Case[], which: "dishonest" | "readings"): string[] {
  const groups = new Map<string, { times: number; example: Case }>();
  for (const c of cases) {
    if (c.right || c.honest === (which === "dishonest")) continue;
    const done = `${c.deed.kinds.join("|")}:${c.deed.cause}`;
    const key = `${c.take} ${c.label.scenario} at the ${c.vantage} (${c.mode}): ${done} said ${c.kind}:${c.said} ${c.row?.confidence ?? ""}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { times: 1, example: c });
    else group.times++;
  }
  return [...groups]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([key, { times, example }]) => {
      const { client, server } = example.label;
      const where = `${client.address}:${client.port} → ${server.address}:${server.port}`;
      return `${times} × ${key}, as ${where} ${example.row?.history ?? ""} ${example.row?.evidence.join(",") ?? ""}`;
    });
}
