/** Says in the foot of the page when it was printed, and unfolds for the paper what moves along with the page. */
export function preparePrinting(): void {
  const unfolded: HTMLDetailsElement[] = [];
  addEventListener("beforeprint", () => {
    const printed = document.querySelector<HTMLElement>("[data-printed]");
    if (printed !== null) printed.textContent = `Printed ${new Date().toLocaleString()}`;
    for (const one of document.querySelectorAll<HTMLDetailsElement>("details[data-follows]:not([open])")) {
      one.open = true;
      unfolded.push(one);
    }
  });
  addEventListener("afterprint", () => {
    for (const one of unfolded.splice(0)) one.open = false;
  });
}
