import { causeDefinition } from "@hangup/causes";
import type { Figures } from "@hangup/rates";
import { formatAddress } from "@hangup/teardowns";
import { textTable, type TextColumn, type TextRow } from "../api/text-table.ts";
import { bold, dim, percent, whole } from "../terminal.ts";
import { byName } from "./by-name.ts";
import type { Place } from "./places.ts";
import type { CauseTally, Tally } from "./tally.ts";

const PLACES = 10;
/** Of a place, as its columns are. */
const COUNTS = ["resets", "abnormal", "refused", "timeouts", "ended"] as const;

const CAUSE_COLUMNS: readonly TextColumn[] = [
  { title: "count", align: "right" },
  { title: "share", align: "right" },
  { title: "kind", align: "left" },
  { title: "cause", align: "left" },
  { title: "benign", align: "left" },
  { title: "meaning", align: "left" },
];

const PLACE_COLUMNS: readonly TextColumn[] = [
  { title: "server", align: "left" },
  { title: "port", align: "right" },
  { title: "resets", align: "right" },
  { title: "abnormal", align: "right" },
  { title: "refused", align: "right" },
  { title: "timeouts", align: "right" },
  { title: "ended", align: "right" },
  { title: "mostly", align: "left" },
];

/** What stands for the cause of a connection that did not end. */
const UNENDED: Readonly<Record<string, string>> = {
  open: "They had not ended when the capture did.",
  not_observed: "Their end was not seen.",
};

/**
 * The causes of a capture, its rates, and where they come from, as lines for a terminal.
 * @param followed connections that the capture holds, ended or not.
 */
export function reportLines(tally: Tally, followed: number): string[] {
  if (followed === 0) return ["no TCP connection in this capture"];
  if (tally.ended === 0 && tally.unended === 0)
    return [`no connection ended in this capture: ${whole(followed)} had not when it did (--all counts them)`];
  const total = tally.ended;
  const causes = textTable(
    CAUSE_COLUMNS,
    tally.causes().map((row) => ({ cells: causeCells(row, total), style: row.kind === "fin" ? dim : undefined })),
    bold,
  );
  const places = tally.places();
  const lines = [...causes, "", ...rateLines(tally.figures())];
  if (places.length > 0)
    lines.push(
      "",
      ...textTable(
        PLACE_COLUMNS,
        [...places.slice(0, PLACES).map((place) => ({ cells: placeCells(place) })), ...rest(places.slice(PLACES))],
        bold,
      ),
    );
  return lines;
}

function causeCells(row: CauseTally, total: number): string[] {
  const unended = row.kind === "open" || row.kind === "not_observed";
  return [
    whole(row.count),
    unended || total === 0 ? "-" : percent(row.count / total),
    row.kind.replace("_", " "),
    row.cause,
    benignCell(row),
    causeDefinition(row.cause)?.summary ?? UNENDED[row.kind] ?? "",
  ];
}

function benignCell({ count, benign, undecided, kind }: CauseTally): string {
  if (kind !== "reset") return "";
  if (undecided === count) return "unknown";
  if (benign === count) return "yes";
  return benign === 0 && undecided === 0 ? "no" : `${whole(benign)} of ${whole(count)}`;
}

function rateLines(f: Figures): string[] {
  const lines = [];
  if (f.teardowns > 0) {
    const abnormal =
      f.undecided_resets > 0
        ? `${percent(f.abnormal_rst_rate)} to ${percent(f.abnormal_rst_rate_max)}`
        : percent(f.abnormal_rst_rate);
    lines.push(
      `RST rate ${percent(f.rst_rate)} (${whole(f.resets)} of ${whole(f.teardowns)} teardowns), abnormal ${abnormal}` +
        (f.timeouts > 0 ? `, ${whole(f.timeouts)} timed out` : ""),
    );
  }
  if (f.attempts > 0)
    lines.push(
      `Refused ${percent(f.refused_rate)} (${whole(f.refused)} of ${whole(f.attempts)} attempts), ${whole(f.failed_attempts)} failed in all`,
    );
  if (f.orphan_resets > 0) lines.push(`${whole(f.orphan_resets)} RSTs of connections that were not captured`);
  return lines;
}

function placeCells(place: Place): string[] {
  const most = [...place.causes].toSorted((a, b) => b[1] - a[1] || byName(a[0], b[0])).slice(0, 2);
  return [
    formatAddress(place.address),
    String(place.port),
    ...COUNTS.map((count) => whole(place[count])),
    most.map(([cause, n]) => `${cause} ${whole(n)}`).join(", "),
  ];
}

/** The places that are not shown, in one line; none for none. */
function rest(places: readonly Place[]): TextRow[] {
  if (places.length === 0) return [];
  const sums = COUNTS.map((count) => whole(places.reduce((sum, place) => sum + place[count], 0)));
  return [{ cells: [`${whole(places.length)} more`, "", ...sums, ""], style: dim }];
}
