import { sentKey } from "../shared/sent-draft.ts";
import { valuesOf } from "./values.ts";

/** A tab keeps some megabytes for a site. */
const mostCharacters = 500_000;

/**
 * Keeps what was typed until the form was sent, in this tab alone: a reload does not lose it. Callbacks and addresses of
 * uploads that hold a token are not kept.
 */
export function keepDraft(form: HTMLFormElement, makeRoom: (name: string) => void): void {
  const sent = asSent(form);
  const { revision, user = "", filled } = form.dataset;
  const key = `heddle-form ${new URL(form.action).pathname} ${revision} ${user}`;
  // The page came back: what was sent did not become a job.
  sessionStorage.removeItem(sentKey);
  const kept = sessionStorage.getItem(key);
  const draft: Draft | undefined = kept === null ? undefined : JSON.parse(kept);
  // What an address fills in counts, unless it was changed since; what a form was answered with is the newest.
  const isSamePlace = draft?.href === location.href && !/[/-]form$/.test(location.pathname);
  if (draft !== undefined && (filled !== "true" || isSamePlace)) restore(form, draft.fields, makeRoom);
  // Some browsers keep what was typed by themselves, and have put it back by now: it is here again, too.
  if (JSON.stringify([...valuesOf(form)]) !== sent) showRestored(form, key);
  const keep = () => {
    const fields = [...valuesOf(form)].filter(([name, values]) => isKept(name, values));
    const text = JSON.stringify({ href: location.href, fields } satisfies Draft);
    if (text.length <= mostCharacters) sessionStorage.setItem(key, text);
  };
  form.addEventListener("input", keep);
  form.addEventListener("submit", ({ submitter }) => {
    if (submitter instanceof HTMLButtonElement && submitter.value === "run") sessionStorage.setItem(sentKey, key);
  });
}

const secretNames = ["~success", "~failed", "~progress"];

/** Addresses of uploads that suffice by themselves: of one's own, the id alone is an address. */
const holdsToken = /^vault:\/\/[^/#]+[/#]|\/vault\/[^/?#]+\/[^/?#]/;

function isKept(name: string, values: readonly string[]): boolean {
  return !secretNames.includes(name) && !values.some((value) => holdsToken.test(value));
}

type Fields = readonly (readonly [string, readonly string[]])[];
type Draft = { readonly href: string; readonly fields: Fields };

/** Returns the values of a form as the page came with them. */
function asSent(form: HTMLFormElement): string {
  const copy = form.cloneNode(true);
  if (!(copy instanceof HTMLFormElement)) return "";
  copy.reset();
  return JSON.stringify([...valuesOf(copy)]);
}

function restore(form: HTMLFormElement, draft: Fields, makeRoom: (name: string) => void): void {
  for (const [name] of draft) makeRoom(name);
  const values = new Map(draft.map(([name, texts]) => [name, [...texts]]));
  for (const control of form.elements) {
    if (control instanceof HTMLInputElement && ["radio", "checkbox"].includes(control.type)) {
      control.checked = values.get(control.name)?.includes(control.value) === true;
    } else if (control instanceof HTMLSelectElement) {
      const wanted = values.get(control.name);
      if (wanted === undefined) continue;
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
}

function showRestored(form: HTMLFormElement, key: string): void {
  form.dataset.restored = "true";
  for (const folded of form.querySelectorAll<HTMLDetailsElement>("details.extras")) {
    folded.open = [...valuesOf(form)].some(
      ([name, texts]) => name.startsWith("~") && texts.some((text) => text !== ""),
    );
  }
  tell(form, key);
}

/** What was chosen from a list may be gone since: an upload that expired, an output that was removed. */
function tellGone(control: HTMLSelectElement): void {
  const note = document.createElement("span");
  note.className = "fault";
  note.textContent = "What was chosen here is not there any more: choose again.";
  (control.closest("label") ?? control).after(note);
}

function tell(form: HTMLFormElement, key: string): void {
  const note = document.createElement("p");
  note.className = "notice";
  note.setAttribute("role", "status");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Start anew";
  button.addEventListener("click", () => {
    sessionStorage.removeItem(key);
    // What a browser keeps by itself is what the form holds when it goes.
    form.reset();
    location.reload();
  });
  note.append("What you typed before is here again. ", button);
  form.prepend(note);
}
