import type { Json } from "../../domain/values/json.ts";
import type { BoxSystems } from "./crs.ts";
import type { Places, Takes } from "./places.ts";

/** What a browser sends of a form: texts by the names of fields, in their order. */
export type FormValues = ReadonlyMap<string, readonly string[]>;

/** One of the values that a field offers, with the text that the form sends for it. */
export type Choice = { readonly text: string; readonly value: Json };

/** One of several shapes that a value may have. */
export type Alternative = { readonly title: string; readonly shape: Shape };

/** The members of a record that are a box: west, south, east and north, and the one of its reference system. */
export type Corners = { readonly ids: readonly string[]; readonly crs?: string };

/** What the four numbers of a box are called, in their order. */
export const boxCorners: readonly string[] = ["west", "south", "east", "north"];

/** How a text says an area: by the four numbers of a box, as well-known text (OGC 06-103r4), or as GeoJSON. */
export type AreaForm = "numbers" | "wkt" | "geojson";

/** How a value is entered. */
export type Shape =
  | {
      readonly kind: "text";
      readonly control: "text" | "lines" | "box" | "date" | "date-time";
      readonly maxLength?: number;
      /** How an area may be written, what is usual first; as four numbers only when absent. */
      readonly forms?: readonly AreaForm[];
    }
  | { readonly kind: "number"; readonly isWhole: boolean; readonly minimum?: string; readonly maximum?: string }
  | { readonly kind: "boolean" }
  | { readonly kind: "choice"; readonly choices: readonly Choice[]; readonly isSeveral: boolean }
  | {
      readonly kind: "rows";
      readonly item: Shape;
      readonly least: number;
      readonly most: number;
      /** Each row is a value of the input by itself, not an item of one list. */
      readonly isRepeated: boolean;
      /** Its numbers are the corners of a box. */
      readonly isBox?: boolean;
    }
  | { readonly kind: "group"; readonly members: readonly Field[]; readonly corners?: Corners }
  | { readonly kind: "alternatives"; readonly alternatives: readonly Alternative[] }
  | { readonly kind: "file"; readonly mediaTypes: readonly string[]; readonly takesText: boolean }
  /** `systems` are the reference systems that its schema lists. */
  | { readonly kind: "box"; readonly systems?: BoxSystems }
  /** `holds` says what of GeoJSON it is, `takes` which geometries where not all are taken. */
  | { readonly kind: "json"; readonly holds?: Places; readonly takes?: Takes };

/** An input of a process, or a member of one, as a form shows it. */
export type Field = {
  readonly id: string;
  readonly title: string;
  readonly about?: string;
  readonly unit?: string;
  readonly isRequired: boolean;
  /** What counts when nothing is entered. */
  readonly default?: Json;
  readonly shape: Shape;
};

/** Tells whether something of a field, or of what it holds, is marked as required. */
export function hasRequired({ isRequired, shape }: Pick<Field, "isRequired" | "shape">): boolean {
  return isRequired || holdsRequired(shape);
}

function holdsRequired(shape: Shape): boolean {
  if (shape.kind === "group") return shape.members.some(hasRequired);
  if (shape.kind === "rows") return holdsRequired(shape.item);
  return shape.kind === "alternatives" && shape.alternatives.some((one) => holdsRequired(one.shape));
}

/**
 * The parts of a field's name behind the name of its value, which is a JSON pointer. No token of a pointer has a tilde before
 * another letter: no member of a value can be called so.
 */
export const parts = {
  json: "/~json",
  choice: "/~choice",
  upload: "/~upload",
  address: "/~href",
  /** A file that was uploaded before, by the reference to it. */
  stored: "/~stored",
  content: "/~value",
  mediaType: "/~type",
  crs: "/~crs",
} as const;

/** Names the field of one of several alternatives. */
export function alternativeName(name: string, index: number): string {
  return `${name}/~of${index}`;
}

/** Names of the form's own fields. */
export const ownNames = {
  title: "~title",
  tags: "~tags",
  /** The outputs that were ticked. */
  output: "~output",
  /** Outputs as JSON. */
  outputs: "~outputs",
  mode: "~mode",
  priority: "~priority",
  pinned: "~pinned",
  mail: "~mail",
  doing: "~do",
  moreRows: "~more",
  /** The job that filled it in. */
  from: "~from",
  /** The fields that a file left as they were typed, and the button that empties them. */
  kept: "~kept",
  emptied: "~emptied",
  /** Which draft of the browser it is. */
  draft: "~draft",
} as const;

/** The parameter by which the address of a page names the draft that became what it shows. */
export const sentName = "sent";

/** Gives the text of a field; empty when the form says nothing of it. */
export function textIn(values: FormValues, name: string): string {
  return values.get(name)?.[0] ?? "";
}

/** Lists the numbers of the rows below a name that the form says anything of, in their order. */
export function rowsIn(values: FormValues, name: string): readonly number[] {
  const start = `${name}/`;
  const rows = new Set<number>();
  for (const key of values.keys()) {
    const [, digits] = key.startsWith(start) ? (/^(\d{1,4})(?:\/|$)/.exec(key.slice(start.length)) ?? []) : [];
    if (digits !== undefined) rows.add(Number(digits));
  }
  return [...rows].toSorted((one, other) => one - other);
}

/** Takes the token out of a reference to an upload: who has it may use the file, so that no text shows it. */
export function withoutToken(reference: string): string {
  return /^(vault:\/\/[^/#]+)[/#]/.exec(reference)?.[1] ?? reference;
}

/** Takes the tokens out of all references to uploads that a form sends. */
export function withoutTokens(values: FormValues): FormValues {
  return new Map(
    [...values].map(([name, texts]) => [name, name.endsWith(parts.stored) ? texts.map(withoutToken) : texts]),
  );
}
