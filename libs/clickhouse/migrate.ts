import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HangupError } from "@hangup/service";
import type { ClickHouseClient } from "./client.ts";
import { clickHouseError } from "./failure.ts";
import { splitStatements } from "./statements.ts";

export interface MigrationState {
  /** `0001_teardowns` */
  readonly name: string;
  /** `changed`: the file is not what was applied. `unknown`: applied, but there is no such file. */
  readonly state: "applied" | "pending" | "changed" | "unknown";
  /** RFC 3339; null when it was not applied. */
  readonly appliedTime: string | null;
}

interface MigrationFile {
  readonly name: string;
  readonly path: string;
  readonly sql: string;
  readonly checksum: string;
}

/** What Hangup keeps for itself stands in a second database, which the user of people's SQL cannot read. */
const LEDGER = "hangup_internal.migrations";
const LEDGER_STATEMENTS = [
  "CREATE DATABASE IF NOT EXISTS hangup_internal COMMENT 'What Hangup keeps for itself'",
  `CREATE TABLE IF NOT EXISTS ${LEDGER}
   (
       name String COMMENT 'The migration file, without its ending',
       checksum FixedString(64) COMMENT 'Hex SHA-256 of the file as it was applied',
       applied_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When it was applied'
   )
   ENGINE = MergeTree ORDER BY name COMMENT 'Migrations that were applied'`,
];

/**
 * Applies the numbered SQL files that are missing, in order. A file is written so that it can be applied again after it
 * failed halfway (IF NOT EXISTS): ClickHouse has no transaction around DDL.
 * @returns the names applied now.
 * @throws HangupError HANGUP_CLICKHOUSE when a file that was applied has changed or a statement fails (named with its file and line).
 */
export async function migrate(client: ClickHouseClient, directory: string): Promise<string[]> {
  for (const statement of LEDGER_STATEMENTS) await execute(client, statement, "keeping the list of migrations");
  const files = migrationFiles(directory);
  const states = compare(files, await appliedMigrations(client));
  const changed = states.find(({ state }) => state === "changed");
  if (changed) {
    throw new HangupError("HANGUP_CLICKHOUSE", `migration ${changed.name} has changed since it was applied`, {
      remedy: "Restore the file, and put the change into a new migration",
    });
  }
  const applied: string[] = [];
  for (const file of files) {
    if (states.some(({ name, state }) => name === file.name && state === "applied")) continue;
    for (const { sql, line } of splitStatements(file.sql)) await execute(client, sql, `${file.path} line ${line}`);
    await client
      .command({
        query: `INSERT INTO ${LEDGER} (name, checksum) SETTINGS async_insert = 0 VALUES ({name:String}, {checksum:String})`,
        query_params: { name: file.name, checksum: file.checksum },
      })
      .catch((error: unknown) => {
        throw clickHouseError(error, `noting migration ${file.name}`);
      });
    applied.push(file.name);
  }
  return applied;
}

/** What was applied and what is not, in order of the names. Changes nothing. */
export async function migrationStatus(client: ClickHouseClient, directory: string): Promise<MigrationState[]> {
  return compare(migrationFiles(directory), await appliedMigrations(client));
}

interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
  readonly applied_time: string;
}

function compare(files: readonly MigrationFile[], applied: readonly AppliedMigration[]): MigrationState[] {
  const names = new Set([...files, ...applied].map(({ name }) => name));
  return [...names].toSorted().map((name) => {
    const file = files.find((candidate) => candidate.name === name);
    const row = applied.find((candidate) => candidate.name === name);
    const state = !file ? "unknown" : !row ? "pending" : row.checksum === file.checksum ? "applied" : "changed";
    return { name, state, appliedTime: row?.applied_time ?? null };
  });
}

function migrationFiles(directory: string): MigrationFile[] {
  const names = readdirSync(directory).filter((name) => /^\d{4}_\w+\.sql$/.test(name));
  return names.toSorted().map((name) => {
    const path = join(directory, name);
    const sql = readFileSync(path, "utf8");
    return { name: name.replace(/\.sql$/, ""), path, sql, checksum: createHash("sha256").update(sql).digest("hex") };
  });
}

async function appliedMigrations(client: ClickHouseClient): Promise<AppliedMigration[]> {
  const rows = async (query: string): Promise<unknown[]> => {
    try {
      return await (await client.query({ query, format: "JSONEachRow" })).json();
    } catch (error) {
      throw clickHouseError(error, "reading the list of migrations");
    }
  };
  const [database, table] = LEDGER.split(".");
  const exists = await rows(`SELECT 1 FROM system.tables WHERE database = '${database}' AND name = '${table}'`);
  if (exists.length === 0) return [];
  const time = "formatDateTime(applied_time, '%Y-%m-%dT%H:%i:%SZ') AS applied_time";
  return (await rows(`SELECT name, checksum, ${time} FROM ${LEDGER} ORDER BY name`)) as AppliedMigration[];
}

async function execute(client: ClickHouseClient, query: string, what: string): Promise<void> {
  try {
    await client.command({ query });
  } catch (error) {
    throw clickHouseError(error, what);
  }
}
