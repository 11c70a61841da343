import { pathOf } from "./form/addresses.ts";
import { beginAtFirst, followChanges } from "./form/changes.ts";
import { enlivenNumbers } from "./form/commas.ts";
import { keepDraft } from "./form/draft.ts";
import { followFaults } from "./form/faults.ts";
import { enlivenRows } from "./form/rows.ts";
import { enlivenUploads } from "./form/uploads.ts";
import { createShowUses } from "./form/uses.ts";
import { keepPresses } from "./shared/keep-press.ts";
import { openTargets } from "./shared/open-target.ts";
import { showLocalTimes } from "./shared/refresh.ts";
import { settleScrollStops } from "./shared/scroll-stops.ts";
import { dropSentDraft } from "./shared/sent-draft.ts";
import { forgetTold } from "./shared/told-notice.ts";

forgetTold();
dropSentDraft();
keepPresses();
openTargets();
settleScrollStops();

showLocalTimes(document);
const form = document.querySelector<HTMLFormElement>("form[data-process]");
const aside = document.querySelector<HTMLElement>("aside[data-base]");
if (form !== null && aside !== null) await enliven(form, aside);

/** Adds to the form what it cannot do by itself: it can be sent without. */
async function enliven(form: HTMLFormElement, aside: HTMLElement): Promise<void> {
  const markChanges = followChanges(form);
  const rows = enlivenRows(form);
  enlivenUploads(form, rows);
  keepDraft(form, rows.makeRoom);
  takeKeptFiles(form);
  form.addEventListener("input", ({ target }) => tellTooLong(form, target));
  followFaults(form);
  form.addEventListener("invalid", unfold, { capture: true });
  enlivenNumbers(form);
  // What was typed before may be here again.
  markChanges();
  beginAtFirst(form);
  const response = await fetch(pathOf(form.dataset.process ?? ""), { headers: { accept: "application/json" } });
  if (!response.ok) return;
  const showUses = createShowUses(form, aside, await response.json());
  form.addEventListener("input", showUses);
  // An empty form keeps its example until something is typed.
  if (form.dataset.filled === "true" || form.dataset.restored === "true") showUses();
}

/** Some browsers keep the files of a page that is loaded again before they were uploaded: they are as if chosen now. */
function takeKeptFiles(form: HTMLFormElement): void {
  for (const input of form.querySelectorAll<HTMLInputElement>('input[type="file"]')) {
    if ((input.files?.length ?? 0) > 0) input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

/** Unfolds what is wrong: a browser says nothing of a field that is folded up, and sends nothing. */
function unfold({ target }: Event): void {
  for (let at = target instanceof Element ? target.closest("details") : null; at !== null; ) {
    at.open = true;
    at = at.parentElement?.closest("details") ?? null;
  }
}

/** Says at once what the service would refuse when the form is sent. */
function tellTooLong(form: HTMLFormElement, target: EventTarget | null): void {
  if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) || target.type === "file") return;
  const most = Number(form.dataset.mostText);
  const bytes = new Blob([target.value]).size;
  const isTooLong = bytes > most;
  const told = isTooLong ? `This is ${bytes} bytes long; the server takes ${most} at most. Send it as a file.` : "";
  const isNew = told !== "" && target.validationMessage === "";
  target.setCustomValidity(told);
  if (isNew) target.reportValidity();
}
