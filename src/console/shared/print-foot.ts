import { timeText } from "../../pages/shared/words.ts";

/** What a sheet is wide inside its margins and a card, in pixels: paper of the usual sizes has so much at least. */
const sheetWidth = 640;

/** Says in the foot of the page when and by whom it was printed, unfolds for the paper what moves along with the page, and fits what is drawn. */
export function preparePrinting(): void {
  const unfolded: HTMLDetailsElement[] = [];
  addEventListener("beforeprint", () => {
    const printed = document.querySelector<HTMLElement>("[data-printed]");
    if (printed !== null) printed.textContent = printedText(new Date(), printed.dataset.printed ?? "");
    tellInMargins(printed);
    fitDrawings();
    fitTables();
    for (const one of document.querySelectorAll<HTMLDetailsElement>("details[data-follows]:not([open])")) {
      one.open = true;
      unfolded.push(one);
    }
  });
  addEventListener("afterprint", () => {
    for (const one of unfolded.splice(0)) one.open = false;
  });
}

/** Where a browser writes into the margins of each sheet, what was printed when stands there, and not once more at the end. */
function tellInMargins(printed: HTMLElement | null): void {
  const text = printed?.textContent ?? "";
  if (printed === null || text === "" || !("CSSMarginRule" in globalThis)) return;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    `@page { @bottom-left { content: ${JSON.stringify(text)}; font-size: 8pt; } } @media print { [data-printed] { display: none; } }`,
  );
  document.adoptedStyleSheets = [sheet];
}

function printedText(now: Date, by: string): string {
  const at = timeText(now.toISOString().replace(/\.\d+/, ""), -now.getTimezoneOffset());
  return `Printed ${at}${by === "" ? "" : ` by ${by}`}`;
}

/** Maps and curves are as wide as the screen, in pixels, and no script draws them anew for the paper: they become smaller as they are. */
function fitDrawings(): void {
  for (const drawn of document.querySelectorAll<HTMLElement>(".map, .chart")) {
    const { width, height } = drawn.getBoundingClientRect();
    if (width === 0) continue;
    drawn.style.setProperty("--drawn-width", `${width}px`);
    drawn.style.setProperty("--drawn-height", `${height}px`);
    drawn.style.setProperty("--drawn-scale", String(Math.min(1, sheetWidth / width)));
  }
}

/** What is smaller cannot be read. */
const leastScale = 0.4;

/** A table of many columns needs more than a sheet, and what stands beyond its edge would not be printed: it becomes smaller as a whole. */
function fitTables(): void {
  for (const table of document.querySelectorAll<HTMLElement>(".wide > .table")) {
    table.style.removeProperty("--drawn-scale");
    table.classList.add("measured");
    const { width } = table.getBoundingClientRect();
    table.classList.remove("measured");
    if (width <= sheetWidth) continue;
    table.style.setProperty("--drawn-scale", String(Math.max(leastScale, sheetWidth / width)));
  }
}
