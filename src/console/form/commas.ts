/** What is told of a comma that may stand for a point or for thousands. */
const told = "This may be read in two ways: a comma can mean a point, or thousands. Write it without a comma.";

/**
 * Makes a point of a comma that is typed or pasted into a field of a number: some browsers drop it, so that 1,5 becomes 15. What
 * may mean another number stays as it was written, and is told beside the field.
 */
export function enlivenNumbers(form: HTMLFormElement): void {
  form.addEventListener("beforeinput", (event) => {
    const { target, data, dataTransfer, isComposing } = event;
    const text = data ?? dataTransfer?.getData("text/plain") ?? "";
    if (!isNumberField(target) || !text.includes(",") || isComposing) return;
    event.preventDefault();
    const isTyped = text === ",";
    // A script cannot see where in such a field one writes: the browser itself inserts what was meant.
    if (isPlain(target, text) && document.execCommand("insertText", false, text.trim().replace(",", "."))) return;
    keepText(target, isTyped ? `${target.value},` : text);
  });
  form.addEventListener("input", ({ target }) => {
    if (target instanceof HTMLInputElement && target.dataset.number !== undefined) judge(target);
  });
}

function isNumberField(target: EventTarget | null): target is HTMLInputElement {
  return target instanceof HTMLInputElement && target.type === "number";
}

/** One comma in a number that has no point is a point; three digits behind it may be thousands, and a whole number has no point. */
function isPlain(field: HTMLInputElement, text: string): boolean {
  const [, fraction = "", ...others] = text.trim().split(",");
  if (field.step === "1" || others.length > 0 || /[.\s]/.test(text.trim())) return false;
  return !field.value.includes(".") && !/^\d{3}$/.test(fraction);
}

/** Shows a text that is no number: a field of a number would drop it. */
function keepText(field: HTMLInputElement, text: string): void {
  field.type = "text";
  field.inputMode = "decimal";
  field.dataset.number = "";
  field.value = text.trim();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Tells what is wrong until a number stands there. */
function judge(field: HTMLInputElement): void {
  const isWrong = field.value.trim() !== "" && !Number.isFinite(Number(field.value));
  field.setCustomValidity(isWrong ? told : "");
  const place = field.closest(".field");
  for (const old of place?.querySelectorAll(":scope > [data-comma]") ?? []) old.remove();
  if (!isWrong || place === null) return;
  const fault = document.createElement("span");
  fault.className = "fault";
  fault.dataset.comma = "";
  fault.setAttribute("role", "status");
  fault.textContent = told;
  place.append(fault);
}
