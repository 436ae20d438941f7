import { dirname } from "node:path";
import { HangupError, type ErrorCode } from "./errors.ts";

/** A file that an option names. */
export interface NamedFile {
  /** As the user writes it: `--config`. */
  readonly option: string;
  readonly path: string;
  readonly use: "read" | "written";
  /** What is expected there; default: a file. */
  readonly kind?: string;
}

/** Says of a file that cannot be opened which option named it, why, and what to name instead. */
export function fileFault(
  cause: unknown,
  { option, path, use, kind = "a file" }: NamedFile,
  code: ErrorCode = "HANGUP_FILE",
): HangupError {
  const isMissing = (cause as NodeJS.ErrnoException).code === "ENOENT";
  const why = isMissing && use === "written" ? `there is no directory ${dirname(path)}` : systemWords(cause);
  return new HangupError(code, `${option} ${path} cannot be ${use}: ${why}`, {
    remedy: `Name ${kind} that this user may ${use === "read" ? "read" : "write"}`,
    cause,
  });
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of its path is no directory",
  EEXIST: "there is a file of this name",
};

/** Why the system refuses, for a person: Node's own words are `EACCES: permission denied, open '/root/x'`. */
export function systemWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const known = WORDS[(error as NodeJS.ErrnoException).code ?? ""];
  return known ?? /^E[A-Z0-9]+: (.*?), \w+( '.*')?$/s.exec(error.message)?.[1] ?? error.message;
}
