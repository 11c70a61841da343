import { areaFormOf } from "../../../pages/form/boxes.ts";
import { wgs84 } from "../../../pages/form/crs.ts";
import type { AreaForm } from "../../../pages/form/field.ts";
import { areaOfDrawn, type Box, type Position, readBox } from "../antimeridian.ts";
import type { Geometry } from "../read-features.ts";
import { fitted } from "../what-is-taken.ts";
import { boxWriters, saidOfBox } from "./box-targets.ts";
import { type Control, controlOf, type Said, type Target, write } from "./field-controls.ts";
import { excessOf, readText, saidOfRead } from "./field-said.ts";
import { readWellKnownText, writeWellKnownText } from "./well-known-text.ts";

const formNames: readonly AreaForm[] = ["numbers", "wkt", "geojson"];

/** What an input takes whose description says nothing of geometries. */
const all = { types: undefined, isBounded: false };

/**
 * Finds a text that says an area: as the four numbers of a box, or in one of the forms that its description names. What is drawn is
 * written as the text is now, or as a person chose.
 */
export function textTarget(name: string, { forms = "numbers" }: DOMStringMap): Target | undefined {
  const control = controlOf(name);
  if (control === undefined) return undefined;
  const offered = formNames.filter((form) => forms.split(" ").includes(form));
  const [usual = "numbers"] = forms.split(" ").flatMap((one) => formNames.find((form) => form === one) ?? []);
  let chosen: AreaForm | undefined;
  // Four numbers lose the shape that they are the box of: who goes back to another form gets it again.
  let before: { readonly numbers: string; readonly geometries: readonly Geometry[] } | undefined;
  const now = () => chosen ?? areaFormOf(control.value) ?? usual;
  const asBox = boxWriters((box) => writeNumbers(control, box));
  const writeGeometries = (geometries: readonly Geometry[]) => {
    const form = now();
    if (form === "numbers") return asBox.writeGeometries(geometries);
    const made = fitted(geometries, all, false);
    if ("fault" in made) return made.fault;
    const geometry = made.geometries.map(alone)[0];
    if (geometry !== undefined)
      write(control, form === "wkt" ? writeWellKnownText(geometry) : JSON.stringify(geometry));
    return undefined;
  };
  const writeRing = (ring: readonly Position[]) => {
    if (now() !== "numbers") return writeGeometries([areaOfDrawn(ring)]);
    return asBox.writeRing(ring) ?? (isRectangle(ring) ? undefined : boxWords);
  };
  return {
    ...{
      isBox: offered.length === 1 && usual === "numbers",
      controls: [control],
      takesAreas: true,
      takesPoints: false,
    },
    ...{ writeGeometries, writeRing },
    writeBox: (box) => (now() === "numbers" ? asBox.writeBox(box) : writeRing(ringOfBox(box))),
    read: () => said(control.value, offered),
    clear: () => write(control, ""),
    ...(offered.length > 1 ? { forms: { offered, now, choose } } : {}),
  };

  function choose(form: AreaForm): string | undefined {
    const text = control?.value ?? "";
    const { geometries, crs, isBox } = said(text, offered);
    chosen = form;
    // Numbers of another reference system are not those of the form that was chosen.
    if (geometries.length === 0 || crs !== undefined) return undefined;
    const fault = writeGeometries(before?.numbers === text ? before.geometries : geometries);
    if (form === "numbers" && isBox !== true) before = { numbers: control?.value ?? "", geometries };
    return fault;
  }
}

const boxWords =
  "The box around it was written: four numbers say no more of a shape. Choose another way beside “Written as”, and draw it again.";

function isRectangle(ring: readonly Position[]): boolean {
  const count = (values: readonly number[]) => new Set(values.map((value) => value.toFixed(6))).size;
  return ring.length === 4 && count(ring.map(([x]) => x)) === 2 && count(ring.map(([, y]) => y)) === 2;
}

/** One part of a kind needs no list of parts around it. */
function alone(geometry: Geometry): Geometry {
  if ("geometries" in geometry || geometry.type !== "MultiPolygon" || !Array.isArray(geometry.coordinates))
    return geometry;
  const [only, ...others]: readonly unknown[] = geometry.coordinates;
  return others.length === 0 ? { type: "Polygon", coordinates: only } : geometry;
}

/** Whatever the package writes between numbers stays there. */
function writeNumbers(control: Control, box: Box): string | undefined {
  const isNumbers = areaFormOf(control.value) === "numbers";
  const [, before = "", between = ","] = isNumbers ? (/^(\[?).*?\d(\s*,\s*|\s+)/.exec(control.value.trim()) ?? []) : [];
  write(control, `${before}${box.join(between)}${before === "[" ? "]" : ""}`);
  return undefined;
}

function ringOfBox([west, south, east, north]: Box): readonly Position[] {
  const turned = west <= east ? east : east + 360;
  return [
    [west, south],
    [turned, south],
    [turned, north],
    [west, north],
  ];
}

const formWords = {
  numbers: "four numbers",
  wkt: "well-known text (WKT)",
  geojson: "GeoJSON",
} as const satisfies Record<AreaForm, string>;

/** Names a form of an area. */
export function formText(form: AreaForm): string {
  return formWords[form];
}

function said(text: string, offered: readonly AreaForm[]): Said {
  if (text.trim() === "") return { geometries: [] };
  const fault = excessOf(text);
  if (fault !== undefined) return { geometries: [], fault };
  const form = areaFormOf(text) ?? (/^\s*\{/.test(text) ? "geojson" : undefined);
  const box = form === undefined || form === "numbers" ? readBox(text) : undefined;
  if (box !== undefined) return saidOfBox(box, wgs84);
  const read = form === "geojson" ? readText(text) : form === "wkt" ? readWellKnownText(text) : undefined;
  if (form !== undefined && read !== undefined) {
    const note = `It is written as ${formText(form)}, which the description of this input does not name.`;
    return { ...saidOfRead(read), ...(offered.includes(form) ? {} : { note }) };
  }
  if (offered.every((one) => one === "numbers"))
    return { geometries: [], fault: "Nothing is drawn yet: found no four numbers." };
  const wanted = offered.map(formText).join(", or ");
  return { geometries: [], fault: `Nothing is drawn yet: this is no area that the map can read, wanted ${wanted}.` };
}
