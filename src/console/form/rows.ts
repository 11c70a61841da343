import { boxCorners } from "../../pages/form/field.ts";

const rowSelector = ".row";

/** What other parts of the script ask of the rows. */
export type Rows = {
  /** Adds rows until the form has a field of this name, where rows can give it one. */
  readonly makeRoom: (name: string) => void;
  /** Finds the next row of a list where nothing was entered, or adds one; undefined where none may be added. */
  readonly freeRowAfter: (row: HTMLElement) => HTMLElement | undefined;
};

/** Lets the rows of lists come and go without asking the server. */
export function enlivenRows(form: HTMLFormElement): Rows {
  for (const row of form.querySelectorAll<HTMLElement>(rowSelector)) addRemoveButton(form, row);
  form.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button === null || button.name !== "~more") return;
    event.preventDefault();
    addRow(form, button)?.querySelector<HTMLElement>("input, select, textarea")?.focus();
  });
  return {
    makeRoom(name) {
      for (const button of form.querySelectorAll<HTMLButtonElement>('button[name="~more"]')) {
        const [, digits] = name.startsWith(`${button.value}/`)
          ? (/^(\d{1,4})(?:\/|$)/.exec(name.slice(button.value.length + 1)) ?? [])
          : [];
        if (digits === undefined) continue;
        while (rowsOf(form, button.value).every(({ index }) => index < Number(digits))) {
          if (addRow(form, button) === undefined) return;
        }
      }
    },
    freeRowAfter(row) {
      const name = row.id.slice(0, row.id.lastIndexOf("/"));
      const rows = rowsOf(form, name).map(({ element }) => element);
      const free = rows.slice(rows.indexOf(row) + 1).find(isFree);
      const more = moreButton(form, name);
      return free ?? (more === undefined ? undefined : addRow(form, more));
    },
  };
}

function moreButton(form: HTMLFormElement, name: string): HTMLButtonElement | undefined {
  const buttons = form.querySelectorAll<HTMLButtonElement>('button[name="~more"]');
  return [...buttons].find(({ value }) => value === name);
}

/** A file that is on its way to the server fills its row, too. */
function isFree(row: HTMLElement): boolean {
  if (row.querySelector("progress") !== null) return false;
  const controls = row.querySelectorAll<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>(
    "input, select, textarea",
  );
  return [...controls].every(({ value }) => value === "");
}

type Row = { readonly element: HTMLElement; readonly index: number };

function rowsOf(form: HTMLFormElement, name: string): readonly Row[] {
  return [...form.querySelectorAll<HTMLElement>(rowSelector)].flatMap((element) => {
    const [, digits] = element.id.startsWith(`${name}/`)
      ? (/^(\d+)$/.exec(element.id.slice(name.length + 1)) ?? [])
      : [];
    return digits === undefined ? [] : [{ element, index: Number(digits) }];
  });
}

/** More rows than these are better written as JSON. */
const mostRows = 500;

function addRow(form: HTMLFormElement, button: HTMLButtonElement): HTMLElement | undefined {
  const rows = rowsOf(form, button.value);
  const last = rows.at(-1);
  const most = Math.min(Number(button.dataset.most ?? mostRows), mostRows);
  if (last === undefined || rows.length >= most) return undefined;
  const added = emptyCopy(last.element, `${button.value}/${last.index}`, `${button.value}/${last.index + 1}`);
  last.element.after(added);
  for (const row of [added, ...added.querySelectorAll<HTMLElement>(rowSelector)]) addRemoveButton(form, row);
  button.hidden = rows.length + 1 >= most;
  nameCorners(rowsOf(form, button.value));
  return added;
}

/** Four numbers of a box are named by its sides; more or fewer are something else. */
function nameCorners(rows: readonly Row[]): void {
  for (const [at, { element: row }] of rows.entries()) {
    const shown = row.querySelector<HTMLElement>(":scope > .row-name");
    const corner = boxCorners[at];
    if (shown === null) continue;
    shown.hidden = rows.length !== boxCorners.length;
    shown.textContent = corner ?? "";
    const control = row.querySelector("input");
    const label = control?.getAttribute("aria-label")?.replace(/ \((?:west|south|east|north)\)$/, "") ?? "";
    control?.setAttribute("aria-label", shown.hidden ? label : `${label} (${corner})`);
  }
}

const namingAttributes = ["id", "name", "for", "value", "list", "data-name"] as const;

function emptyCopy(row: HTMLElement, from: string, to: string): HTMLElement {
  const copy = document.importNode(row, true);
  for (const old of copy.querySelectorAll(".fault, .changed, .upload, .stored, .row-remove")) old.remove();
  // A map is drawn anew for each row.
  for (const view of copy.querySelectorAll<HTMLElement>("[data-view]")) {
    view.replaceChildren();
    delete view.dataset.state;
  }
  const number = Number(to.slice(to.lastIndexOf("/") + 1)) + 1;
  for (const element of [copy, ...copy.querySelectorAll("*")]) {
    for (const attribute of namingAttributes) {
      const text = element.getAttribute(attribute);
      if (text === from || text?.startsWith(`${from}/`) === true) {
        element.setAttribute(attribute, to + text.slice(from.length));
      }
    }
    element.classList.remove("field-wrong");
    for (const attribute of ["aria-label", "data-label"]) {
      const label = element.getAttribute(attribute);
      if (label !== null) element.setAttribute(attribute, label.replace(/, row \d+/, `, row ${number}`));
    }
    empty(element);
  }
  return copy;
}

function empty(element: Element): void {
  if (element instanceof HTMLTextAreaElement) {
    element.setCustomValidity("");
    element.value = "";
  }
  if (element instanceof HTMLSelectElement) element.selectedIndex = element.multiple ? -1 : 0;
  if (!(element instanceof HTMLInputElement)) return;
  element.setCustomValidity("");
  if (element.dataset.number !== undefined) element.type = "number";
  // The first of several shapes is chosen, and of values none.
  if (element.type === "radio") element.checked = element.value === (element.name.endsWith("/~choice") ? "0" : "");
  else if (element.type === "checkbox") element.checked = false;
  else element.value = "";
}

function addRemoveButton(form: HTMLFormElement, row: HTMLElement): void {
  if (row.querySelector(":scope > .row-remove") !== null) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "row-remove";
  button.textContent = "Remove";
  button.setAttribute("aria-label", `Remove row ${Number(row.id.slice(row.id.lastIndexOf("/") + 1)) + 1}`);
  button.addEventListener("click", () => {
    const name = row.id.slice(0, row.id.lastIndexOf("/"));
    const more = moreButton(form, name);
    // One row stays: others are made of it.
    const isLast = rowsOf(form, name).length === 1;
    // What the rows stand in hears of it, as of each value.
    const place = isLast ? row : (row.parentElement ?? form);
    if (!isLast) {
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      next?.querySelector<HTMLElement>("input, select, textarea, button")?.focus();
    } else {
      for (const element of row.querySelectorAll("*")) empty(element);
    }
    if (more !== undefined) more.hidden = false;
    nameCorners(rowsOf(form, name));
    place.dispatchEvent(new Event("input", { bubbles: true }));
  });
  row.append(button);
}
