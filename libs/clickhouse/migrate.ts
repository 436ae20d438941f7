import type { ClickHouseClient } from "./client.ts";

export interface MigrationState {
  /** `0001_teardowns` */
  readonly name: string;
  /** `changed`: the file is not what was applied. `unknown`: applied, but there is no such file. */
  readonly state: "applied" | "pending" | "changed" | "unknown";
  readonly appliedTime: string | null;
}

/**
 * Applies the numbered SQL files that are missing, in order.
 * @returns the names applied now.
 * @throws HangupError HANGUP_CLICKHOUSE when a file that was applied has changed or a statement fails (named with its file and line).
 */
export async function migrate(client: ClickHouseClient, directory: string): Promise<string[]> {
  throw new Error(`not yet: ${String(client)} ${directory}`);
}

export async function migrationStatus(client: ClickHouseClient, directory: string): Promise<MigrationState[]> {
  throw new Error(`not yet: ${String(client)} ${directory}`);
}
