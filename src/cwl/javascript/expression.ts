import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import { nearNames } from "../../domain/words/near-names.ts";
import { parseTemplate, type Segment } from "../document/load/template.ts";
import type { CwlVersion, Expression } from "../document/schema.ts";
import { CwlFailure, packageFault } from "../values/failure.ts";
import { jsonText } from "../values/json-text.ts";

/** What parameter references can see. */
export type Scope = {
  readonly inputs: JsonObject;
  readonly self: Json;
  readonly runtime: JsonObject;
  readonly version: CwlVersion;
  /** Evaluates JavaScript; absent where InlineJavascriptRequirement does not stand. */
  readonly javascript?: JavaScript;
  /** Is told what each expression gives, where somebody wants to know. */
  readonly tell?: (line: string) => void;
  /** Is told what is valid and hardly meant. */
  readonly warn?: (line: string) => void;
};

/** Evaluates the body of a function in a scope. */
export type JavaScript = (body: string, scope: Scope) => Json;

/** Evaluates a template. One expression alone keeps its type; among text, values are written as text (strings as they are, others as JSON). */
export function evaluate(template: Expression, scope: Scope): Json {
  return evaluateWhole(/\$[({]/.test(template) ? template.trim() : template, scope);
}

/** Evaluates a template whose blanks count: with any around it, an expression is a part of a text. */
export function evaluateWhole(template: Expression, scope: Scope): Json {
  const segments = parseTemplate(template);
  if (!segments.some((segment) => segment.kind !== "text")) return segments.map((segment) => segment.text).join("");
  const [only] = segments;
  if (only !== undefined && segments.length === 1) return evaluateSegment(only, scope);
  return segments
    .map((segment) => evaluateSegment(segment, scope))
    .map((value) => (typeof value === "string" ? value : jsonText(value)))
    .join("");
}

/** Evaluates a template that must give a string. */
export function evaluateString(template: Expression, scope: Scope, field: string): string {
  const value = evaluate(template, scope);
  if (typeof value === "string") return value;
  throw packageFault(`Cannot evaluate ${field} "${template}": found ${JSON.stringify(value)}, wanted a string`);
}

function evaluateSegment(segment: Segment, scope: Scope): Json {
  switch (segment.kind) {
    case "text":
      return segment.text;
    case "reference":
      return told(segment.text, resolveReference(segment.path, segment.text, scope), scope);
    case "script":
      return told(segment.text, runScript(segment.text, scope), scope);
    default:
      return segment satisfies never;
  }
}

/** The most of a value that is told. */
const maxTold = 1_000;

function told(text: string, value: Json, { tell }: Scope): Json {
  tell?.(`Evaluated ${text} to ${JSON.stringify(value).slice(0, maxTold)}`);
  return value;
}

/** Runs `$(expression)` or `${ body }` (CWL v1.2 CommandLineTool 3.2). */
function runScript(text: string, scope: Scope): Json {
  if (scope.javascript === undefined) {
    throw packageFault(
      `Cannot evaluate ${text}: found JavaScript without InlineJavascriptRequirement, wanted a parameter reference`,
    );
  }
  const inner = text.slice(2, -1);
  try {
    return scope.javascript(text.startsWith("${") ? inner : `return (${inner}\n);`, scope);
  } catch (error) {
    if (!(error instanceof CwlFailure)) throw error;
    throw packageFault(`Cannot evaluate ${text}: ${error.message}${unknownText(text, scope)}`, { cause: error.cause });
  }
}

/** Follows a reference (CWL v1.2 CommandLineTool 3.1.1, the algorithm in eight steps). */
function resolveReference(path: readonly (string | number)[], text: string, scope: Scope): Json {
  const [first, ...rest] = path;
  const context: JsonObject = { inputs: scope.inputs, self: scope.self, runtime: scope.runtime, null: null };
  let value = context[String(first)] ?? null;
  for (const [index, key] of rest.entries()) {
    const next = lookUp(value, key, index === rest.length - 1);
    // JavaScript has its own answer: undefined is null, a member of null an error.
    if (next === undefined && scope.javascript !== undefined) {
      const result = runScript(text, scope);
      if (first === "inputs" && index === 0 && result === null) {
        scope.warn?.(`${text} is null, as it found nothing at "${key}"${nearText(value, key)}`);
      }
      return result;
    }
    if (next === undefined)
      throw packageFault(`Cannot evaluate ${text}: found nothing at "${key}"${nearText(value, key)}`);
    value = next;
  }
  return value;
}

/** Words which inputs a script names that there are not. */
function unknownText(text: string, { inputs }: Scope): string {
  const named = [...text.matchAll(/\binputs(?:\.([\p{L}_$][\p{L}\p{N}_$]*)|\[(["'])([^"'\\]+)\2\])/gu)];
  const unknown = new Set(named.map(([, symbol, , quoted]) => symbol ?? quoted ?? ""));
  const words = [...unknown].flatMap((name) =>
    Object.hasOwn(inputs, name) || name in Object.prototype
      ? []
      : [`; inputs has no "${name}"${nearText(inputs, name)}`],
  );
  return words.join("");
}

/** The most names that a message lists. */
const maxNames = 20;

/** Words the names that somebody may have meant, else those that there are. */
function nearText(value: Json, key: string | number): string {
  if (!isJsonObject(value))
    return isList(value) ? ` of ${value.length} items` : `, as it is ${JSON.stringify(value).slice(0, 80)}`;
  const names = Object.keys(value);
  const [near] = nearNames(String(key), names);
  if (near !== undefined) return `, did you mean "${near}"?`;
  const more = names.length > maxNames ? `, and ${names.length - maxNames} more` : "";
  return names.length === 0
    ? ", as there is nothing in it"
    : `, wanted one of ${names.slice(0, maxNames).join(", ")}${more}`;
}

function lookUp(value: Json, key: string | number, isLast: boolean): Json | undefined {
  if (typeof key === "number") return isList(value) || typeof value === "string" ? value[key] : undefined;
  if (isLast && key === "length" && isList(value)) return value.length;
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
