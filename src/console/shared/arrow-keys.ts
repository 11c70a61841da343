/** Where an arrow key leads: to the right, and up. */
const directions: ReadonlyMap<string, readonly [right: number, up: number]> = new Map([
  ["ArrowLeft", [-1, 0]],
  ["ArrowRight", [1, 0]],
  ["ArrowDown", [0, -1]],
  ["ArrowUp", [0, 1]],
]);

export type Arrow = { readonly right: number; readonly up: number; readonly isShifted: boolean };

/**
 * Takes the arrow keys of a map, before it moves by them, until Enter, Escape, or a look elsewhere. Gives a function that ends
 * it, too. `onEnd` is called once.
 */
export function takeArrows(target: HTMLElement, act: (arrow: Arrow) => void, onEnd: () => void): () => void {
  const listening = new AbortController();
  const end = () => {
    if (listening.signal.aborted) return;
    listening.abort();
    onEnd();
  };
  const press = (event: KeyboardEvent) => {
    const direction = directions.get(event.key);
    const isEnd = event.key === "Enter" || event.key === "Escape";
    if (direction === undefined && !isEnd) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (direction === undefined) end();
    else act({ right: direction[0], up: direction[1], isShifted: event.shiftKey });
  };
  target.addEventListener("keydown", press, { capture: true, signal: listening.signal });
  target.addEventListener("blur", end, { signal: listening.signal });
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest" });
  return end;
}

/** Makes a button that stays pressed while something goes on; a second press ends it. */
export function toggle(text: string, begin: (ended: () => void) => () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.setAttribute("aria-pressed", "false");
  let end: (() => void) | undefined;
  // A press on the button takes the focus from the map, which ends it: it is not begun again by the same press.
  let wasOn = false;
  made.addEventListener("pointerdown", () => {
    wasOn = end !== undefined;
  });
  made.addEventListener("click", () => {
    const isEnd = wasOn || end !== undefined;
    wasOn = false;
    end?.();
    if (isEnd) return;
    made.setAttribute("aria-pressed", "true");
    end = begin(() => {
      end = undefined;
      made.setAttribute("aria-pressed", "false");
    });
  });
  return made;
}
