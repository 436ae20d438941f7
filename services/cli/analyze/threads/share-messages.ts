import type { MessagePort } from "node:worker_threads";
import type { ErrorCode } from "@hangup/service/command";
import type { Followed, FollowOptions } from "../follow-files.ts";
import type { OutputForm } from "../outputs.ts";
import type { CaptureSummary } from "../summary.ts";
import type { TallyContents } from "../tally.ts";

/** What all threads are told alike. */
export interface SharedTask extends Pick<
  FollowOptions,
  "command" | "all" | "facts" | "ignoreContext" | "verifyChecksums" | "flagsOnly" | "maxMemoryBytes"
> {
  readonly paths: readonly string[];
  /** Bytes of each file to be read. */
  readonly sizes: readonly number[];
  readonly form: OutputForm;
  /** stderr is a terminal. */
  readonly progress: boolean;
  readonly of: number;
  /** By share, how often it has handed out its notes (Int32). */
  readonly rounds: SharedArrayBuffer;
  /** The file that rows are written to, and who may (ShareRows). */
  readonly file: number;
  readonly pen: SharedArrayBuffer;
}

/** What a thread is given to do. */
export interface ShareTask extends SharedTask {
  readonly index: number;
  /** To the threads of the other shares, by share; null in its own place. */
  readonly ports: readonly (MessagePort | null)[];
}

/** What a thread says. Of what is the same in all threads, only that of share 0 is heard. */
export type ShareMessage =
  | { readonly kind: "stderr"; readonly text: string }
  | { readonly kind: "summary"; readonly summary: CaptureSummary }
  /** Rows cannot be written. */
  | { readonly kind: "unwritten"; readonly error: Pick<NodeJS.ErrnoException, "code" | "message"> }
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly message: string; readonly remedy: string }
  | { readonly kind: "done"; readonly followed: Followed; readonly tally: TallyContents };
