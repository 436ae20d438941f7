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
  /** By share, characters of its rows that are not written yet (Int32). */
  readonly unwritten: SharedArrayBuffer;
}

/** What a thread is given to do. */
export interface ShareTask extends SharedTask {
  readonly index: number;
  /** To the threads of the other shares, by share; null in its own place. */
  readonly ports: readonly (MessagePort | null)[];
}

/** What a thread says. Of what is the same in all threads, only that of share 0 is heard. */
export type ShareMessage =
  /** Rows as text, each behind a separator; null: those of a turn of the capture clock are complete. */
  | { readonly kind: "rows"; readonly text: string | null }
  | { readonly kind: "stderr"; readonly text: string }
  | { readonly kind: "summary"; readonly summary: CaptureSummary }
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly message: string; readonly remedy: string }
  | { readonly kind: "done"; readonly followed: Followed; readonly tally: TallyContents };
