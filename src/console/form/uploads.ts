import { parts, withoutToken } from "../../pages/form/field.ts";
import { sizeText } from "../../pages/shared/words.ts";
import { element } from "../shared/elements.ts";
import { enlivenFolders, takeDropped } from "./folders.ts";
import type { Rows } from "./rows.ts";
import { allowSeveral, spreadFiles } from "./several-files.ts";
import { uploadFile } from "./tus.ts";

/** Uploads each file as soon as it is chosen or dropped; where that fails, the form sends it, as it does without a script. */
export function enlivenUploads(form: HTMLFormElement, rows: Rows): void {
  form.addEventListener("input", ({ target }) => chooseOne(form, target));
  allowSeveral(form);
  const { uploads } = form.dataset;
  const begins = (input: HTMLInputElement, file: File, about = "") => {
    if (uploads !== undefined) void begin(form, input, { file, about });
  };
  const takeAll = (input: HTMLInputElement, files: readonly File[]) => {
    for (const one of spreadFiles(rows, input, files)) begins(one.input, one.file);
  };
  form.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.type !== "file" || target.webkitdirectory) return;
    takeAll(target, [...(target.files ?? [])]);
  });
  if (uploads === undefined) return;
  enlivenFolders(form, begins);
  // Nobody drops anything by a finger.
  const mayDrop = matchMedia("(any-pointer: fine)").matches;
  for (const place of mayDrop ? form.querySelectorAll<HTMLElement>(".file") : []) {
    place.dataset.drop = place.dataset.takes === "directory" ? "Drop a folder or an archive here" : "Drop a file here";
  }
  form.addEventListener("dragover", (event) => {
    if (placeOf(event.target) !== null) event.preventDefault();
  });
  form.addEventListener("drop", (event) => {
    const place = placeOf(event.target);
    const items = event.dataTransfer?.items;
    if (place !== null && items !== undefined && takeDropped(place, items, begins)) return event.preventDefault();
    const files = [...(event.dataTransfer?.files ?? [])];
    const input = place?.querySelector<HTMLInputElement>('input[type="file"]');
    if (files.length === 0 || input === null || input === undefined) return;
    event.preventDefault();
    takeAll(input, files);
  });
}

/** An address and a file from the list are two files: what is given last counts. */
function chooseOne(form: HTMLFormElement, target: EventTarget | null): void {
  if (target instanceof HTMLSelectElement && target.name.endsWith(parts.stored)) {
    forgetOld(target);
    const address = form.elements.namedItem(target.name.replace(parts.stored, parts.address));
    if (address instanceof HTMLInputElement && target.value !== "") address.value = "";
    tellOutput(target);
  }
  if (target instanceof HTMLInputElement && target.name.endsWith(parts.address) && target.value.trim() !== "") {
    forgetOld(target);
    const stored = form.elements.namedItem(target.name.replace(parts.address, parts.stored));
    if (stored instanceof HTMLSelectElement) stored.value = "";
  }
}

/** What is said of the file before is none of the one that was chosen now. */
function forgetOld(control: Element): void {
  for (const old of control.closest(".file")?.querySelectorAll(".stored, .fault:not(.upload)") ?? []) old.remove();
}

/** Says of an output that was chosen what it is, with the way to it and to the job that made it, as the page says of one that it was filled with. */
function tellOutput(stored: HTMLSelectElement): void {
  const [option] = stored.selectedOptions;
  const { job, look, made, called = "" } = option?.dataset ?? {};
  if (option === undefined || job === undefined || look === undefined || made === undefined) return;
  const group = option.closest("optgroup");
  const isBelowJob = option.dataset.below !== undefined && group !== null;
  const way = element("a", { href: job }, isBelowJob ? group.label : "the job that made it");
  const about = element("span", { class: "muted" }, `${made}, `, way);
  const name = element("a", { href: look }, isBelowJob ? called : option.text);
  stored.closest("label")?.before(element("span", { class: "stored" }, name, " ", about));
}

function placeOf(target: EventTarget | null): Element | null {
  return target instanceof Element ? target.closest(".file") : null;
}

type Taken = {
  readonly file: File;
  /** What else there is to say of it. */
  readonly about: string;
};

