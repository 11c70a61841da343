import type Feature from "ol/Feature.js";
import GeoJSON from "ol/format/GeoJSON.js";
import DoubleClickZoom from "ol/interaction/DoubleClickZoom.js";
import Draw, { createBox } from "ol/interaction/Draw.js";
import { transform, transformExtent } from "ol/proj.js";
import { button, choice, element } from "../../shared/elements.ts";
import { acrossWords, countOpen, drawnGeometry } from "../across.ts";
import { boxOfDrawn } from "../antimeridian.ts";
import { mapProjection } from "../base-map.ts";
import type { Tools } from "../tools.ts";
import { ringOf } from "../what-is-taken.ts";
import { formText } from "./area-text.ts";
import type { Target } from "./field-controls.ts";
import { keysControl } from "./field-keys.ts";
import { readText } from "./field-said.ts";

/** Makes what one draws with, removes, and takes from files; where an input takes files already, nothing is taken from one. */
export function createTools(tools: Tools, isFile: boolean): readonly HTMLElement[] {
  const { target, writing } = tools;
  const drawing = drawer(tools);
  const shapes = [
    ...(target.takesAreas ? [drawing.button("Draw a box", "box")] : []),
    ...(target.takesAreas && !target.isBox ? [drawing.button("Draw a polygon", "polygon")] : []),
    ...(target.takesPoints ? [drawing.button("Set a point", "point")] : []),
    ...keysControl(tools, drawing.end),
    button("Remove", () => {
      drawing.end();
      writing(() => {
        target.clear();
        return undefined;
      });
    }),
  ];
  return [
    element("div", { class: "actions" }, ...shapes, ...(isFile ? [] : [fileControl(tools)])),
    ...(target.isBox ? [pasteControl(tools)] : []),
    ...formControl(tools),
  ];
}

/** Chooses how what is drawn is written; it follows what is typed. */
function formControl({ target: { forms, controls }, writing }: Tools): readonly HTMLElement[] {
  if (forms === undefined) return [];
  const options = forms.offered.map((form) => ({ value: form, text: formText(form) }));
  const { label, select } = choice("Written as", options, (value) => {
    const form = forms.offered.find((one) => one === value);
    if (form !== undefined) writing(() => forms.choose(form));
  });
  const tell = () => {
    select.value = forms.now();
  };
  for (const control of controls) control.addEventListener("input", tell);
  tell();
  // What is chosen here is no value of the form around the map.
  for (const kind of ["input", "change"]) label.addEventListener(kind, (event) => event.stopPropagation());
  return [element("div", { class: "actions" }, label)];
}

const hints = {
  box: "Drag from one corner of the box to the other.",
  polygon: "Press each corner, and the last one twice, or the first one again, at the end.",
  point: "Press where the point is.",
} as const;

type Shape = keyof typeof hints;

/** What draws: a button for a kind of shape, which begins it in place of any before, and ends it at the second press. */
type Drawer = { readonly button: (text: string, kind: Shape) => HTMLButtonElement; readonly end: () => void };

function drawer({ map, target, writing, status }: Tools): Drawer {
  let current: Draw | undefined;
  let pressed: HTMLButtonElement | undefined;
  // Read out by the status below the map, which may be out of sight.
  const hint = element("p", { class: "map-hint", "aria-hidden": "true" });
  const zoomByTwoPresses = (isOn: boolean) => {
    for (const one of map.getInteractions().getArray()) if (one instanceof DoubleClickZoom) one.setActive(isOn);
  };
  const end = () => {
    zoomByTwoPresses(true);
    if (current !== undefined) map.removeInteraction(current);
    current = undefined;
    pressed?.setAttribute("aria-pressed", "false");
    pressed = undefined;
    hint.remove();
    map.getTargetElement()?.classList.remove("map-drawing");
  };
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") end();
  });
  const begin = (kind: Shape, by: HTMLButtonElement) => {
    pressed = by;
    by.setAttribute("aria-pressed", "true");
    const way = matchMedia("(pointer: coarse)").matches ? "The button ends it." : "Escape ends it.";
    hint.textContent = `${hints[kind]} ${way}`;
    status.textContent = hint.textContent;
    map.getTargetElement()?.append(hint);
    map.getTargetElement()?.scrollIntoView({ block: "nearest" });
    current =
      kind === "box"
        ? new Draw({ type: "Circle", freehand: true, geometryFunction: createBox() })
        : new Draw({ type: kind === "polygon" ? "Polygon" : "Point" });
    current.on("drawend", ({ feature }) => {
      // The drawing is still at work with what it drew: it ends after this.
      queueMicrotask(end);
      writing(() => writeDrawn(target, feature));
    });
    // The last corner of a polygon may be pressed twice.
    zoomByTwoPresses(false);
    map.addInteraction(current);
    map.getTargetElement()?.classList.add("map-drawing");
  };
  return {
    end,
    button(text, kind) {
      const made = button(text, () => {
        const isOwn = pressed === made;
        end();
        if (!isOwn) begin(kind, made);
      });
      made.setAttribute("aria-pressed", "false");
      return made;
    },
  };
}

