import { button, element } from "../shared/elements.ts";
import { acrossOf, acrossWords, countOpen, isBoxAcross } from "./across.ts";
import type { Shown } from "./read-features.ts";

/**
 * Says which shapes span more than half the world as they are written, with a button that draws them over the 180th meridian and back,
 * and which ones their boxes put there. Gives nothing where there are none. `draw` is told whether it is asked for.
 */
export function acrossControl(features: readonly Shown[], draw: (isAsked: boolean) => void): readonly HTMLElement[] {
  const open = countOpen(features);
  const bySaid = features.filter(
    (one) => isBoxAcross(one) && one.geometry !== undefined && acrossOf(one.geometry) !== undefined,
  ).length;
  return [
    ...(bySaid === 0 ? [] : [element("p", { class: "muted" }, acrossWords.byBox(bySaid))]),
    ...(open === 0 ? [] : [openControl(open, draw)]),
  ];
}

function openControl(count: number, draw: (isAsked: boolean) => void): HTMLElement {
  const press = button(acrossWords.press(count), () => {
    const isAsked = press.getAttribute("aria-pressed") !== "true";
    press.setAttribute("aria-pressed", String(isAsked));
    draw(isAsked);
  });
  press.setAttribute("aria-pressed", "false");
  return element("div", { class: "actions" }, element("span", {}, acrossWords.asWritten(count)), press);
}
