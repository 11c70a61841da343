import type { Fault } from "../../domain/problem.ts";
import { isBoxSchema } from "../../domain/processes/described.ts";
import type { InputDefinition, Process } from "../../domain/processes/process.ts";
import { isRepeated } from "../../domain/values/execution-inputs.ts";
import { readItem } from "../../domain/values/input-forms.ts";
import { isJsonObject, type Json } from "../../domain/values/json.ts";
import type { InputItem, Inputs } from "../../domain/values/values.ts";

type Described = Pick<Process, "description" | "fileInputs" | "definition">;

/**
 * Completes the inputs of a request with what the description promises for those that are not given. Another server
 * completes its own; it is told only those that must be there.
 */
export function withDefaults(process: Described, given: Inputs): Inputs {
  const added: Record<string, InputItem | readonly InputItem[]> = {};
  for (const [id, definition] of Object.entries(process.description.inputs)) {
    const { default: value } = definition.schema;
    if (Object.hasOwn(given, id) || value === undefined || value === null) continue;
    if (process.definition.kind === "remote" && definition.minOccurs === 0) continue;
    const items = defaultItems(process, id, definition);
    const [first] = items;
    if (isRepeated(definition)) added[id] = items;
    else if (first !== undefined) added[id] = first;
  }
  return { ...added, ...given };
}

/** Reads the default of an input as the items that a request would give; none when there is no default. */
export function defaultItems(
  { fileInputs }: Pick<Process, "fileInputs">,
  inputId: string,
  definition: InputDefinition,
  { faults, pointer }: { readonly faults: Fault[]; readonly pointer: string } = { faults: [], pointer: "" },
): readonly InputItem[] {
  const { schema } = definition;
  const { default: value } = schema;
  if (value === undefined || value === null) return [];
  const hasForms = fileInputs.includes(inputId) || isBoxSchema(schema);
  const values: readonly Json[] = isRepeated(definition) && Array.isArray(value) ? value : [value];
  return values.flatMap((one): readonly InputItem[] => {
    // The default of a value is that value; a file may be a link, and a box has a form of its own.
    if (!hasForms || !isJsonObject(one)) return [{ kind: "value", value: one }];
    const item = readItem(one, { pointer, takesBareObject: false, faults });
    return item === undefined ? [] : [item];
  });
}
