const noneFits = "None fits. Try fewer words, another word for the same, or a part of one.";

/** Shows the rows of a part of the page that have all words of what is typed, as somebody types it; what is folded up there opens. */
export function findRows(label: HTMLElement): void {
  const input = label.querySelector("input");
  const said = label.querySelector("[role=status]");
  const part = document.getElementById(label.dataset.finds ?? "");
  if (input === null || said === null || part === null) return;
  label.hidden = false;
  const rows = [...part.querySelectorAll<HTMLTableRowElement>("tbody tr")];
  const texts = rows.map(({ textContent }) => textContent.toLowerCase());
  const tables = [...part.querySelectorAll<HTMLTableElement>("table:has(tbody tr)")];
  // What says again what stands in the part.
  const others = document.querySelectorAll<HTMLElement>(`[data-hidden-by="${CSS.escape(part.id)}"]`);
  const folded = [...part.querySelectorAll("details"), ...(part instanceof HTMLDetailsElement ? [part] : [])];
  // Where nothing fits, an empty table would stand open.
  let isShut = false;
  input.addEventListener("input", () => {
    const words = input.value
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== "");
    let count = 0;
    for (const [at, row] of rows.entries()) {
      row.hidden = !words.every((word) => texts[at]?.includes(word) === true);
      count += row.hidden ? 0 : 1;
    }
    for (const table of tables) table.hidden = table.querySelector("tbody tr:not([hidden])") === null;
    for (const other of others) other.hidden = words.length > 0;
    const isNone = words.length > 0 && count === 0;
    if (words.length > 0 || isShut) for (const one of folded) one.open = !isNone;
    isShut = isNone;
    said.textContent = words.length === 0 ? "" : isNone ? noneFits : `${count} of ${rows.length} fit`;
  });
}
