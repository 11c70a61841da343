import { type DraftsOf, type KeptDraft, listDrafts } from "../shared/drafts.ts";
import { sentKey } from "../shared/sent-draft.ts";
import { draftFieldsOf, fillFields } from "./draft-fields.ts";
import { createDraftSlot, type DraftSlot } from "./draft-slot.ts";
import { offerDrafts, tellTaken, tellTooLong } from "./told-drafts.ts";
import { valuesOf } from "./values.ts";

/** How a form makes room for what is put into it, and the value of the button that sends it for good. */
type Drafted = { readonly makeRoom: (name: string) => void; readonly sends: string };

type Keeping = { readonly form: HTMLFormElement; readonly makeRoom: Drafted["makeRoom"]; readonly slot: DraftSlot };

/**
 * Keeps what was typed until the form was sent: a reload restores it, and later this browser offers it again to the same person. A
 * stranger's is kept by the tab alone. Each tab has its own; one that another tab changed meanwhile is kept beside it.
 */
export function keepDraft(form: HTMLFormElement, { makeRoom, sends }: Drafted): void {
  const { revision = "", user = "", filled, drafts } = form.dataset;
  const of: DraftsOf = { user, path: new URL(form.action).pathname };
  // What a form was answered with goes on with what was sent, and what an address fills in has a draft of its own.
  const isAgain = form.dataset.again !== undefined || /[/-]form$/.test(location.pathname);
  const whose = `${encodeURIComponent(user)} ${of.path}`;
  const ownName = `heddle-own ${whose} ${filled === "true" ? location.pathname + location.search : ""}`;
  const sentName = `heddle-goes-on ${whose}`;
  const storage = drafts === "tab" ? sessionStorage : localStorage;
  const slot = createDraftSlot({ storage, of, names: isAgain ? [sentName, ownName] : [ownName] });
  const keeping = { form, makeRoom, slot };
  const keep = () => {
    tellTooLong(form, slot.write({ at: Date.now(), revision, fields: draftFieldsOf(form) }));
  };
  // The page came back: what was sent did not become a job.
  sessionStorage.removeItem(sentKey);
  const own = slot.read();
  if (isAgain) {
    if (own !== undefined || location.pathname.endsWith("/fill-form")) keep();
  } else if (own?.revision === revision) restore(keeping, own);
  else {
    slot.leave();
    // Some browsers keep what was typed by themselves, and have put it back by now: it is here again, too.
    if (changedNames(form).size > 0) tellRestored(keeping, []);
  }
  if (!isAgain && filled !== "true") offer(keeping, { of, own: slot.read(), keep });
  form.addEventListener("input", keep);
  form.addEventListener("submit", ({ submitter }) => {
    const key = slot.read()?.key;
    sessionStorage.removeItem(sentName);
    if (key === undefined) return;
    sessionStorage.setItem(sentName, key);
    if (submitter instanceof HTMLButtonElement && submitter.value === sends) sessionStorage.setItem(sentKey, key);
  });
}

/** Puts a draft into the form, and says so. Gives the controls that hold something else now. */
function restore({ form, makeRoom, slot }: Keeping, draft: KeptDraft): readonly HTMLElement[] {
  for (const [name] of draft.fields) makeRoom(name);
  const { changed, lost } = fillFields(form, draft.fields);
  if (changedNames(form).size > 0 || lost.length > 0) tellRestored({ form, slot }, lost);
  return changed;
}

/** Names the fields that hold something else than the page came with. */
function changedNames(form: HTMLFormElement): ReadonlySet<string> {
  const asSent = form.cloneNode(true);
  if (!(asSent instanceof HTMLFormElement)) return new Set();
  asSent.reset();
  const textsOf = (one: HTMLFormElement) =>
    new Map([...valuesOf(one)].map(([name, texts]) => [name, texts.join("\n")]));
  const [before, now] = [textsOf(asSent), textsOf(form)];
  return new Set([...before.keys(), ...now.keys()].filter((name) => before.get(name) !== now.get(name)));
}

function tellRestored({ form, slot }: Omit<Keeping, "makeRoom">, lost: readonly string[]): void {
  form.dataset.restored = "true";
  const names = changedNames(form);
  for (const folded of form.querySelectorAll<HTMLDetailsElement>("details.extras")) {
    folded.open ||= [...folded.querySelectorAll("[name]")].some((one) => names.has(one.getAttribute("name") ?? ""));
  }
  const startAnew = () => {
    slot.remove();
    // What a browser keeps by itself is what the form holds when it goes.
    form.reset();
    location.reload();
  };
  tellTaken(form, { lost, startAnew });
}

type Offering = { readonly of: DraftsOf; readonly own: KeptDraft | undefined; readonly keep: () => void };

/** Offers what the same person began in other tabs or days, and what a stranger typed in this tab before signing in. */
function offer({ form, makeRoom, slot }: Keeping, { of, own, keep }: Offering): void {
  const drafts = [
    ...listDrafts(localStorage, of, Date.now()),
    ...listDrafts(sessionStorage, { user: "", path: of.path }, Date.now()),
  ].filter(({ key }) => key !== own?.key);
  const { revision = "" } = form.dataset;
  offerDrafts(form, drafts, {
    revision,
    takeUp(draft) {
      slot.take(draft);
      const changed = restore({ form, makeRoom, slot }, draft);
      for (const control of changed) control.dispatchEvent(new Event("input", { bubbles: true }));
      if (changed.length === 0) keep();
    },
  });
}
