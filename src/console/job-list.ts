import { choiceText, isChoosing } from "../pages/shared/words.ts";
import { keepPresses } from "./shared/keep-press.ts";
import { openTargets } from "./shared/open-target.ts";
import { preparePrinting } from "./shared/print-foot.ts";
import { createRefresh, showLocalTimes } from "./shared/refresh.ts";
import { rest } from "./shared/rest.ts";
import { settleScrollStops } from "./shared/scroll-stops.ts";
import { openSeenStream } from "./shared/seen-stream.ts";
import { beginSoFar, showSoFar } from "./shared/so-far.ts";
import { forgetTold } from "./shared/told-notice.ts";

forgetTold();
keepPresses();
openTargets();

const ticks = "[data-chooses] input[name=jobs]";

/** Each button can be pressed when as many are ticked as it takes, and words beside it say what is missing. */
function showChoice(root: ParentNode, ticked: number): void {
  for (const button of root.querySelectorAll<HTMLButtonElement>("[data-chooses] button[data-least]")) {
    const { least, most } = button.dataset;
    button.disabled = ticked < Number(least) || ticked > Number(most);
  }
  for (const words of root.querySelectorAll<HTMLElement>("[data-choice]")) {
    const { choice } = words.dataset;
    if (isChoosing(choice)) words.textContent = choiceText(ticked, choice);
  }
  for (const all of root.querySelectorAll<HTMLInputElement>("[data-choose-all]")) {
    const there = root.querySelectorAll(ticks).length;
    all.checked = ticked > 0 && ticked === there;
    all.indeterminate = ticked > 0 && ticked < there;
  }
}

/** The tick in the head is shown in the place of its word: only a script can tick the others. */
function showHeads(root: ParentNode): void {
  for (const all of root.querySelectorAll<HTMLInputElement>("[data-choose-all]")) all.hidden = false;
  for (const words of root.querySelectorAll<HTMLElement>("[data-choose-words]")) words.hidden = true;
}

/** Counts what is ticked, of what is in a part that comes in the place of another. */
function countTicked(part: ParentNode): number {
  const ticked = [...document.querySelectorAll<HTMLInputElement>(`${ticks}:checked`)];
  if (part === document) return ticked.length;
  const there = new Set([...part.querySelectorAll<HTMLInputElement>(ticks)].map(({ value }) => value));
  return ticked.filter(({ value }) => there.has(value)).length;
}

function prepare(part: ParentNode): void {
  beginSoFar(part, performance.now());
  showLocalTimes(part);
  showHeads(part);
  showChoice(part, countTicked(part));
}

/** Ticks all that the page shows, or none, as the head says. */
function chooseAll({ target }: Event): void {
  if (!(target instanceof HTMLInputElement) || target.dataset.chooseAll === undefined) return;
  for (const tick of document.querySelectorAll<HTMLInputElement>(ticks)) tick.checked = target.checked;
}

/** A press beside the words of a row opens its job as its name does: not what chooses, unfolds, leads elsewhere, or marks a text. */
function openRow({ target, button, defaultPrevented }: MouseEvent): void {
  if (defaultPrevented || button !== 0 || !(target instanceof Element)) return;
  if (target.closest("a, button, input, label, summary, details") !== null) return;
  const row = target.closest(".job-cards tbody > tr:not(.unfolded)");
  if (row === null || document.getSelection()?.isCollapsed === false) return;
  row.querySelector<HTMLAnchorElement>('td[data-label="Job"] a')?.click();
}

prepare(document);
document.addEventListener("click", openRow);
document.addEventListener("change", (event) => {
  chooseAll(event);
  showChoice(document, countTicked(document));
});
// A browser that comes back to the page ticks again what was ticked.
addEventListener("pageshow", () => showChoice(document, countTicked(document)));

/** How often the page counts on, in milliseconds. */
const countMilliseconds = 1000;

async function countOn(): Promise<never> {
  for (;;) {
    await rest(countMilliseconds);
    showSoFar(document, performance.now());
  }
}

void countOn();

const list = document.querySelector<HTMLElement>("[data-events]");
const events = list?.dataset.events;
if (events !== undefined) {
  const refresh = createRefresh(prepare);
  const behind = () => void refresh();
  const opened = (wasUnseen: boolean) => {
    if (wasUnseen) behind();
  };
  openSeenStream(events, { events: { job: behind, reset: behind }, opened });
}
settleScrollStops();
preparePrinting();
