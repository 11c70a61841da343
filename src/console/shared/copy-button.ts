/** Adds a button that copies a text, where the browser lets a page do so; gives it. */
export function addCopyButton(text: HTMLElement): HTMLButtonElement | undefined {
  if (!("clipboard" in navigator)) return undefined;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text.textContent ?? "");
    button.textContent = "Copied";
  });
  text.before(button);
  return button;
}
