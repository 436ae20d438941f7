import { HangupError } from "@hangup/service/command";

/** A parameter that the API refuses, as its answer tells of it. */
export interface BadParameter {
  readonly parameter: string;
  /** null where the parameter itself is wrong: unknown, or missing. */
  readonly given: string | null;
  /** Why it cannot be used. */
  readonly detail: string;
  readonly did_you_mean?: string;
}

/** In the API's own words; whoever asked knows where the parameter came from, and may say it better. */
export class BadParameterError extends HangupError {
  /** The first of them. */
  readonly bad: BadParameter;

  constructor(message: string, bad: BadParameter) {
    super("HANGUP_BAD_PARAMETER", message);
    this.bad = bad;
  }
}