function writeDrawn(target: Target, feature: Feature): string | undefined {
  const geometry = feature.getGeometry();
  const extent = geometry?.getExtent();
  if (geometry === undefined || extent === undefined) return undefined;
  if (geometry.getType() === "Point") {
    const [x = 0, y = 0] = transform([extent[0] ?? 0, extent[1] ?? 0], mapProjection, "EPSG:4326");
    const [west, south] = boxOfDrawn([x, y, x, y]);
    return target.writeGeometries([{ type: "Point", coordinates: [west, south] }]);
  }
  const [left = 0, bottom = 0, right = 0, top = 0] = transformExtent(extent, mapProjection, "EPSG:4326");
  if (right - left <= 0 || top - bottom <= 0) return undefined;
  const written = new GeoJSON().writeGeometryObject(geometry, {
    ...{ dataProjection: "EPSG:4326", featureProjection: mapProjection, decimals: 7 },
  });
  return target.writeRing(ringOf(written));
}

const mostFileBytes = 5_000_000;

function fileControl(tools: Tools): HTMLElement {
  const input = element("input", { type: "file", accept: ".geojson,.json,.kml,application/geo+json" });
  input.addEventListener("change", async () => {
    const [file] = input.files ?? [];
    if (file === undefined) return;
    if (file.size > mostFileBytes) {
      tools.status.textContent = `Nothing was taken: found ${file.size} bytes, wanted at most ${mostFileBytes}.`;
      return;
    }
    await takeText(tools, await file.text(), /\.kml$/i.test(file.name));
    input.value = "";
  });
  return element(
    "label",
    { class: "choice map-file" },
    element("span", { class: "muted" }, "From a GeoJSON or KML file"),
    input,
  );
}

function pasteControl(tools: Tools): HTMLElement {
  const text = element("textarea", { rows: "3", class: "code", "aria-label": "GeoJSON to take the box of" });
  const take = button("Take its box", () => void takeText(tools, text.value, /^\s*</.test(text.value)));
  return element("details", {}, element("summary", {}, "Paste GeoJSON"), text, take);
}

async function takeText({ target, writing, status, fit }: Tools, text: string, isKml: boolean): Promise<void> {
  try {
    const read = isKml ? (await import("../read-kml.ts")).readKml(text) : readText(text);
    const features = read?.features ?? [];
    // A box is made of what is meant; any other value is written as the file has it.
    const taken = (isAcross: boolean) =>
      features.flatMap((one) => (target.isBox ? drawnGeometry(one, isAcross) : one.geometry) ?? []);
    const geometries = taken(false);
    if (geometries.length === 0) {
      status.textContent = "Nothing was taken: found no geometry, wanted GeoJSON or KML with some.";
      return;
    }
    writing(() => target.writeGeometries(geometries));
    fit();
    const open = target.isBox && read?.crs === undefined ? countOpen(features) : 0;
    if (open === 0) return;
    const press = button(acrossWords.take, () => {
      writing(() => target.writeGeometries(taken(true)));
      fit();
    });
    status.append(` ${acrossWords.asWritten(open)} `, press);
  } catch (error) {
    status.textContent = error instanceof Error ? error.message : String(error);
  }
}
