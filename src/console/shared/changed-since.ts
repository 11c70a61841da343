import { element } from "./elements.ts";

/**
 * Says of what is told to be wrong on this page that something of it was changed since, once one of its forms is changed. The words stand
 * beside what is told (`data-since`), and are read out politely. The mark of a field goes as that field changes.
 */
export function followChangedSince(): void {
  const told = document.querySelector<HTMLElement>("[data-since]");
  if (told === null) return;
  const words = element("span", { class: "muted", role: "status" });
  told.append(words);
  document.addEventListener("input", ({ target }) => {
    if (!(target instanceof Element)) return;
    unmark(target);
    // What is added to an alert is read out at once, and all of it with it.
    told.removeAttribute("role");
    words.textContent = told.dataset.since ?? "";
  });
}

function unmark(control: Element): void {
  if (!control.matches("[aria-invalid]")) return;
  control.removeAttribute("aria-invalid");
  control.removeAttribute("aria-describedby");
  const field = control.closest(".field-wrong");
  field?.classList.remove("field-wrong");
  field?.querySelector(":scope > .fault")?.remove();
}
