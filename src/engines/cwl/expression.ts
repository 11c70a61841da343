import { isJsonObject, type Json, type JsonObject } from "../../domain/json.ts";
import { nearNames } from "../../domain/near-names.ts";
import { CwlFailure } from "./failure.ts";
import { isList } from "./field.ts";
import { jsonText } from "./json-text.ts";
import type { CwlVersion, Expression } from "./schema.ts";

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

/** A part of a template. A reference's path starts with `inputs`, `self`, `runtime` or `null`. */
type Segment =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "reference"; readonly path: readonly (string | number)[]; readonly text: string }
  | { readonly kind: "script"; readonly text: string };

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
  throw new CwlFailure(`Cannot evaluate ${field} "${template}": found ${JSON.stringify(value)}, expected a string`);
}

/** Tells whether a template holds JavaScript: anything but parameter references. */
export function holdsScript(template: Expression): boolean {
  return parseTemplate(template).some((segment) => segment.kind === "script");
}

/** After so many expressions that are not closed, what follows is text too. */
const maxUnclosed = 20;

/** Splits a template into text and expressions. An expression that is not closed is text. */
function parseTemplate(template: string): readonly Segment[] {
  // Without an expression nothing is read in it: backslashes stay as they are.
  if (!template.includes("$(") && !template.includes("${"))
    return template === "" ? [] : [{ kind: "text", text: template }];
  const segments: Segment[] = [];
  let text = "";
  let at = 0;
  let unclosed = 0;
  while (at < template.length) {
    if (template[at] === "\\") {
      const escaped = readEscape(template, at);
      text += escaped.text;
      at += escaped.length;
      continue;
    }
    // Each that is not closed was looked through to the end of the template.
    const end = unclosed < maxUnclosed ? expressionEnd(template, at) : undefined;
    if (end === undefined) {
      if (template[at] === "$" && (template[at + 1] === "(" || template[at + 1] === "{")) unclosed += 1;
      text += template[at];
      at += 1;
      continue;
    }
    if (text !== "") segments.push({ kind: "text", text });
    text = "";
    segments.push(readExpression(template.slice(at, end)));
    at = end;
  }
  if (text !== "") segments.push({ kind: "text", text });
  return segments;
}

/**
 * CWL v1.2 CommandLineTool 3.2: `\$(` and `\${` are text, and so is the second of two backslashes. Earlier versions leave it
 * open, and the reference runner takes two for one there as well. Before anything else a backslash stays.
 */
function readEscape(template: string, at: number): { text: string; length: number } {
  const next = template.slice(at + 1, at + 3);
  if (next === "$(" || next === "${") return { text: next, length: 3 };
  if (next.startsWith("\\")) return { text: "\\", length: 2 };
  return { text: "\\", length: 1 };
}

/** Where the expression that begins here ends; undefined when none begins here. Brackets inside quotes do not count. */
function expressionEnd(template: string, start: number): number | undefined {
  if (template[start] !== "$") return undefined;
  const open = template[start + 1];
  if (open !== "(" && open !== "{") return undefined;
  const close = open === "(" ? ")" : "}";
  let depth = 0;
  let quote = "";
  // Where one comment has no end, no later one has.
  const endless = new Set<string>();
  for (let at = start + 1; at < template.length; at += 1) {
    const letter = template[at];
    if (quote !== "") {
      if (letter === "\\") at += 1;
      else if (letter === quote) quote = "";
    } else if (letter === '"' || letter === "'" || letter === "`") quote = letter;
    else if (letter === "\\") at += 1;
    else if (letter === "/" && (template[at + 1] === "/" || template[at + 1] === "*")) {
      const sign = template[at + 1] === "/" ? "\n" : "*/";
      const end = endless.has(sign) ? -1 : template.indexOf(sign, at + 2);
      if (end < 0) endless.add(sign);
      else at = end + sign.length - 1;
    } else if (letter === open) depth += 1;
    else if (letter === close) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

const contextNames = ["inputs", "self", "runtime", "null"];
const segmentPattern = /\.([\p{L}\p{N}_]+)|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]/uy;

/** Reads `$(inputs.name['part'][0])`; all else is a script. */
function readExpression(text: string): Segment {
  if (!text.startsWith("$(")) return { kind: "script", text };
  const inner = text.slice(2, -1).trim();
  const first = /^[\p{L}\p{N}_]+/u.exec(inner)?.[0];
  if (first === undefined || !contextNames.includes(first)) return { kind: "script", text };
  const path: (string | number)[] = [first];
  let at = first.length;
  while (at < inner.length) {
    segmentPattern.lastIndex = at;
    const match = segmentPattern.exec(inner);
    if (match === null) return { kind: "script", text };
    const [whole, symbol, single, double, index] = match;
    path.push(index === undefined ? (symbol ?? unquote(single ?? double ?? "")) : Number(index));
    at += whole.length;
  }
  return { kind: "reference", path, text };
}

function unquote(text: string): string {
  return text.replaceAll(/\\(.)/gs, "$1");
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
    throw new CwlFailure(
      `Cannot evaluate ${text}: found JavaScript without InlineJavascriptRequirement, expected a parameter reference`,
    );
  }
  const inner = text.slice(2, -1);
  try {
    return scope.javascript(text.startsWith("${") ? inner : `return (${inner}\n);`, scope);
  } catch (error) {
    if (!(error instanceof CwlFailure)) throw error;
    throw new CwlFailure(
      `Cannot evaluate ${text}: ${error.message}${unknownText(text, scope)}`,
      {},
      { cause: error.cause },
    );
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
      throw new CwlFailure(`Cannot evaluate ${text}: found nothing at "${key}"${nearText(value, key)}`);
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
    : `, expected one of ${names.slice(0, maxNames).join(", ")}${more}`;
}

function lookUp(value: Json, key: string | number, isLast: boolean): Json | undefined {
  if (typeof key === "number") return isList(value) || typeof value === "string" ? value[key] : undefined;
  if (isLast && key === "length" && isList(value)) return value.length;
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
