import { CSV_HEADER, teardownToCsv, teardownToJson, type Teardown } from "@hangup/teardowns";
import { explanationText } from "./explain.ts";
import { ZEEK_FOOTER, ZEEK_HEADER, zeekLine } from "./zeek-log.ts";

/** Rows to text, as they come. */
export interface RowWriter {
  /** Before the first row. */
  readonly head: string;
  readonly row: (row: Teardown) => string;
  /** Between two rows. */
  readonly separator: string;
  /** Behind the last. */
  readonly foot: string;
}

export const ROW_WRITERS = {
  ndjson: { head: "", row: (row) => `${teardownToJson(row)}\n`, separator: "", foot: "" },
  json: { head: "[", row: (row) => `\n${teardownToJson(row)}`, separator: ",", foot: "\n]\n" },
  csv: { head: `${CSV_HEADER}\r\n`, row: (row) => `${teardownToCsv(row)}\r\n`, separator: "", foot: "" },
  zeek: { head: ZEEK_HEADER, row: zeekLine, separator: "", foot: ZEEK_FOOTER },
  explain: { head: "", row: (row) => explanationText(row), separator: "", foot: "" },
} as const satisfies Record<string, RowWriter>;

/** How rows are written; table: they are not, but added up. */
export type OutputForm = keyof typeof ROW_WRITERS | "table";

export function rowWriter(form: OutputForm): RowWriter | null {
  return form === "table" ? null : ROW_WRITERS[form];
}

const FLUSH = 1 << 16;

/** Collects text and hands it on in pieces worth a call. */
export class TextOut {
  #parts: string[] = [];
  #length = 0;
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  add(text: string): void {
    this.#parts.push(text);
    this.#length += text.length;
    if (this.#length >= FLUSH) this.flush();
  }

  flush(): void {
    if (this.#length > 0) this.#write(this.#parts.join(""));
    this.#parts = [];
    this.#length = 0;
  }
}

/** Rows as text, a separator between two. */
export class RowList {
  readonly #out: TextOut;
  /** In front of the first, that is left out. */
  #leftOut: number;

  constructor(separator: string, out: TextOut) {
    this.#leftOut = separator.length;
    this.#out = out;
  }

  /** One row or several, a separator in front of each. */
  add(rows: string): void {
    this.#out.add(rows.slice(this.#leftOut));
    this.#leftOut = 0;
  }
}
