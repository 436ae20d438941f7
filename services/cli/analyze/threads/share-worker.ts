import { parentPort, workerData } from "node:worker_threads";
import { HangupError, writeWhole } from "@hangup/service/command";
import type { Teardown } from "@hangup/teardowns";
import { followFiles } from "../follow-files.ts";
import { rowWriter } from "../outputs.ts";
import { ProgressLine } from "../progress.ts";
import { Tally } from "../tally.ts";
import { ShareExchange } from "./share-exchange.ts";
import type { ShareMessage, ShareTask } from "./share-messages.ts";
import { ShareRows } from "./share-rows.ts";

/*
 * A thread: reads all files, follows the connections of one share, and writes their rows, or hands what they add up to to the main thread.
 */
const task = workerData as ShareTask;
const { index, of, paths, form, file, progress, ...options } = task;
const port = parentPort;
const post = (message: ShareMessage): void => port?.postMessage(message);
// The main thread ends it. A thread that ends by itself waits for V8's compiler, which may wait for it to collect garbage.
port?.on("message", () => undefined);
const tally = new Tally();
const writer = rowWriter(form);
const rows = writer === null ? null : new ShareRows(task, writer.separator, write);
const exchange = new ShareExchange(task, () => rows?.endTurn());
const take = (row: Teardown): void => {
  if (writer === null) tally.add(row);
  else rows?.add(writer.row(row));
};

/** Does not come back where that fails: the main thread ends the process. */
function write(text: string): void {
  try {
    writeWhole(file, text);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    post({ kind: "unwritten", error: { code, message } });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
}

try {
  const followed = await followFiles(
    paths,
    {
      ...options,
      share: { index, of, exchange },
      tell: (line) => post({ kind: "stderr", text: `${line}\n` }),
      summarize: (summary) => post({ kind: "summary", summary }),
      progress: new ProgressLine(progress && index === 0, (text) => post({ kind: "stderr", text })),
    },
    take,
  );
  exchange.end();
  rows?.endTurn();
  post({ kind: "done", followed, tally: tally.contents });
} catch (error) {
  if (!(error instanceof HangupError)) throw error;
  const { code, message, remedy } = error;
  post({ kind: "failed", code, message, remedy });
}
