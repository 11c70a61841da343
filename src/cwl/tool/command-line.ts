import { fullText, isNumber } from "../../domain/values/exact-number.ts";
import { doubleOf, isJsonObject, isList, type Json } from "../../domain/values/json.ts";
import { inField } from "../document/load/failed-field.ts";
import type { CommandLineBinding, CommandLineTool, CwlType } from "../document/schema.ts";
import { evaluate, type Scope } from "../javascript/expression.ts";
import { CwlFailure } from "../values/failure.ts";
import { isFileObject, pathOf } from "../values/file-object.ts";
import { jsonText } from "../values/json-text.ts";
import { matchType } from "../values/types.ts";

/** A place in the order of arguments: positions, indexes and names, from the outside in. */
export type SortKey = readonly (number | string)[];

/** One argument; `isQuoted` matters only to a shell. */
export type Argument = { readonly text: string; readonly isQuoted: boolean };

/** What one binding adds. The name of the parameter or field breaks ties. */
type Part = { readonly key: SortKey; readonly name: string; readonly arguments: readonly Argument[] };

/** Builds the command line of a tool (CWL v1.2 CommandLineTool 4.1): baseCommand, then all bindings in the order of their keys. */
export function buildCommandLine(tool: CommandLineTool, scope: Scope): readonly Argument[] {
  const fromArguments = tool.arguments.map((binding, index): Part => {
    return inField(["arguments", index], () => {
      const value = binding.valueFrom === undefined ? null : evaluate(binding.valueFrom, scope);
      return { key: [position(binding, scope), index], name: "", arguments: bindArguments(binding, value) };
    });
  });
  const fromInputs = tool.inputs.flatMap((input) => {
    const value = scope.inputs[input.id] ?? null;
    return inField(["inputs", input.id, "inputBinding"], () =>
      bindValue({ name: input.id, scope }, input.type, value, input.inputBinding, [], input.id),
    );
  });
  const parts = [...fromArguments, ...fromInputs].toSorted(
    (a, b) => compareKeys(a.key, b.key) || compareKeys([a.name], [b.name]),
  );
  const base = tool.baseCommand.map((text) => ({ text, isQuoted: true }));
  return [...base, ...parts.flatMap((part) => part.arguments)];
}

/** Joins arguments to one line for a shell. What is not quoted the shell reads. */
export function shellLine(line: readonly Argument[]): string {
  return line.map(({ text, isQuoted }) => (isQuoted ? `'${text.replaceAll("'", "'\\''")}'` : text)).join(" ");
}

/** Orders keys part by part: numbers before strings, a key before the longer ones that begin with it. */
export function compareKeys(a: SortKey, b: SortKey): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return 1;
    if (typeof left === "number" && typeof right === "number") {
      if (left !== right) return left - right;
    } else if (typeof left === "number") return -1;
    else if (typeof right === "number") return 1;
    else if (left !== right) return left < right ? -1 : 1;
  }
  return a.length - b.length;
}

type BindContext = { readonly name: string; readonly scope: Scope };

/** Binds a value and what is inside it. `above` is the key so far, `tail` the value's name or index in it. */
function bindValue(
  context: BindContext,
  declared: CwlType,
  value: Json,
  binding: CommandLineBinding | undefined,
  above: SortKey,
  tail: number | string,
): readonly Part[] {
  if (value === null) return [];
  const { name } = context;
  const scope = { ...context.scope, self: value };
  const type = matchType(declared, value) ?? declared;
  const own = binding ?? typeBinding(type);
  // A level without a binding adds nothing to the key.
  const key = own === undefined ? above : [...above, position(own, scope), tail];
  if (own?.valueFrom !== undefined) {
    return [{ key, name, arguments: bindArguments(own, evaluate(own.valueFrom, scope)) }];
  }
  const prefix = own === undefined ? [] : [{ key, name, arguments: bindPrefix(own) }];
  if (type.kind === "array" && isList(value) && own?.itemSeparator === undefined) {
    if (value.length === 0) return [];
    const ofItems = itemBinding(type.inputBinding, binding);
    return [...prefix, ...value.flatMap((item, index) => bindValue(context, type.items, item, ofItems, key, index))];
  }
  if (type.kind === "record" && isJsonObject(value)) {
    const fields = type.fields.flatMap((field) => {
      const member = value[field.name] ?? null;
      return bindValue({ ...context, name: field.name }, field.type, member, field.inputBinding, key, field.name);
    });
    return [...prefix, ...fields];
  }
  return own === undefined ? [] : [{ key, name, arguments: bindArguments(own, value) }];
}

/** The binding of a type's own; that of an array belongs to its items. */
function typeBinding(type: CwlType): CommandLineBinding | undefined {
  return type.kind === "enum" || type.kind === "record" ? type.inputBinding : undefined;
}

/** Items of a bound array are bound plainly unless the array type says how. */
function itemBinding(
  ofItems: CommandLineBinding | undefined,
  ofArray: CommandLineBinding | undefined,
): CommandLineBinding | undefined {
  if (ofItems !== undefined || ofArray === undefined) return ofItems;
  return { position: 0, separate: true, shellQuote: ofArray.shellQuote };
}

function position(binding: CommandLineBinding, scope: Scope): number {
  if (typeof binding.position === "number") return binding.position;
  const value = evaluate(binding.position, scope);
  if (value === null) return 0;
  const number = doubleOf(value);
  if (number !== undefined) return number;
  throw new CwlFailure(
    `Cannot order arguments by "${binding.position}": found ${JSON.stringify(value)}, wanted an integer`,
  );
}

function bindPrefix(binding: CommandLineBinding): readonly Argument[] {
  if (binding.prefix === undefined) return [];
  return [{ text: binding.prefix, isQuoted: binding.shellQuote }];
}

/** Writes one value with its prefix. */
function bindArguments(binding: CommandLineBinding, value: Json): readonly Argument[] {
  if (value === null || value === false) return [];
  if (value === true) return bindPrefix(binding);
  if (isList(value)) {
    if (value.length === 0) return [];
    const { itemSeparator } = binding;
    if (itemSeparator !== undefined) {
      return withPrefix(binding, [flattened(value).map(argumentText).join(itemSeparator)]);
    }
    const texts = value.map(argumentText);
    return withPrefix({ ...binding, separate: true }, texts);
  }
  if (isJsonObject(value) && !isFileObject(value)) return bindPrefix(binding);
  return withPrefix(binding, [argumentText(value)]);
}

/** What a list in a list holds stands among the other items, as far as a list can say that its items are lists. */
function flattened(value: Json): readonly Json[] {
  return isList(value) ? value.flatMap(flattened) : [value];
}

function withPrefix(binding: CommandLineBinding, texts: readonly string[]): readonly Argument[] {
  const { prefix, separate, shellQuote } = binding;
  const joined = prefix !== undefined && !separate ? texts.map((text) => `${prefix}${text}`) : texts;
  const first = prefix !== undefined && separate ? [prefix] : [];
  return [...first, ...joined].map((text) => ({ text, isQuoted: shellQuote }));
}

/** Writes a value as one argument. */
export function argumentText(value: Json): string {
  if (typeof value === "string") return value;
  if (isNumber(value)) return fullText(value);
  if (isFileObject(value)) {
    const path = pathOf(value);
    if (path !== undefined) return path;
  }
  return jsonText(value);
}
