import { type TimeDetail, timeDetails, timeText } from "../../pages/shared/words.ts";
import { rest } from "./rest.ts";

function localTime(at: string, detail?: TimeDetail): string {
  return timeText(at, -new Date(at).getTimezoneOffset(), detail);
}

/** Shows each time of a part of the page in the time zone of its reader; the server writes it in UTC, in the same form. */
export function showLocalTimes(root: ParentNode): void {
  for (const time of root.querySelectorAll("time")) {
    time.title = time.dateTime;
    time.textContent = localTime(
      time.dateTime,
      timeDetails.find((one) => one === time.dataset.detail),
    );
  }
  // An option of a list holds nothing but text.
  for (const option of root.querySelectorAll<HTMLOptionElement>("option[data-time]")) {
    const { time = "" } = option.dataset;
    option.text = option.text.replace(timeText(time), localTime(time));
  }
}

/** How long the page rests between two looks at the server, in milliseconds. */
const restMilliseconds = 500;

/**
 * Makes a function that takes the parts of the page from a newer one of the server: those with `data-part` that differ. Calls while
 * one is on its way become one more call after it. `prepare` does to a newer part what a script did to the one before.
 */
export function createRefresh(prepare: (part: ParentNode) => void = showLocalTimes): () => Promise<void> {
  let isBusy = false;
  let isAskedAgain = false;
  const known = new Map<string, string>();
  return async function refresh() {
    isAskedAgain = isBusy;
    if (isBusy) return;
    isBusy = true;
    try {
      const response = await fetch(location.href, { headers: { accept: "text/html" } });
      if (response.ok) takeParts(new DOMParser().parseFromString(await response.text(), "text/html"), known, prepare);
      await rest(restMilliseconds);
    } finally {
      isBusy = false;
    }
    if (isAskedAgain) await refresh();
  };
}

function takeParts(newer: Document, known: Map<string, string>, prepare: (part: ParentNode) => void): void {
  for (const part of document.querySelectorAll<HTMLElement>("[data-part]")) {
    const name = part.dataset.part ?? "";
    const other = newer.querySelector<HTMLElement>(`[data-part="${name}"]`);
    // What somebody has unfolded to read stays, unless it says that it moves along.
    const isRead = part.querySelector("details[open]:not([data-follows])") !== null;
    if (other === null || known.get(name) === other.innerHTML || isRead) continue;
    known.set(name, other.innerHTML);
    prepare(other);
    const focused = part.contains(document.activeElement) ? keyOf(document.activeElement) : undefined;
    const keepView = viewOf(part);
    part.replaceChildren(...other.childNodes);
    keepView();
    if (focused === undefined) continue;
    const again = [...part.querySelectorAll<HTMLElement>("a, button, summary, input")].find(
      (one) => keyOf(one) === focused,
    );
    again?.focus({ preventScroll: true });
  }
}

/** Notes what of a part is unfolded, ticked and scrolled to; the function that it gives does the same to the part as it is then. */
function viewOf(part: HTMLElement): () => void {
  const folded = [...part.querySelectorAll<HTMLDetailsElement>("details[data-follows]")].map(({ open }) => open);
  const boxes = () => part.querySelectorAll<HTMLInputElement>("input[type=checkbox][name]");
  const ticked = new Map([...boxes()].map(({ name, value, checked }) => [`${name} ${value}`, checked]));
  const scrolled = [...part.querySelectorAll(".wide")].map(({ scrollLeft }) => scrollLeft);
  return () => {
    for (const [index, one] of part.querySelectorAll<HTMLDetailsElement>("details[data-follows]").entries()) {
      one.open = folded[index] === true;
    }
    // One that is new is as the server has it.
    for (const one of boxes()) one.checked = ticked.get(`${one.name} ${one.value}`) ?? one.checked;
    for (const [index, one] of part.querySelectorAll(".wide").entries()) one.scrollLeft = scrolled[index] ?? 0;
  };
}

/** Tells what can be pressed apart from others of the page, those of other rows too, which may say the same. */
function keyOf(element: Element | null): string {
  const place = element?.getAttribute("href") ?? element?.getAttribute("value") ?? "";
  const row = element?.closest("tr")?.querySelector("a")?.getAttribute("href") ?? "";
  return `${element?.tagName} ${place} ${element?.textContent} ${row}`;
}
