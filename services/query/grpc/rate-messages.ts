import { COUNT_NAMES, RATE_NAMES, type Figures, type RateRow } from "@hangup/rates";
import { check } from "../parameters/parameter-pipe.ts";
import { rateParameters, type RateParameters } from "../parameters/schemas.ts";
import type { RstRateReply } from "../rates/rate-reader.ts";

/** A request as grpc-js gives it: every field present, empty where it was not set. */
export type GetRstRateRequest = Readonly<Record<string, string | number | readonly string[]>>;

/** Fields that were not set are left out: the defaults are those of REST. @throws ParameterError */
export function parametersOf(request: GetRstRateRequest): RateParameters {
  const set = Object.entries(request).filter(
    ([, value]) => value !== "" && value !== 0 && !(Array.isArray(value) && value.length === 0),
  );
  return check(rateParameters, Object.fromEntries(set));
}

type Message = Readonly<Record<string, unknown>>;

export function responseOf(reply: RstRateReply): Message {
  const { range, group_by: groupBy, rows, other, totals } = reply;
  return {
    range,
    group_by: groupBy,
    rows: rows.map((row) => ({ group: groupOf(row), figures: figuresMessage(row) })),
    ...(other === null ? {} : { other: { groups: other.groups, figures: figuresMessage(other) } }),
    totals: figuresMessage(totals),
  };
}

/** proto3 has no null: what is null is absent. */
function present(entries: readonly (readonly [string, unknown])[]): Message {
  return Object.fromEntries(entries.filter(([, value]) => value !== null && value !== undefined));
}

function figuresMessage(figures: Figures): Message {
  return present([...COUNT_NAMES, ...RATE_NAMES].map((name) => [name, figures[name]]));
}

function groupOf(row: RateRow): Message {
  const figures: ReadonlySet<string> = new Set<string>([...COUNT_NAMES, ...RATE_NAMES]);
  return present(Object.entries(row).filter(([name]) => !figures.has(name)));
}
