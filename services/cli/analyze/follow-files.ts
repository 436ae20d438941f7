import type { CaptureDecoderOptions } from "@hangup/packets";
import { describeError } from "@hangup/service/command";
import { captureFault, type Teardown } from "@hangup/teardowns";
import { Following, type Listener } from "./following.ts";
import { openFile } from "./opened-file.ts";

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
  /** Gets what could not be read as it is met, a line each, and the summary of each capture. */
  readonly tell: (line: string) => void;
  readonly summaries: boolean;
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
  const { listener = null, tell, summaries, ...common } = options;
  let following = null as Following | null;
  let index = 0;
  let failed = 0;
  let partial = 0;
  let connections = 0;
  const finish = (capture: Following | null): void => {
    if (capture === null || capture.names.length === 0) return;
    const summary = capture.finish();
    if (summaries) tell(summary);
    connections += capture.connections;
  };
  for (const path of paths) {
    try {
      const file = await openFile(path);
      if (following === null || following.names.length === 0 || !following.goesOnAt(file.beginsUs)) {
        finish(following);
        following = new Following(file, { ...common, index: index++ }, sink, listener);
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
