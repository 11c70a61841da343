import { nearNames } from "../../domain/words/near-names.ts";
import { doubt, type Field } from "./load/field.ts";
import { parseTemplate } from "./load/template.ts";

/** The most names that a note lists, and the most inputs of one text that it tells of. */
const maxNames = 20;

/**
 * Notes each input that an expression names and that there is not: it is null, or an error, whenever it is evaluated. In a document
 * with other faults it is one of them.
 * `known` are the ids of the inputs that the expressions see, which stand in texts of `fields`.
 */
export function noteUnknownInputs(fields: Iterable<Field>, known: ReadonlySet<string>): void {
  const told = new Set<string>();
  for (const field of fields) {
    // A type with a name is read wherever it is used.
    const place = field.place.join("/");
    if (typeof field.value !== "string" || told.has(place)) continue;
    told.add(place);
    const unknown = new Map<string, string>();
    for (const { name, text } of namedInputs(field.value)) {
      if (!known.has(name) && !(name in Object.prototype) && unknown.size < maxNames) unknown.set(name, text);
    }
    for (const [name, text] of unknown) {
      // Inputs that could not be read at all are one fault, and not one more for each of their names.
      doubt(field, `found ${text}, and no input "${name}"; ${meant(name, known)}`, known.size > 0);
    }
  }
}

function meant(name: string, known: ReadonlySet<string>): string {
  const near = nearNames(name, known).slice(0, 3);
  if (near.length > 0) return `did you mean ${near.map((one) => `"${one}"`).join(" or ")}?`;
  const names = [...known];
  const more = names.length > maxNames ? `, and ${names.length - maxNames} more` : "";
  return names.length === 0
    ? "there are no inputs here"
    : `the inputs here are ${names.slice(0, maxNames).join(", ")}${more}`;
}

type Named = { readonly name: string; readonly text: string };

function namedInputs(template: string): readonly Named[] {
  return parseTemplate(template).flatMap((segment): readonly Named[] => {
    if (segment.kind === "text") return [];
    if (segment.kind === "script") return namedInScript(segment.text);
    const [first, name] = segment.path;
    return first === "inputs" && typeof name === "string" ? [{ name, text: segment.text }] : [];
  });
}

/** A script may have `inputs` of its own, as a variable or a parameter: then nothing is said. */
const ownInputs = [/\b(?:var|let|const|function)\s+inputs\b/, /\binputs\s*=(?!=)/, /[({[,]\s*inputs\s*[)}\],]/];

/** Finds `inputs.name` in JavaScript, outside of texts and comments, where it is read and not set. */
function namedInScript(text: string): readonly Named[] {
  const code = withoutTexts(text);
  if (ownInputs.some((pattern) => pattern.test(code))) return [];
  const found = code.matchAll(/(?<![\p{L}\p{N}_$.])inputs\.([\p{L}_$][\p{L}\p{N}_$]*)(?![\p{L}\p{N}_$]|\s*=(?!=))/gu);
  return [...found].flatMap(([whole, name]) => (name === undefined ? [] : [{ name, text: `${whole} in JavaScript` }]));
}

/** Leaves out comments and what stands in quotes. */
function withoutTexts(code: string): string {
  return code.replaceAll(/\/\*.*?(?:\*\/|$)|\/\/[^\n]*|(["'`])(?:\\.|(?!\1)[^\\])*(?:\1|$)/gs, '""');
}
