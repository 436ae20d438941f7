import { execFileSync } from "node:child_process";
import { constants, existsSync, openSync, rmSync } from "node:fs";
import { open as openFile, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { DataType, isNullPointer, load, open, type JsExternal } from "ffi-rs";

/**
 * The child that embedded.ts starts: `embedded-main LIBRARY DATA_DIR`. It runs `clickhouse local` of the library on a
 * thread of its own with two statements: open the HTTP listener, and read a pipe until it ends. This thread closes the
 * pipe on TERM, or when stdin ends because the parent is gone, and the engine then stops in good order.
 */
const [library, dataDir] = process.argv.slice(2);
const pipe = join(dataDir, `stop-${process.pid}.fifo`);
execFileSync("mkfifo", ["-m", "600", pipe]);
// A half-made engine has nothing to save.
process.on("exit", () => rmSync(pipe, { force: true }));

const stop = Promise.withResolvers<void>();
process.on("SIGTERM", () => stop.resolve());
process.on("SIGINT", () => stop.resolve());
process.stdin.on("end", () => stop.resolve()).on("error", () => stop.resolve());
process.stdin.resume();

open({ library: "chdb", path: library });
const command = [
  "clickhouse",
  `--path=${join(dataDir, "store")}`,
  `--config-file=${join(dataDir, "config.xml")}`,
  "--query=SYSTEM START LISTEN HTTP",
  `--query=INSERT INTO FUNCTION null('line String') FROM INFILE '${sqlString(pipe)}' FORMAT LineAsString`,
];
const engine: Promise<JsExternal> = load({
  library: "chdb",
  funcName: "chdb_query_cmdline",
  retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [command.length, command],
  runInNewThread: true,
});

// Opening the writing end waits for the reader: from then on the engine listens and waits for us.
void openFile(pipe, "w").then(async (writer: FileHandle) => {
  rmSync(pipe, { force: true });
  await stop.promise;
  await writer.close();
});

const result = await engine;
const failure = errorText(result);
// An engine that failed before it read the pipe leaves a thread in the open above, and the exit would wait for it.
if (existsSync(pipe)) openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
if (failure !== null) process.stderr.write(`${failure}\n`);
process.exit(failure === null ? 0 : 1);

function errorText(from: JsExternal): string | null {
  const call = { library: "chdb", funcName: "chdb_result_error", paramsType: [DataType.External], paramsValue: [from] };
  const text = load({ ...call, retType: DataType.External });
  return isNullPointer(text) ? null : load({ ...call, retType: DataType.String });
}

function sqlString(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
}
