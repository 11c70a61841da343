import { maxYamlValues, readValues } from "../../cwl/document/load/source.ts";
import { pointer } from "../../domain/faults.ts";
import { type Fault, Problem } from "../../domain/problem.ts";
import type { Process } from "../../domain/processes/process.ts";
import { type InputFile, readInputFile } from "../../domain/values/input-file.ts";
import { isJsonObject, type Json, type JsonObject, parseExact } from "../../domain/values/json.ts";
import { excessOfText, jsonBounds } from "../../domain/values/json-bounds.ts";
import type { InputChecks } from "../../engines/inputs/input-check.ts";
import { validateJobParameters } from "../submit/check-submission.ts";

/** A text of YAML or JSON, and what it is called. */
export type NamedText = { readonly text: string; readonly name: string };

/**
 * Reads a text that says the inputs of a process, in one of the forms that `readInputFile` of the domain knows, and judges those that it
 * says by the description of the process; what it does not say is not missed. Throws `invalid-parameter-value` for what cannot be read:
 * found no YAML, more values or levels than a request may hold, or no object.
 */
export function readInputsOfFile(
  { inputChecks }: { readonly inputChecks: InputChecks },
  process: Process,
  file: NamedText,
): InputFile & { readonly unfit: readonly Fault[] } {
  const value = parseInputFile(file);
  const read = readInputFile(value, Object.keys(process.description.inputs), file.name);
  return { ...read, unfit: unfitOf({ inputChecks }, process, read) };
}

/** Reads a text as the object that a file of inputs is, in YAML of at most so many values. Throws as `readInputsOfFile` does. */
export function parseInputFile(file: NamedText, maxValues = maxYamlValues): JsonObject {
  const value = parse(file, maxValues);
  if (isJsonObject(value)) return value;
  const found = Array.isArray(value) ? "a list" : value === null ? "nothing" : `a ${typeof value}`;
  throw refuse(file.name, `found ${found}, wanted an object by input`);
}

/** Programs write JSON, which may hold more than YAML; what only looks like it is read as YAML. */
function parse({ text, name }: NamedText, maxValues: number): Json {
  if (!/^\s*[{[]/.test(text)) return readValues(text, name, maxValues).value;
  const excess = excessOfText(text, jsonBounds);
  if (excess !== undefined) throw refuse(name, `found ${excess.found}, wanted fewer`);
  try {
    return parseExact(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return readValues(text, name, maxValues).value;
  }
}

function refuse(name: string, found: string): Problem {
  return new Problem("invalid-parameter-value", `Cannot read "${name}": ${found}`);
}

/** Only what the file says is judged, and nothing of which a part could not come along. */
function unfitOf(
  { inputChecks }: { readonly inputChecks: InputChecks },
  process: Process,
  { inputs, left }: InputFile,
): readonly Fault[] {
  const whole = Object.keys(inputs).map((id) => pointer("/inputs", id));
  const judged = whole.filter((at) => !left.some((one) => one.pointer === at));
  const options = { check: inputChecks.of(process) };
  const { faults } = validateJobParameters({ inputs: standing(inputs) }, process.description, options);
  return faults.filter((one) => judged.some((at) => one.pointer === at || one.pointer.startsWith(`${at}/`)));
}

/** CWL has no sign around an object that stands by itself: a form puts one there. */
function standing(inputs: InputFile["inputs"]): InputFile["inputs"] {
  const isForm = (value: object) => ["href", "value", "bbox"].some((name) => Object.hasOwn(value, name));
  const members = Object.entries(inputs).map(([id, value]): [string, Json] => {
    return [id, isJsonObject(value) && !isForm(value) ? { value } : value];
  });
  return Object.fromEntries(members);
}
