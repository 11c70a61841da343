import { expressionFault } from "./expression.ts";
import { asString, type Field, fault, isPresent, member } from "./field.ts";
import type { CwlVersion, Expression } from "./schema.ts";

/** What the reading of a document's parts needs to know of the whole. */
export type LoadContext = {
  readonly version: CwlVersion;
  /** Prefix to IRI. */
  readonly namespaces: Readonly<Record<string, string>>;
  /** Whether a File of the document itself may name a file of this machine. */
  readonly allowsLocalFiles: boolean;
  /** Where steps, their inputs and workflow outputs stand, by path: `main/clean/table`. Filled while reading. */
  readonly fields: Map<string, Field>;
};

/** Reads an expression, or reports what is wrong with it. */
export function asExpression(context: LoadContext, field: Field, wanted = "a string"): Expression | undefined {
  const text = asString(field, wanted);
  if (text === undefined) return undefined;
  const trouble = expressionFault(text, context.version);
  if (trouble !== undefined) fault(field, trouble);
  return text;
}

/** Reads an optional member that may hold expressions. */
export function optionalExpression(context: LoadContext, field: Field, name: string): Expression | undefined {
  const found = member(field, name);
  return isPresent(found) ? asExpression(context, found) : undefined;
}

/** Writes a name of another vocabulary in full: `iana:text/csv` with the prefix `iana`. */
export function expandName(context: LoadContext, name: string): string {
  const colon = name.indexOf(":");
  const prefix = name.slice(0, colon);
  if (colon <= 0 || !Object.hasOwn(context.namespaces, prefix)) return name;
  return `${context.namespaces[prefix]}${name.slice(colon + 1)}`;
}

/** The last part of an identifier: `#main/step/out` is `out`. */
export function shortName(id: string): string {
  return id.slice(Math.max(id.lastIndexOf("#"), id.lastIndexOf("/")) + 1);
}
