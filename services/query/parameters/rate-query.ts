import { COUNT_NAMES, RATE_NAMES, type Order, type OrderName, type RateQuery } from "@hangup/rates";
import { filtersOf, groupByOf } from "./filters.ts";
import { BadValue, named, oneOf } from "./parameter-error.ts";
import { rangeOf } from "./range.ts";
import type { RateParameters } from "./schemas.ts";
import { parseStep } from "./time.ts";

const DEFAULT_ROWS = 100;

/** The query that these parameters ask for. @param now µs since the epoch. @throws ParameterError */
export function rateQuery(parameters: RateParameters, now: number): RateQuery {
  const { step, order_by: order, limit } = parameters;
  const groupBy = groupByOf(parameters.group_by);
  const groups: OrderName[] = step === undefined ? groupBy : ["time", ...groupBy];
  return {
    range: rangeOf(parameters, now),
    groupBy,
    filters: filtersOf(parameters),
    ...(step === undefined ? {} : { stepSeconds: named("step", step, () => parseStep(step)) }),
    order: order === undefined ? defaultOrder(groups) : named("order_by", order, () => parseOrder(order, groups)),
    limit: limit ?? DEFAULT_ROWS,
  };
}

function defaultOrder(groups: readonly OrderName[]): Order {
  return groups.includes("time") ? { by: "time", descending: false } : { by: "resets", descending: true };
}

/** `rst_rate`, `host:asc`, `teardowns:desc`: figures begin with the highest, groups with the lowest. @throws BadValue */
export function parseOrder(text: string, groups: readonly OrderName[]): Order {
  const [name, direction, ...rest] = text.split(":");
  const figures: readonly OrderName[] = [...COUNT_NAMES, ...RATE_NAMES];
  if (rest.length > 0 || (direction !== undefined && direction !== "asc" && direction !== "desc")) {
    throw new BadValue("expected a name, name:asc or name:desc");
  }
  const by = oneOf(name, [...figures, ...groups], "a count, a rate or a grouped dimension");
  return { by, descending: direction === undefined ? figures.includes(by) : direction === "desc" };
}
