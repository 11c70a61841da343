import type { Expression } from "../schema.ts";

/** A part of a template. A reference's path starts with `inputs`, `self`, `runtime` or `null`. */
export type Segment =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "reference"; readonly path: readonly (string | number)[]; readonly text: string }
  | { readonly kind: "script"; readonly text: string };

/** Tells whether a template holds JavaScript: anything but parameter references. */
export function holdsScript(template: Expression): boolean {
  return parseTemplate(template).some((segment) => segment.kind === "script");
}

/** After so many expressions that are not closed, what follows is text too. */
const maxUnclosed = 20;

/** Splits a template into text and expressions. An expression that is not closed is text. */
export function parseTemplate(template: string): readonly Segment[] {
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
