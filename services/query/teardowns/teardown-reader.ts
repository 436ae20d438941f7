import type { Readable } from "node:stream";
import { causeDefinition, EVIDENCE } from "@hangup/causes";
import { HangupError } from "@hangup/service";
import { named } from "../parameters/parameter-error.ts";
import { parseTime } from "../parameters/time.ts";
import type { Store } from "../store/store.ts";
import { encodeCursor } from "./cursor.ts";
import { oneTeardown, otherVantages, teardownStatement, type TeardownQuery } from "./teardown-statement.ts";

/** A teardown as the API writes it: the columns of surface.md under their names. */
export type TeardownObject = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly collector: string;
  readonly epoch: number;
  readonly seq: number;
  readonly end_time: string;
  readonly cause: string;
  readonly evidence: readonly string[];
  readonly client_isn: number | null;
  readonly server_isn: number | null;
};

export interface TeardownPage {
  readonly rows: readonly TeardownObject[];
  /** Ask for the next page with it; null on the last. */
  readonly next_cursor: string | null;
}

export type TeardownDetail = TeardownObject & {
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
    const rows = found.slice(0, query.limit);
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
      ...row,
      cause_summary: causeDefinition(row.cause)?.summary ?? null,
      evidence_words: row.evidence.map(inWords),
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

/** A newer collector may name a fact that this version has no words for: then its name stands for itself. */
function inWords(evidence: string): string {
  const words: Readonly<Record<string, string>> = EVIDENCE;
  return words[evidence] ?? evidence;
}

function endUs(row: TeardownObject): number {
  return named("end_time", row.end_time, () => parseTime(row.end_time, 0));
}
