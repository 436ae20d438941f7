import type { Readable } from "node:stream";
import { causeDefinition, evidenceWords, explain, type ExplainedRow, type Explanation } from "@hangup/causes";
import { HangupError } from "@hangup/service";
import { named } from "../parameters/parameter-error.ts";
import { parseTime } from "../parameters/time.ts";
import type { Store } from "../store/store.ts";
import { encodeCursor } from "./cursor.ts";
import { oneTeardown, otherVantages, teardownStatement, type TeardownQuery } from "./teardown-statement.ts";

/** A teardown as the store answers it: every column under its name. */
export type TeardownObject = Readonly<Record<string, unknown>> &
  ExplainedRow & {
    readonly id: string;
    readonly collector: string;
    readonly epoch: number;
    readonly seq: number;
    readonly end_time: string;
    readonly client_isn: number | null;
    readonly server_isn: number | null;
  };

export type ExplainedTeardown = TeardownObject & { readonly explanation: Explanation };

export interface TeardownPage {
  readonly rows: readonly ExplainedTeardown[];
  /** Ask for the next page with it; null on the last. */
  readonly next_cursor: string | null;
}

export type TeardownDetail = ExplainedTeardown & {
  readonly cause_summary: string | null;
  readonly evidence_words: readonly string[];
  readonly other_vantages: readonly TeardownObject[];
};

export class TeardownReader {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async page(query: TeardownQuery): Promise<TeardownPage> {
    const found = await this.#store.rows<TeardownObject>(teardownStatement(query, "array", 1));
    const rows = found.slice(0, query.limit).map(explained);
    const last = rows.at(-1);
    if (found.length <= query.limit || last === undefined) return { rows, next_cursor: null };
    const { collector, epoch, seq } = last;
    return { rows, next_cursor: encodeCursor({ endUs: endUs(last), collector, epoch, seq }) };
  }

  /** The rows as they come, for exports; the signal ends it. */
  export(query: TeardownQuery, form: "ndjson" | "csv", signal: AbortSignal): Promise<Readable> {
    if (form === "ndjson") return this.#store.stream(teardownStatement(query, "array", 0), "JSONEachRow", signal);
    return this.#store.stream(teardownStatement(query, "text", 0), "CSVWithNames", signal);
  }

  /** One teardown and what other collectors saw of it. @throws HangupError HANGUP_NOT_FOUND. */
  async detail(id: string): Promise<TeardownDetail> {
    const match = /^(.+)-(\d{1,16})-(\d{1,16})$/.exec(id);
    const row = match ? await this.#find(match[1], Number(match[2]), Number(match[3])) : null;
    if (row === null) {
      throw new HangupError("HANGUP_NOT_FOUND", `there is no teardown '${id}'`, {
        remedy: "An id is collector-epoch-seq, as in the rows of /api/v1/teardowns",
      });
    }
    const { client_isn: clientIsn, server_isn: serverIsn } = row;
    const others =
      clientIsn === null || serverIsn === null
        ? []
        : await this.#store.rows<TeardownObject>(otherVantages(row.id, clientIsn, serverIsn, endUs(row)));
    return {
      ...explained(row),
      cause_summary: causeDefinition(row.cause)?.summary ?? null,
      evidence_words: row.evidence.map(evidenceWords),
      other_vantages: others,
    };
  }

  async #find(collector: string, epoch: number, seq: number): Promise<TeardownObject | null> {
    for (const statement of oneTeardown(collector, epoch, seq)) {
      const [row] = await this.#store.rows<TeardownObject>(statement);
      if (row !== undefined) return row;
    }
    return null;
  }
}

function explained(row: TeardownObject): ExplainedTeardown {
  return { ...row, explanation: explain(row) };
}

function endUs(row: TeardownObject): number {
  return named("end_time", row.end_time, () => parseTime(row.end_time, 0));
}
