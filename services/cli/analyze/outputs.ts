import { CSV_HEADER, teardownToCsv, teardownToJson, type Teardown } from "@hangup/teardowns";
import { ZEEK_FOOTER, ZEEK_HEADER, zeekLine } from "./zeek-log.ts";

/** Rows to text, as they come. */
export interface RowWriter {
  /** Before the first row. */
  readonly head: string;
  readonly row: (row: Teardown, first: boolean) => string;
  /** Behind the last. */
  readonly foot: string;
}

export const ROW_WRITERS = {
  ndjson: { head: "", row: (row) => `${teardownToJson(row)}\n`, foot: "" },
  json: { head: "[", row: (row, first) => `${first ? "\n" : ",\n"}${teardownToJson(row)}`, foot: "\n]\n" },
  csv: { head: `${CSV_HEADER}\r\n`, row: (row) => `${teardownToCsv(row)}\r\n`, foot: "" },
  zeek: { head: ZEEK_HEADER, row: zeekLine, foot: ZEEK_FOOTER },
} as const satisfies Record<string, RowWriter>;

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
