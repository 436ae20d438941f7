/** One column of a table for the terminal. */
export interface TextColumn {
  readonly title: string;
  readonly align: "left" | "right";
}

/** A row of cells; `style` colours the whole line once it is padded. */
export interface TextRow {
  readonly cells: readonly string[];
  readonly style?: (line: string) => string;
}

/** Lines of an aligned table, with a head; no trailing spaces. Widths count code points. */
export function textTable(
  columns: readonly TextColumn[],
  rows: readonly TextRow[],
  head: (line: string) => string,
): string[] {
  const titles = columns.map(({ title }) => title);
  const widths = titles.map((title, index) =>
    rows.reduce((widest, { cells }) => Math.max(widest, widthOf(cells[index])), widthOf(title)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => pad(cell, widths[index], columns[index].align))
      .join("  ")
      .trimEnd();
  return [head(line(titles)), ...rows.map(({ cells, style }) => (style ? style(line(cells)) : line(cells)))];
}

function widthOf(text: string): number {
  return Array.from(text).length;
}

function pad(text: string, width: number, align: TextColumn["align"]): string {
  const space = " ".repeat(Math.max(0, width - widthOf(text)));
  return align === "left" ? text + space : space + text;
}
