/** One column of a table for a person. */
export type Column = {
  readonly title: string;
  /** What it shows is cut first when the terminal is narrow. */
  readonly gives?: boolean;
  readonly alignsRight?: boolean;
};

const gap = "  ";
/** A column that gives is never narrower; in cells. */
const leastWidth = 8;

/**
 * Formats rows under the titles of their columns. Within `width` cells, columns that give are cut, with an ellipsis; without a width
 * nothing is cut. `paint` colours a cell after it was measured.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  {
    width,
    paint = (text) => text,
  }: { readonly width?: number; readonly paint?: (text: string, column: number) => string } = {},
): string {
  const cells = rows.map((row) => columns.map((_, at) => oneLine(row[at] ?? "")));
  const widths = fittedWidths(columns, cells, width);
  const lineOf = (row: readonly string[], paints: boolean) =>
    row
      .map((text, at) => {
        const cut = cutTo(text, widths[at] ?? 0);
        const space = " ".repeat(Math.max(0, (widths[at] ?? 0) - Bun.stringWidth(cut)));
        const shown = paints ? paint(cut, at) : cut;
        return columns[at]?.alignsRight === true ? space + shown : shown + space;
      })
      .join(gap)
      .trimEnd();
  const titles = columns.map(({ title }) => title);
  return [lineOf(titles, false), ...cells.map((row) => lineOf(row, true))].map((line) => `${line}\n`).join("");
}

function fittedWidths(
  columns: readonly Column[],
  cells: readonly (readonly string[])[],
  width: number | undefined,
): readonly number[] {
  const wanted = columns.map(({ title }, at) =>
    cells.reduce((most, row) => Math.max(most, Bun.stringWidth(row[at] ?? "")), Bun.stringWidth(title)),
  );
  if (width === undefined) return wanted;
  let excess = wanted.reduce((sum, one) => sum + one, gap.length * (columns.length - 1)) - width;
  // The last columns say the least.
  return wanted
    .map((_, at) => columns.length - 1 - at)
    .map((at) => {
      const one = wanted[at] ?? 0;
      const given = columns[at]?.gives === true ? Math.min(Math.max(0, excess), Math.max(0, one - leastWidth)) : 0;
      excess -= given;
      return one - given;
    })
    .reverse();
}

/** A cell is one line, and holds nothing that a terminal would obey. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim();
}

/** A text of somebody else with its lines, and nothing that a terminal would obey: no colours, and no letters that turn lines around. */
export function plainText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]|(?![\n\t])[\p{Cc}\p{Cf}]/gu, "");
}

function cutTo(text: string, width: number): string {
  if (Bun.stringWidth(text) <= width) return text;
  let cut = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (Bun.stringWidth(cut + segment) > width - 1) break;
    cut += segment;
  }
  return `${cut}…`;
}
