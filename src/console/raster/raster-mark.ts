import Feature from "ol/Feature.js";
import { fromExtent } from "ol/geom/Polygon.js";
import VectorLayer from "ol/layer/Vector.js";
import type OlMap from "ol/Map.js";
import Overlay from "ol/Overlay.js";
import { transform } from "ol/proj.js";
import VectorSource from "ol/source/Vector.js";
import { Stroke, Style } from "ol/style.js";
import { mapProjection } from "../map/base-map.ts";
import { element } from "../shared/elements.ts";
import type { Placed } from "./grid.ts";

export type Mark = {
  /** Marks the cell at a place of the map; takes the mark away where there is none. */
  readonly put: (coordinate: readonly number[]) => void;
  /** Returns where it is. */
  readonly at: () => readonly number[] | undefined;
};

/** Makes the mark of the cell that was pressed: a cross, which is seen when cells are small, and the edge of the cell. */
export function createMark(map: OlMap, placed: Placed): Mark {
  const cross = new Overlay({
    element: element("span", { class: "map-cross", "data-marked": "" }),
    positioning: "center-center",
    stopEvent: false,
  });
  map.addOverlay(cross);
  const source = new VectorSource();
  // Dark on light and light on dark, as the cross.
  const style = [["#fff", 4] as const, ["#000", 2] as const].map(
    ([color, width]) => new Style({ stroke: new Stroke({ color, width }) }),
  );
  map.addLayer(new VectorLayer({ source, style }));
  let at: readonly number[] | undefined;
  return {
    at: () => at,
    put: (coordinate) => {
      const cell = cellAt(placed, coordinate);
      at = cell === undefined ? undefined : coordinate;
      source.clear();
      if (cell !== undefined) source.addFeature(new Feature(cell));
      cross.setPosition(at === undefined ? undefined : [...at]);
    },
  };
}

function cellAt({ code, projection, extent, facts }: Placed, coordinate: readonly number[]) {
  const own = code === undefined ? coordinate : transform([...coordinate], mapProjection, projection);
  const [left = 0, bottom = 0, right = 0, top = 0] = extent;
  const [x = 0, y = 0] = own;
  const [wide, high] = [(right - left) / facts.width, (top - bottom) / facts.height];
  const [column, row] = [Math.floor((x - left) / wide), Math.floor((top - y) / high)];
  if (column < 0 || row < 0 || column >= facts.width || row >= facts.height) return undefined;
  const [west, north] = [left + column * wide, top - row * high];
  const cell = fromExtent([west, north - high, west + wide, north]);
  if (code !== undefined) cell.transform(projection, mapProjection);
  return cell;
}
