import { isJsonObject, isList, type Json, type JsonObject } from "../../../domain/values/json.ts";
import { loadJson, type Package } from "./load.ts";

/**
 * Puts requirements of an input object (`cwl:requirements`) in the place of the main process's own of the same class
 * (CWL v1.2 CommandLineTool, Requirements and hints). Throws `invalid-parameter-value` for one that is not known.
 */
export function withOverrides(packed: Package, requirements: readonly JsonObject[]): Package {
  if (requirements.length === 0) return packed;
  const { document, cwl } = packed;
  const graph = document.$graph;
  const changed = isList(graph)
    ? {
        ...document,
        $graph: graph.map((process) => (isMain(process, cwl.main.id) ? override(process, requirements) : process)),
      }
    : override(document, requirements);
  const options = { main: cwl.main.id, allowsLocalFiles: true, allowsSecretsHint: true };
  return loadJson(changed, { ...options, prefix: "cwl:requirements: " });
}

function isMain(process: Json, id: string): process is JsonObject {
  return (
    isJsonObject(process) && typeof process.id === "string" && process.id.slice(process.id.lastIndexOf("#") + 1) === id
  );
}

function override(process: JsonObject, requirements: readonly JsonObject[]): JsonObject {
  const given = requirements.map(({ class: name, ...rest }) => [String(name), rest] as const);
  return { ...process, requirements: { ...byClass(process.requirements), ...Object.fromEntries(given) } };
}

function byClass(requirements: Json | undefined): JsonObject {
  if (isJsonObject(requirements)) return requirements;
  if (!isList(requirements)) return {};
  const named = requirements.filter(isJsonObject).map(({ class: name, ...rest }) => [String(name), rest] as const);
  return Object.fromEntries(named);
}
