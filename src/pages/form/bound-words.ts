import type { AreaForm, Shape } from "./field.ts";

const boxOrder = "West, south, east and north; the west is more than the east over the antimeridian";

/** Says what of values a field takes, in words below it: bounds with their unit, how many rows, the order of a box. */
export function boundsOf(shape: Shape, unit: string | undefined): readonly string[] {
  switch (shape.kind) {
    case "number":
      return numberBounds(shape, unit, shape.isWhole ? "A whole number" : "A number");
    case "text":
      return shape.control === "date-time"
        ? ["Date and time in UTC"]
        : shape.control === "box"
          ? areaWords(shape.forms)
          : [];
    case "rows":
      return [
        ...(shape.isBox === true ? [boxOrder] : []),
        ...(shape.item.kind === "number" ? numberBounds(shape.item, unit, "Each") : []),
        `${shape.least} ${shape.most === Number.POSITIVE_INFINITY ? "or more" : `to ${shape.most}`} values; empty rows are left out`,
      ];
    default:
      return [];
  }
}

/** Tells how an area is typed. */
function areaWords(forms: readonly AreaForm[] = ["numbers"]): readonly string[] {
  if (!forms.includes("numbers")) return ["Longitudes stand before latitudes"];
  return forms.length === 1 ? [boxOrder] : [`As four numbers: ${boxOrder[0]?.toLowerCase()}${boxOrder.slice(1)}`];
}

/** Tells which numbers are taken, in the unit that they have. */
function numberBounds(
  { minimum, maximum }: Extract<Shape, { kind: "number" }>,
  unit: string | undefined,
  what: string,
): readonly string[] {
  const measured = (bound: string) => (unit === undefined ? bound : `${bound} ${unit}`);
  const bounds = [
    ...(minimum === undefined ? [] : [`at least ${measured(minimum)}`]),
    ...(maximum === undefined ? [] : [`at most ${measured(maximum)}`]),
  ];
  return bounds.length === 0 ? [] : [`${what}, ${bounds.join(", ")}`];
}
