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

/** Rows are flat, as in REST; proto3 has no null: what is null is absent. */
export function responseOf({ other, rows, totals, ...rest }: RstRateReply): Message {
  return {
    ...rest,
    rows: rows.map(present),
    ...(other === null ? {} : { other: present(other) }),
    totals: present(totals),
  };
}

function present(row: object): Message {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== undefined));
}
