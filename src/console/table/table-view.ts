import { element } from "../shared/elements.ts";
import { fetchLimited } from "../shared/fetch-limited.ts";
import { defaultColumns } from "./default-columns.ts";
import { usualGroups } from "./groups.ts";
import { limits, readTable } from "./read-table.ts";
import { columnKind, type Decimal } from "./sort-rows.ts";
import { createTable } from "./table.ts";

/** Draws a table that can be sorted, with a curve of its columns of numbers. The server says how its text is read. */
export async function showTable(host: HTMLElement): Promise<void> {
  const { src = "", name = "", separator = "", head } = host.dataset;
  const decimal: Decimal = host.dataset.decimal === "," ? "," : ".";
  const { bytes, isCut } = await fetchLimited(src, limits.bytes);
  const text = new TextDecoder().decode(bytes);
  const { columns, rows, notes } = readTable(text, { separator, hasHead: head !== "none", isCut });
  if (rows.length === 0) return;
  const kinds = columns.map((_, index) => columnKind(rows, index, decimal));
  const table = { columns, rows, kinds, decimal };
  const drawing = element("div", { class: "view-drawing" });
  const first = rows.length > 1 ? defaultColumns(table) : undefined;
  if (first === undefined) {
    const why = rows.length > 1 ? "no column holds numbers" : "there is one row only";
    drawing.append(element("p", { class: "muted" }, `No curve is drawn: ${why}.`));
  } else {
    const { createChart } = await import("./chart.ts");
    drawing.append(createChart(table, usualGroups(table, first)));
  }
  drawing.append(...notes.map((note) => element("p", { class: "muted" }, note)));
  drawing.append(createTable({ columns, rows, caption: name, decimal }).element);
  host.replaceChildren(drawing);
}
