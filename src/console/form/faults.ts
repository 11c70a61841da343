import { faultWords } from "../../pages/form/fault-words.ts";
import { element } from "../shared/elements.ts";

/**
 * Takes away what the service said of a field once something else stands there: the mark of the field, and its line in the list above the
 * form, which says how many are left and goes with the last. That is read out politely, and the field stays where it is on the screen.
 */
export function followFaults(form: HTMLFormElement): void {
  const said = element("p", { class: "unseen", role: "status" });
  const box = form.querySelector<HTMLElement>("[data-faults]");
  if (box !== null) form.append(said);
  // A row that is removed takes its fault along.
  const placed = new Set(
    linesOf(box).flatMap(({ dataset: { of = "" } }) => (document.getElementById(of) === null ? [] : of)),
  );
  const update = ({ target }: Event) => {
    if (!(target instanceof HTMLElement)) return;
    keepPlace(target, () => {
      for (const place of fieldsAround(target)) unmark(place, place.id);
      const words = box === null ? undefined : forgetTold(box, target, placed);
      if (words !== undefined) said.textContent = words;
    });
  };
  form.addEventListener("input", update);
}

function linesOf(box: HTMLElement | null): readonly HTMLElement[] {
  return [...(box?.querySelectorAll<HTMLElement>("li[data-of]") ?? [])];
}

/** Takes from the list what is told of the field that was changed, and gives what there is to say of the rest; undefined when all is left. */
function forgetTold(box: HTMLElement, target: HTMLElement, placed: ReadonlySet<string>): string | undefined {
  const old = linesOf(box).filter(({ dataset: { of = "" } }) => isOld(of, target, placed));
  if (old.length === 0) return undefined;
  // What changes in an alert is read out at once, and all of it.
  box.removeAttribute("role");
  for (const line of old) {
    const { of = "" } = line.dataset;
    const place = document.getElementById(of);
    unmark(place?.closest<HTMLElement>(".field") ?? null, of);
    unmark(place?.parentElement ?? null, of);
    line.remove();
  }
  const left = box.querySelectorAll("li").length;
  const words = left === 0 ? faultWords.none : faultWords.left(left, Number(box.dataset.faults));
  const shown = box.querySelector("[data-fault-words]");
  if (left === 0) (box.closest("[tabindex]") ?? box).remove();
  else if (shown !== null) shown.textContent = words;
  return words;
}

/** Tells whether a fault is of a value that a change of this element changed: its own, one that it is a part of, or one that is gone. */
function isOld(fault: string, target: HTMLElement, placed: ReadonlySet<string>): boolean {
  const name = target.getAttribute("name") ?? target.id;
  if (name === fault || name.startsWith(`${fault}/`) || target.id === fault) return true;
  if (fieldsAround(target).some(({ id }) => id === fault)) return true;
  // Another of several shapes is chosen: what was told of the one before counts no more.
  const choosing = /^(.+)\/~choice$/.exec(name)?.[1];
  if (choosing !== undefined && fault.startsWith(`${choosing}/`)) return true;
  return placed.has(fault) && document.getElementById(fault) === null;
}

/** Lists the fields that an element stands in, the innermost first. */
function fieldsAround(target: HTMLElement): readonly HTMLElement[] {
  const field = target.closest<HTMLElement>(".field[id]");
  if (field === null) return [];
  return [field, ...(field.parentElement === null ? [] : fieldsAround(field.parentElement))];
}

/** Takes the mark and the words of a fault from its field; words of another field that stand beside them stay. */
function unmark(field: HTMLElement | null, name: string): void {
  for (const fault of field?.querySelectorAll<HTMLElement>(":scope > .fault, :scope > .file > .fault") ?? []) {
    if ((fault.dataset.of ?? name) === name) fault.remove();
  }
  field?.classList.remove("field-wrong");
}

/** Makes a change above an element that somebody is typing in, and scrolls by as much as that moved it. */
function keepPlace(anchor: HTMLElement, change: () => void): void {
  const { style } = document.documentElement;
  const before = anchor.getBoundingClientRect().top;
  // A browser that does so by itself would do it twice.
  style.setProperty("overflow-anchor", "none");
  change();
  const moved = anchor.getBoundingClientRect().top - before;
  if (moved !== 0 && anchor.isConnected) scrollBy({ top: moved, behavior: "instant" });
  requestAnimationFrame(() => style.removeProperty("overflow-anchor"));
}
