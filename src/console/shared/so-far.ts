import { soFarText } from "../../pages/shared/words.ts";

/** Notes when a part of the page came that tells how long jobs go on already. */
export function beginSoFar(part: ParentNode, now: number): void {
  for (const element of part.querySelectorAll<HTMLElement>("[data-so-far]")) element.dataset.came = String(now);
}

/** Writes how long they go on by now. What is the same is not written anew. */
export function showSoFar(root: ParentNode, now: number): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-so-far][data-came]")) {
    const { soFar, came } = element.dataset;
    const text = soFarText(Number(soFar) + (now - Number(came)) / 1000);
    if (element.textContent !== text) element.textContent = text;
  }
}
