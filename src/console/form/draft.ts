import { ownNames } from "../../pages/form/field.ts";
import {
  type DraftsOf,
  draftId,
  draftOwner,
  type KeptDraft,
  listDrafts,
  stranger,
  tabNames,
} from "../shared/drafts.ts";
import { element } from "../shared/elements.ts";
import { createNowAndThen, type NowAndThen } from "../shared/now-and-then.ts";
import { changedNames, draftFieldsOf, fillFields } from "./draft-fields.ts";
import { createDraftSlot, type DraftSlot } from "./draft-slot.ts";
import { offerDrafts, tellTaken, tellWritten } from "./told-drafts.ts";

/** A form, how it makes room for what is put into it, where its draft is, and when that is written. */
type Keeping = {
  readonly form: HTMLFormElement;
  readonly makeRoom: (name: string) => void;
  readonly slot: DraftSlot;
  readonly writing: NowAndThen;
};

/**
 * Keeps what was typed until the form was sent: a reload restores it, and later this browser offers it again to the same person. A
 * stranger's is kept by the tab alone. Each tab has its own; one that another tab changed meanwhile is kept beside it.
 */
export function keepDraft(form: HTMLFormElement, makeRoom: Keeping["makeRoom"]): void {
  const { revision = "", filled, drafts } = form.dataset;
  const of: DraftsOf = { owner: draftOwner(form.dataset), path: new URL(form.action).pathname };
  // What a form was answered with goes on with what was sent, and what an address fills in has a draft of its own.
  const isAgain = form.dataset.again !== undefined || /[/-]form$/.test(location.pathname);
  const whose = `${of.owner} ${of.path}`;
  const ownName = `${tabNames.own} ${whose} ${filled === "true" ? location.pathname + location.search : ""}`;
  const goesOnName = `${tabNames.goesOn} ${whose}`;
  const storage = drafts === "tab" ? sessionStorage : localStorage;
  const slot = createDraftSlot({ storage, of, names: isAgain ? [goesOnName, ownName] : [ownName] });
  const keep = () => tellWritten(form, slot.write({ at: Date.now(), revision, fields: draftFieldsOf(form) }));
  const writing = createNowAndThen(keep);
  const keeping = { form, makeRoom, slot, writing };
  const own = slot.read();
  if (isAgain) {
    if (own !== undefined || location.pathname.endsWith("/fill-form")) keep();
  } else if (own?.revision === revision) restore(keeping, own);
  else {
    slot.leave();
    // Some browsers keep what was typed by themselves, and have put it back by now: it is here again, too.
    if (changedNames(form).size > 0) tellRestored(keeping, []);
  }
  if (!isAgain && filled !== "true") offer(keeping, { storage, of, own: slot.read(), keep });
  form.addEventListener("input", writing.ask);
  form.addEventListener("submit", () => {
    writing.finish();
    const key = slot.ownKey();
    if (key === undefined) sessionStorage.removeItem(goesOnName);
    else sessionStorage.setItem(goesOnName, key);
    sendAlong(form, key);
  });
}

/** Tells the service which draft the form is: the page that it leads to says so, once the form became what was wanted. */
function sendAlong(form: HTMLFormElement, key: string | undefined): void {
  form.querySelector(`input[name="${ownNames.draft}"]`)?.remove();
  if (key !== undefined) form.append(element("input", { type: "hidden", name: ownNames.draft, value: draftId(key) }));
}

/** Puts a draft into the form, and says so. Gives the controls that hold something else now. */
function restore(keeping: Keeping, draft: KeptDraft): readonly HTMLElement[] {
  const { form, makeRoom } = keeping;
  for (const [name] of draft.fields) makeRoom(name);
  const { changed, lost } = fillFields(form, draft.fields);
  if (changedNames(form).size > 0 || lost.length > 0) tellRestored(keeping, lost);
  return changed;
}

function tellRestored({ form, slot, writing }: Keeping, lost: readonly string[]): void {
  form.dataset.restored = "true";
  const names = changedNames(form);
  for (const folded of form.querySelectorAll<HTMLDetailsElement>("details.extras")) {
    folded.open ||= [...folded.querySelectorAll("[name]")].some((one) => names.has(one.getAttribute("name") ?? ""));
  }
  const startAnew = () => {
    writing.forget();
    slot.remove();
    // What a browser keeps by itself is what the form holds when it goes.
    form.reset();
    location.reload();
  };
  tellTaken(form, { lost, startAnew });
}

type Offering = {
  readonly storage: Storage;
  readonly of: DraftsOf;
  readonly own: KeptDraft | undefined;
  readonly keep: () => void;
};

/** Offers what the same person began in other tabs or days, and what a stranger typed in this tab before signing in. */
function offer(keeping: Keeping, { storage, of, own, keep }: Offering): void {
  const { form, slot, writing } = keeping;
  const now = Date.now();
  const strangers = of.owner === stranger ? [] : listDrafts(sessionStorage, { owner: stranger, path: of.path }, now);
  const drafts = [...listDrafts(storage, of, now), ...strangers].filter(({ key }) => key !== own?.key);
  const { revision = "" } = form.dataset;
  offerDrafts(form, drafts, {
    revision,
    takeUp(draft) {
      writing.finish();
      slot.take(draft);
      const changed = restore(keeping, draft);
      for (const control of changed) control.dispatchEvent(new Event("input", { bubbles: true }));
      if (changed.length === 0) keep();
    },
  });
}
