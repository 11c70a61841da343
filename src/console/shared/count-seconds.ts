import { durationText } from "../../pages/shared/words.ts";

type Count = { readonly seconds: number; readonly at: number };

/** Counts on what the server told as it made the page: `begin` takes what a newer part tells, `show` writes what is so by now. */
export type SecondsCount = { begin(part: ParentNode): void; show(): void };

/** Makes a count of the spans of time of a page that go on. */
export function createSecondsCount(now: () => number = () => performance.now()): SecondsCount {
  const counts = new Map<string, Count>();
  const soFar = ({ seconds, at }: Count) => seconds + (now() - at) / 1000;
  const show = (root: ParentNode) => {
    for (const element of root.querySelectorAll<HTMLElement>("[data-counted]")) {
      const count = counts.get(element.dataset.counted ?? "");
      if (count !== undefined) element.textContent = durationText(soFar(count));
    }
  };
  return {
    begin(part) {
      for (const element of part.querySelectorAll<HTMLElement>("[data-counted]")) {
        const { counted: what = "", seconds = "0" } = element.dataset;
        const told = { seconds: Number(seconds), at: now() };
        const count = counts.get(what);
        // What a newer page tells is late by its way here: the count never goes back.
        counts.set(what, count !== undefined && soFar(count) > told.seconds ? count : told);
      }
      show(part);
    },
    show: () => show(document),
  };
}
