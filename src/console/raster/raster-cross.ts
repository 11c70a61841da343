import type OlMap from "ol/Map.js";
import Overlay from "ol/Overlay.js";
import { takeArrows, toggle } from "../shared/arrow-keys.ts";
import { element } from "../shared/elements.ts";

/** How far one press of a key leads, in pixels of the screen; with Shift, ten times as far. */
const step = 4;

/** Makes the button that puts a cross on the map, which arrow keys move; the value under it is told. */
export function crossControl(
  map: OlMap,
  tell: (coordinate: readonly number[]) => void,
  value: HTMLElement,
): HTMLElement {
  const cross = new Overlay({
    element: element("span", { class: "map-cross" }),
    positioning: "center-center",
    stopEvent: false,
  });
  map.addOverlay(cross);
  const made = toggle("Read values by keys", (ended) => {
    const place = map.getTargetElement();
    if (!(place instanceof HTMLElement)) return ended;
    let at = map.getView().getCenter() ?? [0, 0];
    const show = () => {
      cross.setPosition(at);
      tell(at);
    };
    show();
    value.textContent = `Arrow keys move the cross, with Shift further; Enter ends it. ${value.textContent}`;
    return takeArrows(
      place,
      ({ right, up, isShifted }) => {
        const length = step * (isShifted ? 10 : 1) * (map.getView().getResolution() ?? 1);
        const [x = 0, y = 0] = at;
        at = [x + right * length, y + up * length];
        follow(map, at);
        show();
      },
      () => {
        cross.setPosition(undefined);
        ended();
        // Who went elsewhere stays there.
        if (document.activeElement === place) made.focus({ preventScroll: true });
      },
    );
  });
  return made;
}

/** The map goes on when the cross leaves it. */
function follow(map: OlMap, at: number[]): void {
  const [left = 0, bottom = 0, right = 0, top = 0] = map.getView().calculateExtent(map.getSize());
  const [x = 0, y = 0] = at;
  if (x < left || x > right || y < bottom || y > top) map.getView().setCenter(at);
}
