import { durationText } from "../../pages/words.ts";

type Count = { readonly what: string; readonly seconds: number; readonly at: number };

/** Counts on what the server told as it made the page: `begin` takes what a newer part tells, `show` writes what is so by now. */
export type SecondsCount = { begin(part: ParentNode): void; show(): void };

/** Makes a count of the spans of time of a page that go on. */
export function createSecondsCount(now: () => number = () => performance.now()): SecondsCount {
  let count: Count | undefined;
  const soFar = ({ seconds, at }: Count) => seconds + (now() - at) / 1000;
  return {
    begin(part) {
      const element = part.querySelector<HTMLElement>("[data-counted]");
      if (element === null) return;
      const { counted: what = "", seconds = "0" } = element.dataset;
      const told = { what, seconds: Number(seconds), at: now() };
      // What a newer page tells is late by its way here: the count never goes back.
      count = count?.what === what && soFar(count) > told.seconds ? count : told;
      element.textContent = durationText(soFar(count));
    },
    show() {
      const element = document.querySelector<HTMLElement>("[data-counted]");
      if (element !== null && count !== undefined) element.textContent = durationText(soFar(count));
    },
  };
}
