import { pointer } from "../../domain/faults.ts";
import type { AreaForm, Corners } from "./field.ts";
import type { Places, Takes } from "./places.ts";

/** What files of places are called where media types are told. */
const placeTypes: readonly string[] = ["application/geo+json", "application/vnd.geo+json"];

/** Tells whether a file of one of these media types has places. */
export function arePlaces(mediaTypes: readonly string[]): boolean {
  return mediaTypes.some((type) => placeTypes.includes(type));
}

/**
 * Marks where a script puts a map beside the controls of a value. Without one there is nothing: the controls say all, and all
 * can be done by them.
 */
export function MapView({
  kind,
  name,
  label,
  holds,
  takes,
  corners,
  least,
  systems,
  forms,
}: {
  readonly kind: "box" | "text" | "list" | "record" | "json" | "file" | "address";
  readonly name: string;
  readonly label: string;
  readonly holds?: Places;
  readonly takes?: Takes | undefined;
  /** The members of a record that are a box. */
  readonly corners?: Corners;
  /** How many numbers a list has at least. */
  readonly least?: number;
  /** The reference systems that a box may have; all when absent. */
  readonly systems?: readonly string[] | undefined;
  /** How a text may say an area. */
  readonly forms?: readonly AreaForm[] | undefined;
}) {
  const view = kind === "address" ? "address" : "field";
  return (
    <div
      class="view"
      data-view={view}
      data-field={kind}
      data-name={name}
      data-label={label}
      data-holds={holds}
      data-takes={takes?.types?.join(" ")}
      data-corners={corners === undefined ? undefined : JSON.stringify(corners.ids.map((id) => pointer("", id)))}
      data-crs={corners?.crs === undefined ? undefined : pointer("", corners.crs)}
      data-least={least}
      data-systems={systems === undefined ? undefined : JSON.stringify(systems)}
      data-forms={forms?.join(" ")}
      data-bounded={takes?.isBounded === true ? "yes" : undefined}
    />
  );
}