async function begin(form: HTMLFormElement, input: HTMLInputElement, { file, about }: Taken): Promise<void> {
  const stored = form.elements.namedItem(input.name.replace(parts.upload, parts.stored));
  const place = input.closest(".file");
  if (!(stored instanceof HTMLSelectElement) || place === null) return;
  const told = makeNote(place, { file, about });
  const most = Number(form.dataset.mostFile);
  if (file.size > most) {
    told.end(`${file.name} has ${sizeText(file.size)}; the server takes ${sizeText(most)} at most.`, "fault");
    input.value = "";
    return;
  }
  hold(form, 1);
  try {
    const reference = await uploadFile(form.dataset.uploads ?? "", file, told);
    // Who has signed in needs no token for what is his: without it, a draft of the form may keep the file.
    offer(stored, form.dataset.user === undefined ? reference : withoutToken(reference), file);
    input.value = "";
    const nameBefore = nameUploaded(input);
    told.end(`${file.name}, ${sizeText(file.size)}, is uploaded.`, "muted");
    const chosen = stored.value;
    told.offerBack(() => {
      nameBefore();
      takeBack(stored, chosen);
      input.focus();
    });
    stored.dispatchEvent(new Event("input", { bubbles: true }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isChosen = (input.files ?? []).length > 0;
    told.end(`${reason}${isChosen ? " It is sent with the form instead." : ""}`, "fault");
  } finally {
    hold(form, -1);
  }
}

/** Adds an upload to those that a field may have, and chooses it. */
function offer(stored: HTMLSelectElement, reference: string, file: File): void {
  const option = document.createElement("option");
  option.value = reference;
  option.textContent = `${file.name}, ${sizeText(file.size)}, just now`;
  Object.assign(option.dataset, { file: file.name, fileType: file.type });
  stored.options[0]?.after(option);
  stored.value = reference;
  const label = stored.closest("label");
  if (label !== null) label.hidden = false;
}

/** The upload stays with the others of its user, and is removed with them. */
function takeBack(stored: HTMLSelectElement, chosen: string): void {
  // Another one may have been chosen since.
  if (stored.value !== chosen) return;
  stored.value = "";
  stored.dispatchEvent(new Event("input", { bubbles: true }));
}

/**
 * The field is empty again, as its file is sent: "no file chosen" beside it would say the contrary. Gives a function that names it as
 * before.
 */
function nameUploaded(input: HTMLInputElement): () => void {
  const words = input.closest("label")?.querySelector("span");
  const before = words?.textContent ?? "";
  const isDirectory = input.closest<HTMLElement>(".file")?.dataset.takes === "directory";
  const name = (text: string) => {
    if (words !== null && words !== undefined) words.textContent = text;
  };
  name(`Upload another ${isDirectory ? "archive" : "file"} in its place`);
  return () => name(before);
}

/** Nothing is sent while a file is on its way: it would be sent twice. */
function hold(form: HTMLFormElement, change: number): void {
  const count = Number(form.dataset.uploading ?? 0) + change;
  form.dataset.uploading = String(count);
  for (const button of form.querySelectorAll<HTMLButtonElement>('button[name="~do"]')) button.disabled = count > 0;
}

/** Shows how far an upload has come, beside its field, in words too. */
function makeNote(place: Element, { file, about }: Taken) {
  for (const old of place.querySelectorAll(".upload")) old.remove();
  const [note, text, bar, stop] = [
    document.createElement("p"),
    document.createElement("span"),
    document.createElement("progress"),
    document.createElement("button"),
  ];
  const stopping = new AbortController();
  note.className = "upload actions";
  bar.max = Math.max(1, file.size);
  bar.value = 0;
  bar.setAttribute("aria-label", `Upload of ${file.name}`);
  stop.type = "button";
  stop.textContent = "Stop";
  stop.addEventListener("click", () => stopping.abort());
  text.setAttribute("role", "status");
  text.textContent = `Uploading ${file.name}, ${sizeText(file.size)}.`;
  note.append(bar, text, stop);
  if (about !== "") {
    const more = document.createElement("span");
    more.className = "muted upload-about";
    more.textContent = about;
    note.append(more);
  }
  place.append(note);
  return {
    signal: stopping.signal,
    at(bytes: number) {
      bar.value = bytes;
    },
    end(words: string, className: string) {
      text.textContent = words;
      text.className = className;
      bar.remove();
      stop.remove();
    },
    offerBack(act: () => void) {
      const back = document.createElement("button");
      back.type = "button";
      back.textContent = "Take it back";
      back.setAttribute("aria-label", `Take ${file.name} back`);
      back.addEventListener("click", () => {
        back.remove();
        note.querySelector(".upload-about")?.remove();
        text.textContent = `${file.name} is not sent with the form.`;
        act();
      });
      note.append(back);
    },
  };
}
