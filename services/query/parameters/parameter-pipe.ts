import { StandardSchemaValidationPipe, type ArgumentMetadata } from "@nestjs/common";
import { nearest } from "@hangup/service";
import { z } from "zod";
import { ParameterError, type BadParameter } from "./parameter-error.ts";
import { LIST_PARAMETERS } from "./schemas.ts";

/** Validates query parameters and bodies by the zod schema given at the parameter, with errors that name the culprit. */
export class ParameterPipe extends StandardSchemaValidationPipe {
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const { schema } = metadata;
    if (!(schema instanceof z.ZodObject)) return super.transform(value, metadata);
    return check(schema, value) as T;
  }
}

/** The parameters as the schema gives them. @throws ParameterError naming every bad one. */
export function check<S extends z.ZodObject>(schema: S, value: unknown): z.output<S> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ParameterError({ parameter: "body", given: null, why: "is missing: a JSON object is expected" });
  }
  const given = value as Readonly<Record<string, unknown>>;
  const known = Object.keys(schema.shape);
  const result = schema.safeParse(
    Object.fromEntries(Object.entries(given).map(([name, entry]) => [name, asList(name, entry)])),
  );
  if (result.success) return result.data;
  // A misspelt name first: it is often why another one is missing.
  const issues = result.error.issues.toSorted((a, b) => Number(b.code === UNKNOWN) - Number(a.code === UNKNOWN));
  const [first, ...others] = issues.flatMap((issue) => badParameters(issue, given, known));
  throw new ParameterError(first, ...others);
}

const UNKNOWN = "unrecognized_keys";

function asList(name: string, value: unknown): unknown {
  return LIST_PARAMETERS.has(name) && typeof value === "string" ? [value] : value;
}

function badParameters(
  issue: z.core.$ZodIssue,
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
): BadParameter[] {
  if (issue.code === UNKNOWN) {
    return issue.keys.map((parameter) => {
      const near = nearest(parameter, known);
      return { parameter, given: null, why: "is unknown", ...(near === undefined ? {} : { didYouMean: near }) };
    });
  }
  const parameter = String(issue.path[0] ?? "body");
  const value = given[parameter];
  if (value === undefined) return [{ parameter, given: null, why: "is required" }];
  return [{ parameter, given: typeof value === "string" ? value : JSON.stringify(value), why: issue.message }];
}
