import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MessageChannel } from "node:worker_threads";
import { gzipSync } from "node:zlib";
import type { NotesOfShare } from "@hangup/connections";
import { HangupError } from "@hangup/service/command";
import { afterAll, describe, expect, it } from "vitest";
import { followFiles } from "../follow-files.ts";
import { rowWriter, type OutputForm } from "../outputs.ts";
import { reportLines } from "../report.ts";
import { summaryLine } from "../summary.ts";
import { Tally } from "../tally.ts";
import { followInThreads, type InThreads } from "./follow-in-threads.ts";
import { ShareExchange } from "./share-exchange.ts";
import { PEN_BYTES, ShareRows } from "./share-rows.ts";
import { mixedCapture } from "./testing/mixed-capture.ts";
import { threadsFor } from "./thread-count.ts";

const folder = mkdtempSync(join(tmpdir(), "hangup-threads-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const bytes = mixedCapture();
const mixed = file("mixed.pcap", bytes);
const corpus = join(import.meta.dirname, "../../../../test/corpus");
const captures = readdirSync(corpus, { recursive: true, encoding: "utf8" })
  .filter((name) => /capture\.pcap(ng)?$/.test(name))
  .map((name) => join(corpus, name));

interface Told {
  /** Sorted: the order of rows is not that of one thread. */
  readonly rows: readonly string[];
  readonly report: readonly string[];
  readonly stderr: readonly string[];
  readonly followed: object;
}

/** The number of a row, which tells only one from another; how long it took; how lines end within a list of JSON. */
function comparable(text: string): string[] {
  return text
    .replaceAll(/(?<=[",\t\n]\S*-\d+-|^\S*-\d+-)\d+(?=[",\t])/g, "N")
    .split(/,?\r?\n/)
    .toSorted();
}

async function analyze(
  paths: readonly string[],
  of: number,
  form: OutputForm,
  more: Partial<Pick<InThreads, "all" | "flagsOnly" | "ignoreContext" | "verifyChecksums">> = {},
): Promise<Told> {
  const writer = rowWriter(form);
  const tally = new Tally();
  let rows = "";
  let stderr = "";
  const say = (text: string): string => (stderr += text);
  const options = { command: "hangup analyze", all: true, facts: writer !== null, ...more };
  const written = join(folder, "rows");
  const out = openSync(written, "w");
  const followed = await (of === 1
    ? followFiles(
        paths,
        { ...options, tell: (line) => say(`${line}\n`), summarize: (summary) => say(`${summaryLine(summary)}\n`) },
        (row) => {
          if (writer === null) tally.add(row);
          else rows += (rows === "" ? "" : writer.separator) + writer.row(row);
        },
      )
    : followInThreads(
        { ...options, paths, form, file: out, of, progress: false },
        { tally: (contents) => tally.merge(contents), stderr: say },
      ));
  closeSync(out);
  if (of > 1) rows = readFileSync(written, "utf8");
  return {
    rows: comparable(rows),
    report: reportLines(tally, followed.connections),
    stderr: stderr.replaceAll(/[\d.]+ s$/gm, "").split("\n"),
    followed,
  };
}

const FORMS: readonly OutputForm[] = ["table", "json", "ndjson", "csv", "zeek", "explain"];

describe("several threads tell the same as one", () => {
  it.each(FORMS)("%s", async (form) => {
    const alone = await analyze([mixed], 1, form);
    expect(alone.rows.length + alone.report.length).toBeGreaterThan(form === "table" ? 10 : 390);
    expect(await analyze([mixed], 2, form)).toEqual(alone);
    expect(await analyze([mixed], 3, form)).toEqual(alone);
  });

  it.each([{ all: false }, { flagsOnly: true }, { ignoreContext: true }])("with %o", async (more) => {
    expect(await analyze([mixed], 2, "ndjson", more)).toEqual(await analyze([mixed], 1, "ndjson", more));
  });

  it.each(["errors", "fragments", "overlay", "two-interfaces"])("of the corpus: %s", async (name) => {
    const paths = captures.filter((path) => path.startsWith(join(corpus, name)));
    expect(paths).toHaveLength(1);
    expect(await analyze(paths, 2, "csv")).toEqual(await analyze(paths, 1, "csv"));
  });

  it("through several files, faults and all", async () => {
    const paths = [
      file("a.pcap", bytes.subarray(0, 30_000)),
      join(folder, "nowhere.pcap"),
      file("junk.pcap", new Uint8Array(99)),
      file("b.pcap.gz", gzipSync(bytes)),
      captures[0],
    ];
    const alone = await analyze(paths, 1, "ndjson");
    expect(alone.followed).toMatchObject({ failed: 2, partial: 1 });
    expect(alone.stderr.length).toBeGreaterThan(5);
    expect(await analyze(paths, 3, "ndjson")).toEqual(alone);
  });

  it("and find the same damage", async () => {
    const damaged = Uint8Array.from(bytes);
    damaged.fill(0xff, 40_000, 40_100);
    const path = file("damaged.pcap", damaged);
    expect(await analyze([path], 2, "csv")).toEqual(await analyze([path], 1, "csv"));
  });

  it("and fail alike where nothing can be read", async () => {
    const junk = file("junk.pcap", new Uint8Array(99));
    const fault = (await analyze([junk], 1, "table").catch((error: unknown) => error)) as HangupError;
    const same = (await analyze([junk], 2, "table").catch((error: unknown) => error)) as HangupError;
    expect([same.code, same.message, same.remedy]).toEqual([fault.code, fault.message, fault.remedy]);
  });
});

const TASK: InThreads = {
  command: "hangup analyze",
  all: true,
  paths: [mixed],
  form: "table",
  file: 1,
  of: 2,
  progress: false,
};

describe("a thread that fails", () => {
  const sinks = { tally: (): void => undefined, stderr: (): void => undefined };
  const program = new URL("./testing/dying-worker.ts", import.meta.url);

  it("fails the command, and the threads that wait for it end", async () => {
    await expect(followInThreads(TASK, sinks, program)).rejects.toThrow("thread 2 of 2 failed: out of luck");
  });
});

function notesAt(nowUs: number): NotesOfShare {
  const words = new Int32Array(0);
  return { nowUs, ended: 0, words, segments: new Float64Array(0), ends: words };
}

/** What share 0 gets for its notes at 1 µs, when share 1 has handed out these. */
function exchanged(other: NotesOfShare | null): NotesOfShare[] {
  const { port1, port2 } = new MessageChannel();
  const rounds = new SharedArrayBuffer(8);
  const exchange = new ShareExchange({ index: 0, ports: [null, port1], rounds }, () => undefined);
  port2.postMessage(other);
  Atomics.add(new Int32Array(rounds), 1, 1);
  try {
    return exchange.exchange(notesAt(1));
  } finally {
    port1.close();
  }
}

describe("threads that exchange their notes", () => {
  it("get those of all, each in its place", () => {
    expect(exchanged(notesAt(1))).toEqual([notesAt(1), notesAt(1)]);
  });

  it.each([
    { name: "has come to another time", other: notesAt(2) },
    { name: "has read everything", other: null },
  ])("know that they have not read the same where one $name", ({ other }) => {
    expect(() => exchanged(other)).toThrow("a file changed while it was read");
  });
});

it("rows are written by turn, then by share, whoever has his first", () => {
  const pen = new SharedArrayBuffer(PEN_BYTES);
  let written = "";
  const [first, second] = [0, 1].map((index) => new ShareRows({ index, of: 2, pen }, ",", (text) => (written += text)));
  second.add("c");
  first.add("a");
  first.add("b");
  first.endTurn();
  expect(written).toBe("a,b");
  second.endTurn();
  second.add("e");
  first.endTurn();
  second.add("f");
  second.endTurn();
  first.add("g");
  first.endTurn();
  expect(written).toBe("a,b,c,e,f,g");
});

describe("how many threads", () => {
  it("are one for pipes and for stdin", () => {
    expect(threadsFor(["-"], 4)).toBe(1);
    expect(threadsFor([mixed, "/dev/null"], 4)).toBe(1);
    expect(threadsFor([mixed], 4)).toBe(4);
    expect(threadsFor([join(folder, "nowhere"), mixed], 2)).toBe(2);
  });
});

/** What `hangup analyze` with two threads, its output behind the shell's redirection, says and ends with. */
async function redirected(options: string, redirection: string): Promise<[code: number, stderr: string]> {
  const main = join(import.meta.dirname, "../../main.ts");
  const command = `"${process.execPath}" --conditions=source "${main}" analyze --threads 2 ${options} "${mixed}" ${redirection}`;
  const child = spawn("bash", ["-c", `set -o pipefail; ${command}`], { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (text) => (stderr += String(text)));
  const [code] = (await once(child, "exit")) as [number];
  return [code, stderr];
}

describe("rows that cannot be written", () => {
  it("end the command with the reason", async () => {
    const [code, stderr] = await redirected("--output ndjson", "> /dev/full");
    expect(stderr).toContain("what it prints cannot be written: no space left on device");
    expect(code).toBe(1);
  });

  it("end it silently where the reader has gone", async () => {
    expect(await redirected("--output ndjson", "| true")).toEqual([0, ""]);
  });
});

it("Ctrl-C ends the command while threads work and wait", async () => {
  const main = join(import.meta.dirname, "../../main.ts");
  const parts = Array.from({ length: 30 }, (_, n) => join(folder, `part-${n}.pcap`));
  for (const part of parts) copyFileSync(mixed, part);
  const child = spawn(
    process.execPath,
    ["--conditions=source", main, "analyze", "--threads", "2", "--output", "ndjson", ...parts],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  // Its rows fill the pipe, as nobody reads on.
  await once(child.stdout, "readable");
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([null, "SIGINT"]);
});
