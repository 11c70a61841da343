import { focus, noModifierKeys, primaryAction } from "ol/events/condition.js";
import DragPan from "ol/interaction/DragPan.js";
import { defaults as defaultInteractions } from "ol/interaction/defaults.js";
import MouseWheelZoom from "ol/interaction/MouseWheelZoom.js";
import Kinetic from "ol/Kinetic.js";
import type MapBrowserEvent from "ol/MapBrowserEvent.js";
import { button, element } from "../../shared/elements.ts";

/** Makes what a map does by hand: the wheel and one finger scroll the page over it, until somebody turns to the map. */
export function mapInteractions() {
  const interactions = defaultInteractions({
    ...{ dragPan: false, mouseWheelZoom: false, altShiftDragRotate: false, pinchRotate: false },
  });
  const pan: DragPan = new DragPan({
    kinetic: new Kinetic(-0.005, 0.05, 100),
    condition: (event) =>
      isTouch(event)
        ? pan.getPointerCount() > 1
        : [focus, noModifierKeys, primaryAction].every((isMet) => isMet(event)),
  });
  // A pinch on a touchpad is a wheel with Ctrl, too.
  const wheel = new MouseWheelZoom({
    condition: (event) => event.originalEvent.ctrlKey || event.originalEvent.metaKey || focus(event),
  });
  // A shape that is drawn goes before both: it is added later.
  interactions.extend([pan, wheel]);
  return interactions;
}

function isTouch({ originalEvent }: MapBrowserEvent): boolean {
  return originalEvent instanceof PointerEvent && originalEvent.pointerType === "touch";
}

/** Makes the line below a map: the way back to all of it, and how it is moved. */
export function gesturesLine(fit: () => void): HTMLElement {
  const isTouched = matchMedia("(hover: none) and (pointer: coarse)").matches;
  const ways = isTouched ? "Two fingers move and zoom the map." : "Ctrl and the wheel zoom; two fingers move the map.";
  const words = element("span", { class: "muted" }, ways);
  return element("div", { class: "actions" }, button("Show all", fit), words);
}
