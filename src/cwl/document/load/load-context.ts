import { defined } from "../../../domain/defined.ts";
import type { JsonObject } from "../../../domain/values/json.ts";
import { type CwlVersion, cwlVersions, type Expression, type ListingMode, listingModes } from "../schema.ts";
import { asString, type Field, isPresent, member, optionalWord } from "./field.ts";
import { holdsScript } from "./template.ts";

/** What the reading of a document's parts needs to know of the whole. */
export type LoadContext = {
  readonly version: CwlVersion;
  /** Prefix to IRI. */
  readonly namespaces: Readonly<Record<string, string>>;
  /** What the document says of itself beside its processes, by full names: it counts for each of them. */
  readonly extensions: JsonObject;
  /** Whether a File of the document itself may name a file of this machine. */
  readonly allowsLocalFiles: boolean;
  /** Whether a hint that asks for secret inputs is noted, and not refused. */
  readonly allowsSecretsHint: boolean;
  /** Where steps, their inputs and workflow outputs stand, by path: `main/clean/table`. Filled while reading. */
  readonly fields: Map<string, Field>;
  /** Types with a name (SchemaDefRequirement) that can be used here. */
  readonly types: ReadonlyMap<string, Field>;
  /** Names of types that are being read: none may hold itself. */
  readonly openTypes: readonly string[];
  /** How many parts named types may still be written out to: types that hold others twice double with each. */
  readonly typeParts: { left: number };
  /** Told of each expression that needs the JavaScript engine. */
  readonly foundScript: (field: Field) => void;
  /** Told of each text that may hold expressions. */
  readonly foundExpression: (field: Field) => void;
};

/** Reads an expression, or reports what is wrong with it. */
export function asExpression(context: LoadContext, field: Field, wanted = "a string"): Expression | undefined {
  const text = asString(field, wanted);
  if (text === undefined) return undefined;
  if (holdsScript(text)) context.foundScript(field);
  context.foundExpression(field);
  return text;
}

/** Reads an optional member that may hold expressions. */
export function optionalExpression(context: LoadContext, field: Field, name: string): Expression | undefined {
  const found = member(field, name);
  return isPresent(found) ? asExpression(context, found) : undefined;
}

/** Tells whether a text holds an expression; the engine is remembered to be needed when it does. */
export function holdsExpression(context: LoadContext, field: Field, text: string): boolean {
  if (!text.includes("$(") && !text.includes("${")) return false;
  if (holdsScript(text)) context.foundScript(field);
  context.foundExpression(field);
  return true;
}

/** Writes a name of another vocabulary in full: `iana:text/csv` with the prefix `iana`. */
export function expandName(context: Pick<LoadContext, "namespaces">, name: string): string {
  const colon = name.indexOf(":");
  const prefix = name.slice(0, colon);
  if (colon <= 0 || !Object.hasOwn(context.namespaces, prefix)) return name;
  return `${context.namespaces[prefix]}${name.slice(colon + 1)}`;
}

/** The last part of an identifier: `#main/step/out` is `out`. */
export function shortName(id: string): string {
  return id.slice(Math.max(id.lastIndexOf("#"), id.lastIndexOf("/")) + 1);
}

/** Tells whether a document's version is at least one. */
export function isSince(context: LoadContext, version: CwlVersion): boolean {
  return cwlVersions.indexOf(context.version) >= cwlVersions.indexOf(version);
}

/** Leaves out the names of members that a document's version does not know yet. */
export function since(context: LoadContext, version: CwlVersion, names: readonly string[]): readonly string[] {
  return isSince(context, version) ? names : [];
}

/** Reads `loadListing` when it is there. */
export function loadListingMode(field: Field): { loadListing?: ListingMode } {
  const loadListing = optionalWord(field, "loadListing", listingModes);
  return defined({ loadListing });
}
