import { parts } from "../../pages/form/field.ts";
import type { Rows } from "./rows.ts";

/** Lets several files be chosen at once where a list takes one in each row. */
export function allowSeveral(form: HTMLFormElement): void {
  for (const input of form.querySelectorAll<HTMLInputElement>('.row .file input[type="file"]')) {
    if (!input.name.endsWith(parts.upload)) continue;
    input.multiple = true;
    const words = input.closest("label")?.querySelector("span");
    if (words?.textContent === "Upload a file") words.textContent = "Upload a file, or several at once";
  }
}

/**
 * Spreads files that were chosen at once over the rows of a list, from the row of an input on: each row gets one, as if it
 * had been chosen there. Of an input that is in no list, the first file counts.
 */
export function spreadFiles(
  rows: Rows,
  input: HTMLInputElement,
  files: readonly File[],
): readonly { readonly input: HTMLInputElement; readonly file: File }[] {
  const placed: { readonly input: HTMLInputElement; readonly file: File }[] = [];
  let at: HTMLInputElement | undefined = input;
  for (const file of input.multiple ? files : files.slice(0, 1)) {
    if (at === undefined) {
      tellLeft(input, files.length - placed.length);
      break;
    }
    if (files.length > 1) hold(at, file);
    placed.push({ input: at, file });
    at = placed.length < files.length ? inputAfter(rows, at) : undefined;
  }
  return placed;
}

/** The control of the next row without a file. */
function inputAfter(rows: Rows, input: HTMLInputElement): HTMLInputElement | undefined {
  const own = input.closest<HTMLElement>(".row");
  const row = own === null ? undefined : rows.freeRowAfter(own);
  const inputs = [...(row?.querySelectorAll<HTMLInputElement>('input[type="file"]') ?? [])];
  return inputs.find(({ name }) => name.endsWith(parts.upload));
}

/** Puts one file into a control, as if it had been chosen there. */
function hold(input: HTMLInputElement, file: File): void {
  const transfer = new DataTransfer();
  transfer.items.add(file);
  input.files = transfer.files;
}

function tellLeft(input: HTMLInputElement, count: number): void {
  const note = document.createElement("p");
  note.className = "upload fault";
  note.setAttribute("role", "status");
  note.textContent = `The list takes no more files: ${count} of those that you chose ${count === 1 ? "is" : "are"} left out.`;
  input.closest(".row")?.parentElement?.append(note);
}
