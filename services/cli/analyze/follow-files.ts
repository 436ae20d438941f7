import type { CaptureDecoderOptions } from "@hangup/packets";
import { describeError } from "@hangup/service/command";
import { captureFault, type ObserverShare, type Teardown } from "@hangup/teardowns";
import { Following, type Listener } from "./following.ts";
import { memoryCap } from "./memory-cap.ts";
import { openFile } from "./opened-file.ts";
import type { ProgressLine } from "./progress.ts";
import type { CaptureSummary } from "./summary.ts";

export interface FollowOptions extends CaptureDecoderOptions {
  /** The command, in front of each message. */
  readonly command: string;
  /** Rows of connections that did not end too. */
  readonly all: boolean;
  /** Fill all columns of the rows; default true; false where nobody looks at what re-judging needs. */
  readonly facts?: boolean;
  /** Cap on what is kept of connections, bytes. */
  readonly maxMemoryBytes?: number;
  /** Hears the bytes of the files too. */
  readonly listener?: Listener;
  /** Gets what could not be read as it is met, a line each. */
  readonly tell: (line: string) => void;
  /** Gets the summary of each capture that has ended. */
  readonly summarize?: (summary: CaptureSummary) => void;
  /** Follow only one share of the connections. */
  readonly share?: ObserverShare;
  /** Read no more of each file than so many bytes, so that all who share a capture read the same. */
  readonly sizes?: readonly number[];
  readonly progress?: ProgressLine;
}

/** What came of the files. */
export interface Followed {
  /** Files of which nothing could be read, and of which a part. */
  readonly failed: number;
  readonly partial: number;
  /** Connections that were followed. */
  readonly connections: number;
}

/**
 * Reads files in order. Those that go on where the last one ended are parts of one capture, whose connections are followed from one
 * into the next; any other is a capture of its own. `sink` gets each row as the same object.
 * @throws HangupError when there is one file only, of which nothing can be read.
 */
export async function followFiles(
  paths: readonly string[],
  options: FollowOptions,
  sink: (row: Teardown) => void,
): Promise<Followed> {
  const { listener = null, tell, summarize, sizes, ...common } = options;
  let following = null as Following | null;
  let index = 0;
  let failed = 0;
  let partial = 0;
  let connections = 0;
  const finish = (capture: Following | null): void => {
    if (capture === null || capture.names.length === 0) return;
    const summary = capture.finish();
    summarize?.(summary);
    connections += capture.connections;
  };
  for (const [i, path] of paths.entries()) {
    try {
      const file = await openFile(path, sizes?.[i]);
      if (following === null || following.names.length === 0 || !following.goesOnAt(file.beginsUs)) {
        finish(following);
        // A capture may go on in the files behind this one, and shares have no equal parts of its connections.
        const alone = paths.length === 1 && options.share === undefined;
        const maxMemoryBytes = alone ? memoryCap(file.source, options.maxMemoryBytes) : options.maxMemoryBytes;
        following = new Following(file, { ...common, maxMemoryBytes, index: index++ }, sink, listener);
      }
      const faults = await following.read(file);
      if (faults.length > 0) partial++;
      faults.forEach(tell);
    } catch (error) {
      const fault = captureFault(error, path);
      if (paths.length === 1) throw fault;
      // The other files are still worth reading.
      tell(describeError(options.command, fault));
      failed++;
    }
  }
  finish(following);
  return { failed, partial, connections };
}
