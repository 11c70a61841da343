import { deployNames, pickedWords } from "../pages/form/deploy-words.ts";
import { sketchOf } from "../pages/form/text-sketch.ts";
import { keepDraft } from "./form/draft.ts";
import { followChangedSince } from "./shared/changed-since.ts";
import { element } from "./shared/elements.ts";
import { keepPresses } from "./shared/keep-press.ts";
import { openTargets } from "./shared/open-target.ts";
import { settleScrollStops } from "./shared/scroll-stops.ts";
import { forgetTold } from "./shared/told-notice.ts";

forgetTold();
keepPresses();
openTargets();
followChangedSince();
settleScrollStops();

const form = document.querySelector<HTMLFormElement>("form[data-drafts]");
if (form !== null) keepDraft(form, () => {});

const text = document.querySelector<HTMLTextAreaElement>(`textarea[name="${deployNames.text}"]`);
const files = document.querySelector<HTMLInputElement>(`input[name="${deployNames.files}"]`);
if (text !== null) leadToLines(text);
if (text !== null && files !== null) files.addEventListener("change", () => void takeText(text, files));

/** A fault leads to its line, which is selected. */
function leadToLines(field: HTMLTextAreaElement): void {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>("a[data-line]") : null;
    const line = Number(link?.dataset.line);
    if (link === null || !(line > 0)) return;
    event.preventDefault();
    const lines = field.value.split("\n");
    const from = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    for (let at = field.closest("details"); at !== null; at = at.parentElement?.closest("details") ?? null)
      at.open = true;
    field.focus();
    field.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
    const height = field.scrollHeight / Math.max(1, lines.length);
    field.scrollTop = Math.max(0, (line - 3) * height);
  });
}

/** Characters of a file that the box takes; a longer one is sent as the file that it is. */
const longestText = 200_000;

/** Puts the text of a single file into the box, where it is seen and mended: a chosen file counts before what stood there. */
async function takeText(field: HTMLTextAreaElement, input: HTMLInputElement): Promise<void> {
  const [file, ...others] = input.files ?? [];
  for (const old of document.querySelectorAll("[data-picked]")) old.remove();
  if (file === undefined || others.length > 0 || file.size > longestText) return;
  const held = await textOf(file);
  // Another one may have been chosen meanwhile.
  if (held === undefined || input.files?.[0] !== file) return;
  field.value = held;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  input.value = "";
  input
    .closest("label")
    ?.after(
      element(
        "p",
        { class: "notice", "data-picked": true, role: "status" },
        element("input", { type: "hidden", name: deployNames.picked, value: file.name }),
        element("input", { type: "hidden", name: deployNames.sketch, value: sketchOf(held) }),
        pickedWords(file.name),
      ),
    );
}

/** Reads a file as text; undefined for what is none. */
async function textOf(file: File): Promise<string | undefined> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    return text.includes("\0") ? undefined : text;
  } catch (error) {
    // What is no text is sent as the file that it is.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
