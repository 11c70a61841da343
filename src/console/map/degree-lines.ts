import Graticule from "ol/layer/Graticule.js";
import type OlMap from "ol/Map.js";
import { Fill, Stroke, Text } from "ol/style.js";
import { pageColour } from "../shared/elements.ts";
import { degreeWords } from "./words.ts";

/** Degrees between two lines, of which the map takes what leaves room between them. */
const intervals = [90, 45, 30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];

/** Draws lines of longitude and latitude over a map, with their degrees at its edges, in the colours of the page. */
export function drawDegreeLines(map: OlMap): void {
  let drawn = linesOf();
  map.addLayer(drawn);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    map.removeLayer(drawn);
    drawn = linesOf();
    map.addLayer(drawn);
  });
}

function linesOf(): Graticule {
  const label = (textAlign: CanvasTextAlign, textBaseline: CanvasTextBaseline) =>
    new Text({
      ...{ font: "12px system-ui, sans-serif", textAlign, textBaseline },
      fill: new Fill({ color: pageColour("muted") }),
      stroke: new Stroke({ color: pageColour("ground"), width: 3 }),
    });
  return new Graticule({
    ...{ intervals, targetSize: 90, showLabels: true, wrapX: true, zIndex: 2 },
    strokeStyle: new Stroke({ color: pageColour("muted"), width: 0.5, lineDash: [2, 4] }),
    lonLabelPosition: 0.99,
    lonLabelStyle: label("center", "top"),
    latLabelPosition: 0.99,
    latLabelStyle: label("end", "middle"),
    lonLabelFormatter: (degrees) => degreeWords(degrees, ["E", "W"]),
    latLabelFormatter: (degrees) => degreeWords(degrees, ["N", "S"]),
  });
}
