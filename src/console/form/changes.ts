import { draftOwner, tabNames } from "../shared/drafts.ts";
import { isTexts, keepText, readKeptJson } from "../shared/keep-text.ts";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** What a field holds: as the form sends it, to compare it, and as people read it. */
type Held = { readonly sent: readonly string[]; readonly words: readonly string[] };

/**
 * Remembers what a form was filled in with, and gives a function that marks each field that holds something else now, with what it
 * was. A mark is said once, when somebody leaves the field. Nothing is marked in a form that no job filled in.
 */
export function followChanges(form: HTMLFormElement): () => void {
  if (form.dataset.from === undefined) return () => {};
  const before = heldBefore(form, form.dataset.from);
  const said = document.createElement("p");
  said.className = "unseen";
  said.setAttribute("role", "status");
  form.append(said);
  const told = new Set<string>();
  const update = () => {
    const now = heldIn(form);
    for (const [field, held] of now) {
      const words = wordsOf(field, before.get(field.id) ?? nothing, held);
      if (words === undefined) told.delete(field.id);
      mark(field, words);
    }
  };
  form.addEventListener("input", update);
  form.addEventListener("change", ({ target }) => {
    const field = target instanceof Element ? fieldOf(target) : null;
    const words = field === null ? undefined : markOf(field)?.textContent;
    if (field === null || typeof words !== "string" || told.has(field.id)) return;
    told.add(field.id);
    said.textContent = `${nameOf(field)}: ${words}.`;
  });
  return update;
}

/** Leads to the first field, where nobody was led elsewhere: the notice above it stays in sight. */
export function beginAtFirst(form: HTMLFormElement): void {
  const isElsewhere = isAnswer() || (document.activeElement !== null && document.activeElement !== document.body);
  if (form.dataset.from === undefined || isElsewhere) return;
  const first = [...form.elements].find((one) => isControl(one) && one.closest(fieldSelector) !== null);
  if (!(first instanceof HTMLElement)) return;
  first.focus({ preventScroll: true });
  form.scrollIntoView();
}

/** Tells whether the page is what the form was answered with. */
function isAnswer(): boolean {
  return /[/-]form$/.test(location.pathname);
}

/** What the job filled in: as the form comes first, which this tab keeps for when it comes again, checked or with what is wrong. */
function heldBefore(form: HTMLFormElement, jobId: string): ReadonlyMap<string, Held> {
  const key = `${tabNames.before} ${draftOwner(form.dataset)} ${new URL(form.action).pathname} ${jobId}`;
  const kept = isAnswer() ? readKeptJson(sessionStorage, key) : undefined;
  if (isHeldByIds(kept)) return new Map(kept);
  const held = [...heldIn(form)].map(([field, one]) => [field.id, one] as const);
  const text = JSON.stringify(held);
  if (text.length <= mostCharacters) keepText(sessionStorage, key, text);
  return new Map(held);
}

function isHeldByIds(value: unknown): value is readonly (readonly [string, Held])[] {
  const isPair = (one: unknown) =>
    Array.isArray(one) && one.length === 2 && typeof one[0] === "string" && isHeld(one[1]);
  return Array.isArray(value) && value.every(isPair);
}

function isHeld(value: unknown): value is Held {
  if (typeof value !== "object" || value === null || !("sent" in value && "words" in value)) return false;
  return isTexts(value.sent) && isTexts(value.words);
}

/** A tab keeps some megabytes for a site. */
const mostCharacters = 500_000;

const nothing: Held = { sent: [], words: [] };

/** A field of its own: rows belong to their list, and shapes to what has one of them. */
const fieldSelector = ".field[id]:not(.row):not(.alternative > .field)";

/** Finds the field that a control belongs to; all that is in the rows of a list is the list's. */
function fieldOf(control: Element): HTMLElement | null {
  const inner = control.closest<HTMLElement>(fieldSelector);
  const row = inner?.parentElement?.closest(".row") ?? null;
  return row === null ? inner : fieldOf(row);
}

function heldIn(form: HTMLFormElement): ReadonlyMap<HTMLElement, Held> {
  const held = new Map<HTMLElement, Held>();
  for (const control of form.elements) {
    const field = isControl(control) ? fieldOf(control) : null;
    if (field === null || !isControl(control)) continue;
    const { sent, words } = held.get(field) ?? nothing;
    const entries = entriesOf(control);
    // A row that goes changes the numbers of none of the others.
    const name = control.name.replace(/\/\d+(?=\/|$)/g, "/*");
    held.set(field, {
      sent: [...sent, ...entries.map(({ value }) => `${name}=${value}`)],
      words: [...words, ...entries.map((entry) => entry.words)],
    });
  }
  return held;
}

function isControl(element: Element): element is Control {
  return (
    element instanceof HTMLInputElement ||
    element instanceof HTMLSelectElement ||
    element instanceof HTMLTextAreaElement
  );
}

type Entry = { readonly value: string; readonly words: string };

function entriesOf(control: Control): readonly Entry[] {
  const entry = (value: string, words: string): readonly Entry[] => (value === "" ? [] : [{ value, words }]);
  if (control instanceof HTMLSelectElement) {
    return [...control.selectedOptions].flatMap(({ value, text }) => entry(value, text));
  }
  if (control instanceof HTMLInputElement) {
    if (control.type === "file") return [...(control.files ?? [])].flatMap(({ name }) => entry(name, name));
    if (control.type === "radio" || control.type === "checkbox") {
      return control.checked ? entry(control.value, control.labels?.[0]?.textContent ?? control.value) : [];
    }
  }
  return entry(control.value, control.value);
}

const longest = 60;

/** Says what a field was, without repeating what looks like a secret; undefined where it is the same. */
function wordsOf(field: HTMLElement, before: Held, now: Held): string | undefined {
  if (before.sent.join("\n") === now.sent.join("\n")) return undefined;
  if (field.dataset.secret !== undefined) return "changed";
  const text = before.words.join(", ").replace(/\s+/g, " ").trim();
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return `changed, was ${shown === "" ? "empty" : shown}`;
}

function markOf(field: HTMLElement): HTMLElement | null {
  return field.querySelector<HTMLElement>(":scope > .changed");
}

function mark(field: HTMLElement, words: string | undefined): void {
  const old = markOf(field);
  if (old?.textContent === words) return;
  const described = field.matches("fieldset") ? field : field.querySelector("input, select, textarea");
  if (words === undefined) {
    old?.remove();
    described?.removeAttribute("aria-describedby");
    return;
  }
  const shown = old ?? document.createElement("span");
  shown.className = "changed";
  // White space parts the names in that attribute.
  shown.id = encodeURIComponent(`${field.id}/~changed`);
  shown.textContent = words;
  if (old === null) field.querySelector(":scope > label, :scope > legend")?.after(shown);
  described?.setAttribute("aria-describedby", shown.id);
}

/** What a field is called, without the star. */
function nameOf(field: HTMLElement): string {
  const text = field.querySelector(":scope > label, :scope > legend")?.textContent ?? field.id;
  return text.replace(/ \*$/, "");
}
