import type { Figures, RateReply, RateRow, SeriesReply } from "@hangup/rates";

export type { Figures, RateRow };
export type { Series } from "@hangup/rates";

/** The range as the server resolved it, RFC 3339. */
export interface Range {
  readonly from: string;
  readonly to: string;
}

/** `GET /api/v1/rst-rate` */
export interface RatesAnswer extends RateReply {
  readonly range: Range;
}

/** `GET /api/v1/timeseries` */
export interface SeriesAnswer extends SeriesReply {
  readonly range: Range;
  readonly step_seconds: number;
}

/** `GET /api/v1/alerts` */
export interface AlertsAnswer {
  readonly rows: readonly Alert[];
}

export interface Alert {
  readonly id: string;
  readonly state: "firing" | "resolved";
  readonly port: number;
  readonly cause: string;
  readonly started_time: string;
  readonly updated_time: string;
  readonly resets: number;
  readonly teardowns: number;
  readonly rate: number;
  readonly baseline_teardowns: number;
  readonly baseline_rate: number;
  readonly summary: string;
}

/** `GET /api/v1/causes` */
export interface CausesAnswer {
  readonly rows: readonly Cause[];
}

export interface Cause {
  readonly name: string;
  /** null where each row decides. */
  readonly benign: boolean | null;
  /** One sentence. */
  readonly summary: string;
  /** Path of its page in the guide, on this server. */
  readonly guide: string;
}

/** `GET /api/v1/teardowns` */
export interface TeardownsAnswer {
  readonly rows: readonly TeardownRow[];
}

export interface TeardownRow {
  readonly id: string;
  /** RFC 3339. */
  readonly end_time: string;
  readonly cause: string;
  readonly explanation: Explanation;
}

export interface Explanation {
  readonly headline: string;
  /** A sentence each. */
  readonly seen: readonly string[];
  readonly follows: string;
  /** `cause` is null where it is none of ours. */
  readonly alternatives: readonly { readonly cause: string | null; readonly words: string }[];
  /** '' where nothing is open. */
  readonly settle: string;
  readonly wireshark: string;
}

/** RFC 9457, as far as the page reads it. */
export interface Problem {
  readonly detail?: string;
}
