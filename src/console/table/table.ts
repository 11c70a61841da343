import { button, element } from "../shared/elements.ts";
import { columnKind, type Decimal, type Order, sortedRows } from "./sort-rows.ts";

export type TableOptions = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly caption: string;
  readonly decimal?: Decimal;
  /** Rows can be chosen. */
  readonly isChosen?: boolean;
};

export type ShownTable = {
  readonly element: HTMLElement;
  /** Marks a row by its number in `rows`, and brings it into view. */
  readonly choose: (index: number | undefined) => void;
  readonly onChoose: (act: (index: number | undefined) => void) => void;
};

const shownAtOnce = 100;

const allRowsWords = "Press “Show more rows” before you print, or open the file: it has all of them.";

/** What is short stays on one line. */
const shortest = 24;
const longest = 500;

/** A date, a time, a range of them or a number with a unit of signs: nothing of it is a word. */
const figures = /^[-+\d.,:/ TZeE%°]*\d[-+\d.,:/ TZeE%°]*$/;

function cellOf(text: string, isNumber: boolean): HTMLTableCellElement {
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text;
  const short = figures.test(text) ? "nowrap figures" : "nowrap";
  const look = isNumber ? "number" : text.length <= shortest ? short : undefined;
  return element("td", { class: look }, shown);
}

type Choosing = { chosen: number | undefined; act: (index: number | undefined) => void };

/** Makes a table that is sorted by a press on the head of a column; more rows are shown when they are asked for. */
export function createTable({ columns, rows, caption, decimal = ".", isChosen = false }: TableOptions): ShownTable {
  const choosing: Choosing | undefined = isChosen ? { chosen: undefined, act: () => {} } : undefined;
  let [order, count, sorted]: [Order | undefined, number, readonly number[]] = [
    undefined,
    shownAtOnce,
    sortedRows(rows, undefined),
  ];
  const body = element("tbody");
  const note = element("span", { class: "muted", role: "status" });
  const paper = element("p");
  const more = button("Show more rows", () => {
    count += shownAtOnce * 5;
    show();
  });
  const areNumbers = columns.map((_, at) => columnKind(rows, at, decimal) === "number");
  const heads = columns.map((column, at) => {
    const name = column === "" ? `Column ${at + 1}` : column;
    return element(
      "th",
      { scope: "col", class: areNumbers[at] === true ? "number" : undefined },
      button(name, () => sortBy(at)),
    );
  });

  function sortBy(column: number): void {
    order = { column, isDown: order?.column === column && !order.isDown };
    sorted = sortedRows(rows, order, decimal);
    for (const [at, head] of heads.entries()) {
      if (at === column) head.setAttribute("aria-sort", order.isDown ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    show();
  }

  function show(): void {
    const shown = sorted.slice(0, count);
    body.replaceChildren(...shown.map((index) => rowOf(rows[index] ?? [], areNumbers, index)));
    if (choosing !== undefined) bindRows(body, choosing);
    const all = `${rows.length} ${rows.length === 1 ? "row" : "rows"}`;
    note.textContent = shown.length < rows.length ? `${shown.length} of ${all}` : all;
    more.hidden = shown.length === rows.length;
    paper.className = more.hidden ? "" : "on-paper muted";
    paper.textContent = more.hidden ? "" : `These are ${shown.length} of ${all}. ${allRowsWords}`;
  }

  show();
  const table = element("table", { class: "table sortable" });
  table.append(element("caption", {}, caption), element("thead", {}, element("tr", {}, ...heads)), body);
  return {
    element: element(
      "div",
      {},
      element("div", { class: "wide table-box", tabindex: "0", role: "group", "aria-label": caption }, table),
      element("p", { class: "actions" }, note, more),
      paper,
    ),
    onChoose: (act) => {
      if (choosing !== undefined) choosing.act = act;
    },
    choose: (index) => {
      const at = index === undefined ? -1 : sorted.indexOf(index);
      if (at >= count) {
        count = at + 1;
        show();
      }
      if (choosing !== undefined) mark(body, choosing, index);
      if (at >= 0) showRow(body.rows[at]);
    },
  };
}

/** Scrolls the box of the table to a row, and never the page: who pressed a map looks at it. */
function showRow(row: HTMLTableRowElement | undefined): void {
  const box = row?.closest(".table-box");
  if (row === undefined || box === null || box === undefined) return;
  const [{ top, bottom }, around] = [row.getBoundingClientRect(), box.getBoundingClientRect()];
  const head = box.querySelector("thead")?.getBoundingClientRect().height ?? 0;
  if (top < around.top + head) box.scrollTop -= around.top + head - top;
  else if (bottom > around.bottom) box.scrollTop += bottom - around.bottom;
}

function rowOf(cells: readonly string[], areNumbers: readonly boolean[], index: number): HTMLTableRowElement {
  const all = areNumbers.map((isNumber, at) => cellOf(cells[at] ?? "", isNumber));
  return element("tr", { "data-row": String(index) }, ...all);
}

/** Makes rows of a table ones that can be chosen, by mouse and by keyboard. */
function bindRows(body: HTMLTableSectionElement, choosing: Choosing): void {
  for (const row of body.rows) {
    row.tabIndex = 0;
    const press = () => {
      const index = Number(row.dataset.row);
      mark(body, choosing, index === choosing.chosen ? undefined : index);
      choosing.act(choosing.chosen);
    };
    row.addEventListener("click", press);
    row.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      press();
    });
  }
  mark(body, choosing, choosing.chosen);
}

function mark(body: HTMLTableSectionElement, choosing: Choosing, index: number | undefined): void {
  choosing.chosen = index;
  for (const row of body.rows) row.setAttribute("aria-selected", String(row.dataset.row === String(index)));
}
