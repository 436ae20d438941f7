export { allOf, filterCondition, rangeCondition } from "./conditions.ts";
export {
  addressSql,
  DIMENSION_NAMES,
  DIMENSIONS,
  dimensionOf,
  KINDS,
  RST_FORMS,
  STAGES,
  VANTAGES,
  type Dimension,
  type DimensionName,
} from "./dimensions.ts";
export { countRow, figuresOf, noCounts, ratesOf, type Counts, type Figures, type Rates } from "./figures.ts";
export {
  COUNT_NAMES,
  countSql,
  DENOMINATORS,
  FORMULAS,
  RATE_NAMES,
  RATES,
  rateSql,
  type CountName,
  type EndedRow,
  type RateName,
} from "./formulas.ts";
export type { Filters, GroupKey, Order, OrderName, RateQuery, SeriesQuery, TimeRange } from "./query.ts";
export { rateStatement } from "./rate-statement.ts";
export {
  groupKeys,
  groupValues,
  rateReply,
  type GroupValues,
  type RateReply,
  type RateRow,
  type RateStatementRow,
} from "./reply.ts";
export { seriesReply, stepTimes, type Series, type SeriesFigures, type SeriesReply } from "./series-reply.ts";
export { seriesDenominators, seriesNumerators } from "./series-statement.ts";
export type { Statement, StatementValue } from "./statement.ts";
