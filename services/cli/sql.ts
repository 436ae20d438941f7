import { pipeline } from "node:stream/promises";
import { text } from "node:stream/consumers";
import { HangupError, option, parseCommand, type CommandSpec } from "@hangup/service/command";
import { z } from "zod";
import { BadParameterError } from "./api/bad-parameter.ts";
import { ApiClient, apiOption } from "./api/client.ts";
import { rowsOnly, wholeText } from "./sql/answer.ts";
import { tableLines, type SqlResult } from "./sql/table.ts";
import { bold } from "./terminal.ts";

/** An answer must begin within this: above the time that the API gives a statement. */
const TIMEOUT_MS = 75_000;

const options = {
  output: option(
    "--output <form>",
    "table, json, ndjson or csv",
    z.enum(["table", "json", "ndjson", "csv"]).default("table"),
    { environment: false },
  ),
  api: apiOption,
};

const spec: CommandSpec<typeof options> = {
  name: "hangup sql",
  summary: "Read-only SQL over the tables of database hangup; from the argument, or from stdin.",
  examples: [
    'hangup sql "SELECT cause, count() FROM hangup.teardowns GROUP BY cause"',
    'hangup sql "DESCRIBE hangup.teardowns"',
    "hangup sql --output csv < query.sql",
  ],
  options,
  operands: "[query...]",
};

export async function run(argv: string[]): Promise<number> {
  const { config, operands } = parseCommand(spec, argv);
  const query = operands.length > 0 ? operands.join(" ") : await fromStdin();
  if (query.trim() === "") throw noStatement();
  const api = new ApiClient(config.api);
  const whole = config.output === "table" || config.output === "json";
  const format = whole ? "json" : config.output;
  const { body } = await api.post("sql", { query, format }, TIMEOUT_MS).catch(ofStatement);
  if (body === null) return 0;
  if (whole) {
    const result = JSON.parse(await wholeText(body)) as SqlResult;
    process.stdout.write(`${config.output === "table" ? tableLines(result, bold).join("\n") : rowArray(result)}\n`);
  } else {
    await pipeline(rowsOnly(body), process.stdout, { end: false });
  }
  return 0;
}

async function fromStdin(): Promise<string> {
  if (process.stdin.isTTY) throw noStatement();
  return text(process.stdin);
}

/** What the API says of its parameter, said of the statement. */
function ofStatement(error: unknown): never {
  if (!(error instanceof BadParameterError) || error.bad.parameter !== "query") throw error;
  const { given, detail } = error.bad;
  throw new HangupError("HANGUP_USAGE", `the statement '${given ?? ""}' cannot be used: ${detail}`, {
    remedy: "See 'hangup sql --help'",
  });
}

function noStatement(): HangupError {
  return new HangupError("HANGUP_USAGE", "no statement was given", { remedy: "See 'hangup sql --help'" });
}

/** A JSON array, one row a line. */
function rowArray({ data }: SqlResult): string {
  return data.length === 0 ? "[]" : `[\n${data.map((row) => `  ${JSON.stringify(row)}`).join(",\n")}\n]`;
}
