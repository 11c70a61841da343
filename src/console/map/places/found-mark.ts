import Feature from "ol/Feature.js";
import Point from "ol/geom/Point.js";
import VectorLayer from "ol/layer/Vector.js";
import type OlMap from "ol/Map.js";
import { fromLonLat } from "ol/proj.js";
import VectorSource from "ol/source/Vector.js";
import { Circle, Fill, Stroke, Style, Text } from "ol/style.js";
import { pageColour } from "../../shared/elements.ts";
import type { Position } from "../antimeridian.ts";
import { mapProjection } from "../base-map.ts";

/** A town that was found, where the map has nothing else to know it by. */
type Mark = { readonly name: string; readonly place: Position };

/** Makes what marks a town on a map, by a point with its name; without one, it takes the last mark away. Nothing can be done with it. */
export function createMark(map: OlMap): (town?: Mark) => void {
  const source = new VectorSource();
  let name = "";
  const layer = new VectorLayer({ source, style: () => markStyle(name), zIndex: 2 });
  map.addLayer(layer);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => layer.changed());
  return (town) => {
    source.clear();
    if (town === undefined) return;
    name = town.name;
    source.addFeature(new Feature(new Point(fromLonLat([...town.place], mapProjection))));
  };
}

function markStyle(name: string): Style {
  const fill = new Fill({ color: pageColour("name") });
  const stroke = new Stroke({ color: pageColour("land"), width: 3 });
  return new Style({
    image: new Circle({ radius: 4, fill, stroke: new Stroke({ color: pageColour("land"), width: 1.5 }) }),
    text: new Text({ text: name, font: "12px system-ui, sans-serif", offsetY: -14, fill, stroke }),
  });
}
