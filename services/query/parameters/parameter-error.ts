import { HangupError, nearest, shortened } from "@hangup/service";

/** One parameter that cannot be used: its name, what was given, why not, and what was perhaps meant. */
export interface BadParameter {
  readonly parameter: string;
  readonly given: string | null;
  readonly why: string;
  readonly didYouMean?: string;
}

/** A request that cannot be answered because of its parameters. */
export class ParameterError extends HangupError {
  readonly parameters: readonly BadParameter[];

  constructor(first: BadParameter, ...others: readonly BadParameter[]) {
    const parameters = [first, ...others].map(echoed);
    super("HANGUP_BAD_PARAMETER", describe(parameters[0]), {
      remedy: first.didYouMean === undefined ? "" : `Did you mean '${first.didYouMean}'?`,
    });
    this.parameters = parameters;
  }
}

/** What was given may be a statement of any length. */
function echoed(bad: BadParameter): BadParameter {
  return bad.given === null ? bad : { ...bad, given: shortened(bad.given) };
}

function describe({ parameter, given, why }: BadParameter): string {
  return given === null ? `parameter '${parameter}' ${why}` : `parameter '${parameter}' cannot be '${given}': ${why}`;
}

/** What a value cannot be used for; thrown while one value is parsed, before its parameter's name is known. */
export class BadValue extends Error {
  readonly given: string | undefined;
  readonly didYouMean: string | undefined;

  constructor(why: string, hint: { given?: string; didYouMean?: string } = {}) {
    super(why);
    this.name = "BadValue";
    this.given = hint.given;
    this.didYouMean = hint.didYouMean;
  }
}

/** Parses a parameter's value; a BadValue becomes a ParameterError that names it. */
export function named<T>(parameter: string, given: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof BadValue) throw new ParameterError(badParameter(parameter, given, error));
    throw error;
  }
}

export function badParameter(parameter: string, given: string, error: BadValue): BadParameter {
  return {
    parameter,
    given: error.given ?? given,
    why: error.message,
    ...(error.didYouMean === undefined ? {} : { didYouMean: error.didYouMean }),
  };
}

/** The value itself when it is one of `allowed`, or BadValue with the nearest of them. */
export function oneOf<T extends string>(value: string, allowed: readonly T[], what: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  const near = nearest(value, allowed);
  const known = allowed.length > 12 ? "" : `, one of ${allowed.join(", ")}`;
  throw new BadValue(`not ${what}${known}`, { given: value, ...(near === undefined ? {} : { didYouMean: near }) });
}
