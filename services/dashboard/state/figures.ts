import { effect, signal } from "@preact/signals";
import { get, type Parameters } from "../api/client.ts";
import type { Alert, AlertsAnswer, Cause, CausesAnswer, RatesAnswer, SeriesAnswer } from "../api/shapes.ts";
import { choices, orderText, type Choices } from "./choices.ts";
import { browserTimer, Poll } from "./poll.ts";

/** Everything that one refresh brings. */
export interface FiguresOnPage {
  /** The choices that it answers. */
  readonly choices: Choices;
  readonly totals: RatesAnswer;
  readonly series: SeriesAnswer;
  readonly table: RatesAnswer;
  readonly alerts: readonly Alert[];
  /** Milliseconds since the epoch, by this browser's clock. */
  readonly time: number;
}

export const REFRESH_MS = 5_000;
const TABLE_ROWS = 20;
const SERIES = 6;

export const figures = signal<FiguresOnPage | null>(null);
/** Why the last refresh failed; null when it did not. */
export const trouble = signal<string | null>(null);
/** By name; empty until they are known. */
export const causes = signal<ReadonlyMap<string, Cause>>(new Map());

/** Ends that nobody needs to look into are left out as rows of the table; rates stay shares of all. */
export const TABLE_KINDS = "reset,refused,timeout";

/** What the choices ask of every route: the range, and only what was pressed. */
export function placeOf({ range, only }: Choices): Parameters {
  return { from: `now-${range}`, ...only };
}

async function ask(aborted: AbortSignal): Promise<FiguresOnPage> {
  const chosen = choices.peek();
  const shared = placeOf(chosen);
  const [totals, series, table, alerts] = await Promise.all([
    get<RatesAnswer>("rst-rate", shared, aborted),
    get<SeriesAnswer>("timeseries", { ...shared, group_by: "cause", kind: "reset", limit: SERIES }, aborted),
    get<RatesAnswer>(
      "rst-rate",
      {
        ...shared,
        group_by: chosen.groups,
        kind: TABLE_KINDS,
        order_by: orderText(chosen.order),
        limit: TABLE_ROWS,
      },
      aborted,
    ),
    get<AlertsAnswer>("alerts", { state: "firing" }, aborted),
    causes.peek().size > 0 ? null : learnCauses(aborted),
  ]);
  return { choices: chosen, totals, series, table, alerts: alerts.rows, time: Date.now() };
}

async function learnCauses(aborted: AbortSignal): Promise<void> {
  const { rows } = await get<CausesAnswer>("causes", {}, aborted);
  causes.value = new Map(rows.map((cause) => [cause.name, cause]));
}

/** Refreshes until the page is closed: every 5 s, at once when a choice changes, and not while nobody can see it. */
export function followFigures(): void {
  const poll = new Poll({
    ask,
    answered: (answer) => {
      figures.value = answer;
      trouble.value = null;
    },
    failed: (error) => {
      trouble.value = error instanceof Error ? error.message : String(error);
    },
    everyMs: REFRESH_MS,
    timer: browserTimer,
  });
  effect(() => {
    void choices.value;
    poll.restart();
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? poll.pause() : poll.restart()));
}
