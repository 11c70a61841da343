import { pointer } from "../../domain/faults.ts";
import type { Fault } from "../../domain/problem.ts";
import type { InputDefinition, Process } from "../../domain/processes/process.ts";
import { isJsonObject } from "../../domain/values/json.ts";
import { defaultItems } from "../../engines/inputs/default-inputs.ts";
import { createInputCheck } from "../../engines/inputs/input-check.ts";

/** Words which defaults of a description no request could be completed with: by its own schema, or by the CWL's types. */
export function defaultFaults(process: Process, fromCwl: Readonly<Record<string, InputDefinition>>): readonly Fault[] {
  const { description } = process;
  const checks = [createInputCheck(process), createInputCheck({ ...process, description: asListed(process, fromCwl) })];
  return Object.entries(description.inputs).flatMap(([id, definition]) => {
    const at = pointer("/processDescription/inputs", id, "schema", "default");
    const faults: Fault[] = [];
    for (const item of defaultItems(process, id, definition, { faults, pointer: at })) {
      if (item.kind === "reference" && /^vault:/i.test(item.href)) {
        faults.push({ pointer: at, detail: "found an uploaded file, wanted a file that every caller may read" });
      }
      const ofItem = checks.map((check) => check.item(id, item, at)).find((found) => found.length > 0);
      faults.push(...(ofItem ?? []));
    }
    return faults;
  });
}

/** What the CWL takes, where it is written as one list as the description does. */
function asListed(
  { description }: Process,
  fromCwl: Readonly<Record<string, InputDefinition>>,
): Process["description"] {
  const inputs = Object.entries(fromCwl).map(([id, definition]): [string, InputDefinition] => {
    const isOneValue = definition.maxOccurs === "unbounded" && description.inputs[id]?.maxOccurs === 1;
    const isList =
      isOneValue && isJsonObject(definition.schema) && Array.isArray(description.inputs[id]?.schema.default);
    return [id, isList ? { ...definition, schema: { type: "array", items: definition.schema } } : definition];
  });
  return { ...description, inputs: Object.fromEntries(inputs) };
}
