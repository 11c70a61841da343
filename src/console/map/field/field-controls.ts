import type { AreaForm } from "../../../pages/form/field.ts";
import type { Box, Position } from "../antimeridian.ts";
import type { Geometry, Shown } from "../read-features.ts";

/** What a field says of places. */
export type Said = {
  /** What to draw. */
  readonly geometries: readonly Geometry[];
  /** The same, with the boxes that the document says of them; absent where none can be said. */
  readonly shown?: readonly Shown[];
  /** The reference system of its coordinates, when it is not longitude and latitude. */
  readonly crs?: string;
  /** The box in degrees that was drawn, where its numbers in another system are those of a larger one around it. */
  readonly drawn?: Box;
  /** What its reference system is called, where that is not told by `crs`. */
  readonly system?: string;
  /** It is written as the sides of a box. */
  readonly isBox?: boolean;
  /** Why nothing, or not all, is drawn. */
  readonly fault?: string;
  /** What else there is to say of it. */
  readonly note?: string;
};

export type Control = HTMLInputElement | HTMLTextAreaElement;

/** A value of a form, whatever controls hold it. */
export type Target = {
  /** It holds boxes only. */
  readonly isBox: boolean;
  /** The controls that are looked at, or what they stand in. */
  readonly controls: readonly HTMLElement[];
  readonly read: () => Said;
  readonly takesAreas: boolean;
  readonly takesPoints: boolean;
  /** Writes a box; gives what is wrong with it, when it is not written. So do the next two. */
  readonly writeBox: (box: Box) => string | undefined;
  /** Writes the area inside corners that were drawn. */
  readonly writeRing: (ring: readonly Position[]) => string | undefined;
  /** Writes a point that was set, or what a file has. */
  readonly writeGeometries: (geometries: readonly Geometry[]) => string | undefined;
  readonly clear: () => void;
  /** How what is drawn is written, where a person may choose it. */
  readonly forms?: {
    readonly offered: readonly AreaForm[];
    readonly now: () => AreaForm;
    /** Writes what the control holds, and all that is drawn later, in a form; gives what is wrong, as the others do. */
    readonly choose: (form: AreaForm) => string | undefined;
  };
};

/** Finds a control of the page by the name that the form sends it by. */
export function controlOf(name: string): Control | undefined {
  return [...document.querySelectorAll<Control>("input, textarea")].find((one) => one.name === name);
}

/** Writes into a control as a person does: whoever listens to it hears of it. */
export function write(control: Control | HTMLSelectElement | undefined, text: string): void {
  if (control === undefined || control.value === text) return;
  control.value = text;
  for (const kind of ["input", "change"]) control.dispatchEvent(new Event(kind, { bubbles: true }));
}
