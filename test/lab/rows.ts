import { Observer, teardownToObject } from "@hangup/teardowns";

/** What is said of one connection: the columns that are compared, among all others. */
export interface Row {
  readonly client_ip: string;
  readonly client_port: number;
  readonly server_ip: string;
  readonly server_port: number;
  readonly start_time: string;
  readonly kind: string;
  readonly cause: string | null;
  readonly confidence: number;
  readonly evidence: readonly string[];
  readonly history: string;
  readonly [column: string]: unknown;
}

/** Every connection of a capture, as `hangup analyze --all` tells it. */
export function analyze(capture: Uint8Array): Row[] {
  const rows: Row[] = [];
  const observer = new Observer({ collector: "lab", epoch: 0, live: false, all: true }, (row) =>
    rows.push(teardownToObject(row) as unknown as Row),
  );
  observer.push(capture);
  observer.finish();
  return rows;
}
