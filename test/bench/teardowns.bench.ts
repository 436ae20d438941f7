import { zstdCompressSync } from "node:zlib";
import {
  decodeBatch,
  encodeBatch,
  NativeBlock,
  TeardownColumns,
  teardownToJson,
  type Teardown,
} from "@hangup/teardowns";
import { syntheticTeardowns } from "./synthetic-teardowns.ts";

export const name = "teardowns: the event's encodings";

const EVENTS_A_BATCH = 500;
const BATCHES = 200;
const EVENTS = EVENTS_A_BATCH * BATCHES;
const ROUNDS = 9;

/** 3,000 clients, 40 servers, 2,000 ends a second: the mix of synthetic-teardowns.ts, messages of 500 events. */
export function run(): void {
  const source = syntheticTeardowns({ seed: 7, clients: 3_000, servers: 40, rate: 2_000, startUs: 1.79e15 });
  const rows: Teardown[] = Array.from({ length: EVENTS }, () => ({ ...source.next().value }) as Teardown);
  const batches = Array.from({ length: BATCHES }, (_, b) =>
    columnsOf(rows.slice(b * EVENTS_A_BATCH, (b + 1) * EVENTS_A_BATCH)),
  );
  const messages = batches.map(encodeBatch);

  const bytes = total(messages.map(({ length }) => length));
  const compressed = total(messages.map((message) => zstdCompressSync(message).length));
  console.log(
    `  bytes an event             ${(bytes / EVENTS).toFixed(1)}, after zstd ${(compressed / EVENTS).toFixed(1)}`,
  );

  const into = new TeardownColumns();
  const block = new NativeBlock(EVENTS);
  measure("append rows to a batch", () => {
    for (let i = 0; i < EVENTS; i++) {
      if (i % EVENTS_A_BATCH === 0) into.clear();
      into.append(rows[i]);
    }
  });
  measure("encode batches", () => batches.forEach(encodeBatch));
  measure("decode batches", () => messages.forEach((message) => decodeBatch(message, into)));
  measure("append batches to a block", () => {
    block.clear();
    batches.forEach((batch, i) => block.append(batch, 0, i));
  });
  measure("block to Native bytes", () => block.toBuffer());
  measure("rows to NDJSON lines", () => rows.forEach(teardownToJson));
  console.log(`  Native bytes a row         ${(block.toBuffer().length / EVENTS).toFixed(1)}`);
}

function columnsOf(rows: readonly Teardown[]): TeardownColumns {
  const columns = new TeardownColumns();
  for (const row of rows) columns.append(row);
  return columns;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

/** The median of the rounds, the first of which warms up. */
function measure(what: string, work: () => void): void {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  const ns = (times.slice(1).toSorted((a, b) => a - b)[(ROUNDS - 1) >> 1] * 1e6) / EVENTS;
  console.log(`  ${what.padEnd(26)} ${ns.toFixed(0).padStart(5)} ns an event, ${(1_000 / ns).toFixed(2)} M/s`);
}
