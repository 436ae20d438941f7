import {
  groupKeys,
  groupValues,
  rateReply,
  rateStatement,
  seriesDenominators,
  seriesNumerators,
  seriesReply,
  type RateQuery,
  type RateReply,
  type RateStatementRow,
  type SeriesQuery,
  type SeriesReply,
} from "@hangup/rates";
import { rangeReply, type RangeReply } from "../parameters/range.ts";
import type { TimeSeriesQuery } from "../parameters/series-query.ts";
import type { Store } from "../store/store.ts";

export interface RstRateReply extends RateReply {
  readonly range: RangeReply;
  readonly group_by: readonly string[];
}

export interface TimeSeriesReply extends SeriesReply {
  readonly range: RangeReply;
  readonly step_seconds: number;
}

/** Rates from the store; REST and gRPC ask the same. */
export class RateReader {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async rates(query: RateQuery): Promise<RstRateReply> {
    const rows = await this.#store.rows<RateStatementRow>(rateStatement(query));
    return { range: rangeReply(query.range, query.stepSeconds), group_by: query.groupBy, ...rateReply(query, rows) };
  }

  /** First which groups get a series, then their counts by step. */
  async series({ top, stepSeconds }: TimeSeriesQuery): Promise<TimeSeriesReply> {
    const { range, groupBy, filters } = top;
    const found = groupBy.length === 0 ? [] : await this.#store.rows<RateStatementRow>(rateStatement(top));
    const groups = groupBy.length === 0 ? [[]] : groupKeys(top, found);
    const values = groupBy.length === 0 ? [{}] : found.slice(0, groups.length).map((row) => groupValues(top, row));
    const query: SeriesQuery = { range, groupBy, filters, stepSeconds, groups };
    const [numerators, denominators] = await Promise.all([
      this.#store.rows<RateStatementRow>(seriesNumerators(query)),
      this.#store.rows<RateStatementRow>(seriesDenominators(query)),
    ]);
    const reply = seriesReply(query, values, numerators, denominators);
    return { range: rangeReply(range), step_seconds: stepSeconds, ...reply };
  }
}
