import { defined } from "../../../domain/defined.ts";
import { typeFault } from "../../values/types.ts";
import type { InputParameter, SecondaryFile, ToolOutput } from "../schema.ts";
import {
  docText,
  type Entry,
  entries,
  type Field,
  fault,
  isPresent,
  member,
  optionalString,
  refuseUnknownMembers,
} from "./field.ts";
import { expandName, type LoadContext, optionalExpression, shortName, since } from "./load-context.ts";
import { checkLocations, loadDemands, loadOutputBinding, loadSecondaryFiles } from "./load-files.ts";
import { loadOptionalBinding, loadType } from "./load-types.ts";

const parameterMembers = ["id", "label", "doc", "type", "secondaryFiles", "streamable", "format"];
const inputMembers = [...parameterMembers, "default", "inputBinding"];

/** Reads the inputs of a process. */
export function loadInputs(context: LoadContext, process: Field): readonly InputParameter[] {
  return parameters(process, "inputs").map((entry) => loadInput(context, entry));
}

function loadInput(context: LoadContext, { id, field }: Entry): InputParameter {
  refuseUnknownMembers(field, [...inputMembers, ...since(context, "v1.1", ["loadContents", "loadListing"])]);
  const type = member(field, "type");
  const isStdin = type.value === "stdin" && since(context, "v1.1", ["stdin"]).length > 0;
  const fallback = member(field, "default");
  checkLocations(context, fallback);
  const inputBinding = loadOptionalBinding(context, field);
  const parameter: InputParameter = {
    id,
    type: isStdin ? { kind: "File" } : loadType(context, type),
    ...describedFields(field),
    ...(isPresent(fallback) ? { default: fallback.value ?? null } : {}),
    ...loadDemands(context, field),
    isStdin,
    ...defined({ inputBinding }),
  };
  if (parameter.default !== undefined && parameter.default !== null) {
    const wrong = typeFault(parameter.type, parameter.default);
    if (wrong !== undefined) fault(fallback, wrong);
  }
  return parameter;
}

/** Reads the outputs of a tool. */
export function loadToolOutputs(context: LoadContext, process: Field): readonly ToolOutput[] {
  return parameters(process, "outputs").map(({ id, field }) => {
    refuseUnknownMembers(field, [...parameterMembers, "outputBinding"]);
    const type = member(field, "type");
    const stream = type.value === "stdout" || type.value === "stderr" ? type.value : undefined;
    const outputBinding = loadOutputBinding(context, member(field, "outputBinding"));
    return {
      ...outputFields(context, id, field),
      type: stream === undefined ? loadType(context, type) : { kind: "File" },
      ...defined({ outputBinding, stream }),
    };
  });
}

/** Reads what the outputs of tools and workflows share, all but the type. */
export function outputFields(
  context: LoadContext,
  id: string,
  field: Field,
): { id: string; label?: string; doc?: string; format?: string; secondaryFiles: readonly SecondaryFile[] } {
  const format = optionalExpression(context, field, "format");
  return {
    id,
    ...describedFields(field),
    secondaryFiles: loadSecondaryFiles(context, member(field, "secondaryFiles")),
    ...(format === undefined ? {} : { format: expandName(context, format) }),
  };
}

/** The members that the outputs of tools and workflows share. */
export const outputMembers: readonly string[] = parameterMembers;

/** Reads label and doc. */
export function describedFields(field: Field): { label?: string; doc?: string } {
  const label = optionalString(field, "label");
  const doc = docText(field);
  return defined({ label, doc });
}

/** Reads inputs, outputs or steps: short ids, each only once. */
export function parameters(process: Field, name: string, shorthand: string | undefined = "type"): readonly Entry[] {
  const field = member(process, name);
  if (!isPresent(field)) {
    fault(field, "found nothing, wanted a list or a map (it may be empty)");
    return [];
  }
  const found = entries(field, "id", shorthand).map((entry) => ({ ...entry, id: shortName(entry.id) }));
  const seen = new Set<string>();
  for (const entry of found) {
    if (seen.has(entry.id)) fault(entry.field, `found "${entry.id}" twice, wanted each id once`);
    if (entry.id === "") fault(entry.field, "found an empty id, wanted a name");
    seen.add(entry.id);
  }
  return found;
}
