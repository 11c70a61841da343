import type { JsonObject } from "../../../domain/values/json.ts";
import { isJsonObject } from "../../../domain/values/json.ts";
import type { CwlVersion, Requirements } from "../schema.ts";
import type { Field } from "./field.ts";
import { expandName, type LoadContext } from "./load-context.ts";
import { describedFields } from "./load-parameters.ts";
import { loadHints, loadRequirements } from "./load-requirements.ts";

/** The members that every process may have. */
export const processMembers: readonly string[] = [
  "class",
  "id",
  "label",
  "doc",
  "inputs",
  "outputs",
  "requirements",
  "hints",
  "cwlVersion",
  "intent",
];

/** Reads what tools and workflows share, all but inputs and outputs. */
export function processFields(
  context: LoadContext,
  id: string,
  field: Field,
): {
  id: string;
  version: CwlVersion;
  label?: string;
  doc?: string;
  requirements: Requirements;
  hints: Requirements;
  extensions: JsonObject;
} {
  return {
    id,
    version: context.version,
    ...describedFields(field),
    requirements: loadRequirements(context, field),
    hints: loadHints(context, field),
    extensions: { ...context.extensions, ...loadExtensions(context, field) },
  };
}

/** Reads the fields of other vocabularies, by their full names. */
export function loadExtensions(context: Pick<LoadContext, "namespaces">, field: Field): JsonObject {
  if (!isJsonObject(field.value)) return {};
  const foreign = Object.entries(field.value).filter(([name]) => name.includes(":"));
  return Object.fromEntries(foreign.map(([name, value]) => [expandName(context, name), value]));
}
