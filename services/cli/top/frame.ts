import type { Counts, RateReply, RateRow, Rates } from "@hangup/rates";
import { textTable, type TextColumn, type TextRow } from "../api/text-table.ts";
import { bold, dim, percent, whole } from "../terminal.ts";

/** The reply of GET /api/v1/rst-rate. */
export interface RstRateAnswer extends RateReply {
  readonly range: { readonly from: string; readonly to: string };
  readonly group_by: readonly (keyof RateRow)[];
}

type Figures = Counts & Rates;

interface FigureColumn extends TextColumn {
  readonly cell: (figures: Figures) => string;
  /** Left out when it is zero everywhere. */
  readonly optional?: (totals: Figures) => boolean;
}

const FIGURES: readonly FigureColumn[] = [
  { title: "teardowns", align: "right", cell: ({ teardowns }) => whole(teardowns) },
  { title: "resets", align: "right", cell: ({ resets }) => whole(resets) },
  { title: "rst rate", align: "right", cell: ({ rst_rate: rate }) => percent(rate) },
  { title: "abnormal", align: "right", cell: abnormalCell },
  { title: "fins", align: "right", cell: ({ fins }) => whole(fins), optional: ({ fins }) => fins > 0 },
  {
    title: "timeouts",
    align: "right",
    cell: ({ timeouts }) => whole(timeouts),
    optional: ({ timeouts }) => timeouts > 0,
  },
  {
    title: "attempts",
    align: "right",
    cell: ({ attempts }) => whole(attempts),
    optional: ({ failed_attempts: failed }) => failed > 0,
  },
  {
    title: "failed",
    align: "right",
    cell: ({ failed_attempts: failed }) => whole(failed),
    optional: ({ failed_attempts: failed, refused }) => failed > refused,
  },
  { title: "refused", align: "right", cell: ({ refused }) => whole(refused), optional: ({ refused }) => refused > 0 },
  {
    title: "refused rate",
    align: "right",
    cell: ({ refused_rate: rate }) => percent(rate),
    optional: ({ refused }) => refused > 0,
  },
  {
    title: "orphans",
    align: "right",
    cell: ({ orphan_resets: n }) => whole(n),
    optional: ({ orphan_resets: n }) => n > 0,
  },
];

/** The table of one answer, as lines. */
export function frameLines(answer: RstRateAnswer): string[] {
  const { group_by: groupBy, rows, other, totals } = answer;
  const figures = FIGURES.filter(({ optional }) => optional === undefined || optional(totals));
  const groups: TextColumn[] = groupBy.map((title) => ({ title, align: title === "port" ? "right" : "left" }));
  const columns = [...groups, ...figures, { title: "share of resets", align: "left" as const }];
  const cells = (head: readonly string[], row: Figures): string[] => [
    ...head,
    ...figures.map(({ cell }) => cell(row)),
    bar(totals.resets === 0 ? 0 : row.resets / totals.resets),
  ];
  const label = (text: string): string[] => groupBy.map((_, index) => (index === 0 ? text : ""));
  const lines: TextRow[] = rows.map((row) => ({
    cells: cells(
      groupBy.map((name) => String(row[name] ?? "-")),
      row,
    ),
  }));
  if (other !== null) {
    lines.push({ cells: cells(label(`${whole(other.groups)} more`), other), style: (line) => dim(line) });
  }
  if (groupBy.length > 0) lines.push({ cells: cells(label("total"), totals), style: (line) => bold(line) });
  if (rows.length === 0) return ["nothing ended in this time that fits"];
  return textTable(columns, lines, bold);
}

/** What the figures are of, in one line. */
export function frameTitle({ range, group_by: groupBy }: RstRateAnswer): string {
  const by = groupBy.length === 0 ? "" : `, by ${groupBy.join(", ")}`;
  return `${shortTime(range.from)} to ${shortTime(range.to)} UTC${by}`;
}

function shortTime(text: string): string {
  return text.slice(0, 19).replace("T", " ");
}

/** `12.3%`; a range while it is not known of every reset whether it is benign. */
function abnormalCell({ abnormal_rst_rate: least, abnormal_rst_rate_max: most }: Figures): string {
  return least === most ? percent(least) : `${percent(least)} to ${percent(most)}`;
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const BAR_CELLS = 12;

/** A bar of at most 12 cells, in steps of an eighth; anything above 0 shows. */
function bar(share: number): string {
  const eighths = share > 0 ? Math.max(1, Math.round(share * BAR_CELLS * 8)) : 0;
  return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}
