import { ERROR_CODES, HangupError, type ErrorCode } from "@hangup/service";
import { z } from "zod";
import { ParameterError } from "../parameters/parameter-error.ts";

const badParameter = z.object({
  parameter: z.string(),
  given: z.string().nullable(),
  detail: z.string(),
  did_you_mean: z.string().optional(),
});

/** RFC 9457 problem details, with our stable code. */
export const problemSchema = z.object({
  type: z.string().meta({ example: "urn:hangup:problem:HANGUP_BAD_PARAMETER" }),
  title: z.string().meta({ description: "What the code means" }),
  status: z.int(),
  code: z.string().meta({ example: "HANGUP_BAD_PARAMETER" }),
  detail: z.string().meta({ description: "What is wrong here, and what to do" }),
  parameter: z.string().optional().meta({ description: "The first bad parameter" }),
  given: z.string().nullable().optional(),
  did_you_mean: z.string().optional(),
  errors: z.array(badParameter).optional().meta({ description: "Every bad parameter" }),
});
export type Problem = z.output<typeof problemSchema>;

export const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

const STATUS: Partial<Record<ErrorCode, number>> = {
  HANGUP_BAD_PARAMETER: 400,
  HANGUP_BAD_URL: 400,
  HANGUP_SQL_FAILED: 400,
  HANGUP_SQL_REFUSED: 403,
  HANGUP_NOT_FOUND: 404,
  HANGUP_BAD_METHOD: 405,
  HANGUP_SQL_LIMIT: 422,
  HANGUP_CLICKHOUSE: 502,
  HANGUP_CLICKHOUSE_UNREACHABLE: 503,
};

export function problemOf(error: unknown): Problem {
  if (!(error instanceof HangupError))
    return problem("HANGUP_INTERNAL", 500, "a fault in Hangup itself; its log says more");
  const detail = error.remedy === "" ? error.message : `${error.message}. ${error.remedy}`;
  const base = problem(error.code, STATUS[error.code] ?? 500, detail);
  if (!(error instanceof ParameterError)) return base;
  const errors = error.parameters.map(({ parameter, given, why, didYouMean }) => ({
    parameter,
    given,
    detail: why,
    ...(didYouMean === undefined ? {} : { did_you_mean: didYouMean }),
  }));
  const { parameter, given, did_you_mean: didYouMean } = errors[0];
  return { ...base, parameter, given, ...(didYouMean === undefined ? {} : { did_you_mean: didYouMean }), errors };
}

function problem(code: ErrorCode, status: number, detail: string): Problem {
  return { type: `urn:hangup:problem:${code}`, title: ERROR_CODES[code], status, code, detail };
}
