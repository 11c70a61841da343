import { ownNames } from "../../pages/form/field.ts";
import { holdsSecret } from "../../pages/form/secret-texts.ts";
import type { DraftFields } from "../shared/drafts.ts";
import { valuesOf } from "./values.ts";

/** Addresses that are told of a job may hold a secret, and what the server noted is no text of a person. */
const otherNames = ["~success", "~failed", "~progress", ownNames.from, ownNames.kept, ownNames.draft];

/**
 * Reads what of a form may be kept: no file, nothing that looks like a secret, no address that lets others in, and nothing of what stands
 * outside of it and is only sent along.
 */
export function draftFieldsOf(form: HTMLFormElement): DraftFields {
  const own = namesIn(form, (one) => !isSecret(one));
  return [...valuesOf(form)].filter(
    ([name, texts]) => own.has(name) && !otherNames.includes(name) && !texts.some(holdsSecret),
  );
}

/** Names the fields that hold something else than the page came with, of those that stand in the form. */
export function changedNames(form: HTMLFormElement): ReadonlySet<string> {
  const asSent = form.cloneNode(true);
  if (!(asSent instanceof HTMLFormElement)) return new Set();
  asSent.reset();
  const [before, now] = [textsOf(asSent), textsOf(form)];
  return new Set([...namesIn(form, () => true)].filter((name) => before.get(name) !== now.get(name)));
}

function textsOf(form: HTMLFormElement): ReadonlyMap<string, string> {
  return new Map([...valuesOf(form)].map(([name, texts]) => [name, texts.join("\n")]));
}

/** Names the fields that stand in the form itself. */
function namesIn(form: HTMLFormElement, isMeant: (control: Element) => boolean): ReadonlySet<string> {
  const own = [...form.elements].filter((one) => form.contains(one) && isMeant(one));
  return new Set(own.flatMap((one) => one.getAttribute("name") ?? []));
}

function isSecret(control: Element): boolean {
  return control.closest("[data-secret]") !== null || control.getAttribute("type") === "password";
}

/** Puts the texts of a draft into a form that has room for them. Gives the controls that it changed, and the names without one. */
export function fillFields(
  form: HTMLFormElement,
  fields: DraftFields,
): { readonly changed: readonly HTMLElement[]; readonly lost: readonly string[] } {
  const values = new Map(fields.map(([name, texts]) => [name, [...texts]]));
  const before = new Map([...form.elements].map((one) => [one, heldBy(one)]));
  for (const control of form.elements) if (form.contains(control)) fill(control, values);
  const changed = [...before].flatMap(([one, held]) =>
    one instanceof HTMLElement && heldBy(one) !== held ? [one] : [],
  );
  const names = new Set([...form.elements].map((one) => one.getAttribute("name")));
  const lost = fields.filter(
    ([name, texts]) => name.startsWith("/") && !names.has(name) && texts.some((text) => text !== ""),
  );
  return { changed, lost: [...new Set(lost.map(([name]) => shortName(name)))] };
}

function heldBy(control: Element): string {
  if (control instanceof HTMLInputElement && isTicked(control)) return String(control.checked);
  if (control instanceof HTMLSelectElement) {
    return JSON.stringify([...control.selectedOptions].map(({ value }) => value));
  }
  return control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement ? control.value : "";
}

function isTicked({ type }: HTMLInputElement): boolean {
  return type === "radio" || type === "checkbox";
}

function fill(control: Element, values: ReadonlyMap<string, string[]>): void {
  if (control instanceof HTMLInputElement && isTicked(control)) {
    control.checked = values.get(control.name)?.includes(control.value) === true;
  } else if (control instanceof HTMLSelectElement) {
    const wanted = values.get(control.name);
    if (wanted === undefined) return;
    for (const option of control.options) option.selected = wanted.includes(option.value);
    if (!wanted.every((text) => [...control.options].some(({ value }) => value === text))) tellGone(control);
  } else if (
    control instanceof HTMLTextAreaElement ||
    (control instanceof HTMLInputElement && control.type !== "file")
  ) {
    const text = values.get(control.name)?.shift();
    if (text !== undefined) control.value = text;
  }
}

/** What was chosen from a list may be gone since: an upload that expired, an output that was removed. */
function tellGone(control: HTMLSelectElement): void {
  const note = document.createElement("span");
  note.className = "fault";
  note.textContent = "What was chosen here is not there any more: choose again.";
  (control.closest("label") ?? control).after(note);
}

/** Names a field by what it belongs to: the input, or itself. */
export function shortName(name: string): string {
  const [, , input] = /^\/inputs\//.test(name) ? name.split("/") : ["", "", name.replace(/^~/, "")];
  return (input ?? name).replaceAll("~1", "/").replaceAll("~0", "~");
}

const longest = 60;

/** Words in a line what of a draft the form does not say yet. */
export function draftWords(fields: DraftFields, now: DraftFields): string {
  const held = new Map(now);
  const said = fields.filter(
    ([name, texts]) =>
      !/~(choice|of\d+)$/.test(name) &&
      held.get(name)?.join("\n") !== texts.join("\n") &&
      texts.some((text) => text !== ""),
  );
  const line = said.map(([name, texts]) => `${shortName(name)}: ${texts.join(", ")}`).join("; ");
  const words = line.replace(/\s+/g, " ").trim();
  return words.length > longest ? `${words.slice(0, longest)}…` : words;
}
