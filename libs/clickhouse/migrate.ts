import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HangupError } from "@hangup/service";
import { serverOf, type ClickHouseClient } from "./client.ts";
import { lacksTables } from "./failure.ts";
import { execute, queryRows } from "./query.ts";
import { splitStatements, type Statement } from "./statements.ts";

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
  /** SHA-256 of the text, in hex. */
  readonly checksum: string;
  readonly statements: readonly Statement[];
}

/** Not in database hangup: what Hangup keeps for itself is not for those who may read that. */
const JOURNAL = "hangup_internal.migrations";
const JOURNAL_DDL = [
  "CREATE DATABASE IF NOT EXISTS hangup_internal COMMENT 'What Hangup keeps for itself'",
  `CREATE TABLE IF NOT EXISTS ${JOURNAL}
  (
    name String COMMENT 'File name without .sql',
    checksum String COMMENT 'SHA-256 of the file, in hex',
    applied_time DateTime('UTC') DEFAULT now() COMMENT 'When its last statement had succeeded'
  )
  ENGINE = ReplacingMergeTree(applied_time) ORDER BY name
  COMMENT 'The migrations that were applied'`,
];

/**
 * Applies the numbered SQL files that are missing, in order. ClickHouse has no transactions for DDL: a file that fails
 * half-way is run again from its start, so its statements say IF NOT EXISTS.
 * @returns the names applied now.
 * @throws HangupError HANGUP_CLICKHOUSE when a file that was applied has changed or a statement fails (named with its file and line).
 */
export async function migrate(client: ClickHouseClient, directory: string): Promise<string[]> {
  const files = readMigrations(directory);
  for (const statement of JOURNAL_DDL) await execute(client, statement);
  const states = compare(files, await readJournal(client));
  const changed = states.find(({ state }) => state === "changed");
  if (changed) {
    const what = `${changed.name}.sql is not what was applied to ${serverOf(client)} at ${changed.appliedTime}`;
    throw new HangupError("HANGUP_CLICKHOUSE", what, {
      remedy: "Put the file back as it was, and the change into a new file",
    });
  }
  const pending = new Set(states.filter(({ state }) => state === "pending").map(({ name }) => name));
  const applied: string[] = [];
  for (const file of files) {
    if (!pending.has(file.name)) continue;
    await apply(client, file);
    applied.push(file.name);
  }
  return applied;
}

/** Compares the files with what was applied. Changes nothing. */
export async function migrationStatus(client: ClickHouseClient, directory: string): Promise<MigrationState[]> {
  return compare(readMigrations(directory), await readJournal(client));
}

async function apply(client: ClickHouseClient, file: MigrationFile): Promise<void> {
  for (const { sql, line } of file.statements) {
    try {
      await execute(client, sql);
    } catch (error) {
      if (!(error instanceof HangupError) || error.code !== "HANGUP_CLICKHOUSE") throw error;
      throw new HangupError("HANGUP_CLICKHOUSE", `${file.name}.sql line ${line}: ${error.message}`, { cause: error });
    }
  }
  await execute(client, `INSERT INTO ${JOURNAL} (name, checksum) VALUES ({name:String}, {checksum:String})`, {
    parameters: { name: file.name, checksum: file.checksum },
    settings: { async_insert: 0 },
  });
}

interface JournalRow {
  readonly name: string;
  readonly checksum: string;
  readonly applied_time: string;
}

async function readJournal(client: ClickHouseClient): Promise<JournalRow[]> {
  try {
    return await queryRows(
      client,
      `SELECT name, checksum, formatDateTime(applied_time, '%Y-%m-%dT%H:%i:%SZ') AS applied_time FROM ${JOURNAL} FINAL`,
    );
  } catch (error) {
    if (lacksTables(error)) return [];
    throw error;
  }
}

function compare(files: readonly MigrationFile[], journal: readonly JournalRow[]): MigrationState[] {
  const rows = new Map(journal.map((row) => [row.name, row]));
  const states = files.map(({ name, checksum }): MigrationState => {
    const row = rows.get(name);
    if (!row) return { name, state: "pending", appliedTime: null };
    return { name, state: row.checksum === checksum ? "applied" : "changed", appliedTime: row.applied_time };
  });
  const known = new Set(files.map(({ name }) => name));
  const unknown = journal
    .filter(({ name }) => !known.has(name))
    .map(({ name, applied_time }): MigrationState => ({ name, state: "unknown", appliedTime: applied_time }));
  return [...states, ...unknown].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The files `NNNN_name.sql` in the order of their numbers. @throws HangupError HANGUP_FILE, HANGUP_CONFIG (two with one number). */
export function readMigrations(directory: string): MigrationFile[] {
  let names: string[];
  try {
    names = readdirSync(directory).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name));
  } catch (cause) {
    throw new HangupError("HANGUP_FILE", `the migrations in ${directory} cannot be read`, { cause });
  }
  names.sort();
  const twice = names.find((name, index) => index > 0 && names[index - 1].slice(0, 4) === name.slice(0, 4));
  if (twice)
    throw new HangupError("HANGUP_CONFIG", `${directory} holds two migrations with the number ${twice.slice(0, 4)}`);
  return names.map((name) => {
    // A checkout with CRLF is the same migration.
    const text = readFileSync(join(directory, name), "utf8").replaceAll("\r\n", "\n");
    const checksum = createHash("sha256").update(text).digest("hex");
    return { name: name.replace(/\.sql$/, ""), checksum, statements: splitStatements(text) };
  });
}
