import { applyDecorators } from "@nestjs/common";
import { ApiResponse } from "@nestjs/swagger";
import { z } from "zod";
import { problemSchema } from "./problem.ts";

const MEANINGS: Readonly<Record<number, string>> = {
  400: "A parameter that is unknown or cannot be used",
  403: "The statement is not allowed",
  404: "There is nothing under this name",
  422: "The statement met a limit",
  503: "ClickHouse does not answer",
};

const schema = z.toJSONSchema(problemSchema, { target: "openapi-3.0" }) as Record<string, object>;

/** Documents these statuses, and 503, as problem+json. */
export function ProblemResponses(...statuses: readonly number[]): ReturnType<typeof applyDecorators> {
  return applyDecorators(
    ...[...statuses, 503].map((status) =>
      ApiResponse({
        status,
        description: MEANINGS[status] ?? "",
        content: { "application/problem+json": { schema } },
      }),
    ),
  );
}
