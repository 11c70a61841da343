import type { Source } from "../../cwl/document/load/source.ts";
import { broaderFormatsName } from "../../domain/processes/format-names.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";

type Part = { readonly value: JsonObject; readonly source: Source; readonly place: readonly (string | number)[] };

/**
 * Joins the documents of several units to one: a `$graph` of all their processes, each with its own version and prefixes.
 * Each value still knows where it stood. What is no document stays in the graph, where loading tells of it.
 */
export function joinSources(sources: readonly Source[]): Source {
  const parts = sources.flatMap(partsOf);
  const documents = sources.flatMap(({ value }) => (isJsonObject(value) ? [value] : []));
  const version = documents.find(({ cwlVersion }) => cwlVersion !== undefined)?.cwlVersion;
  const shared = {
    ...(version === undefined ? {} : { cwlVersion: version }),
    ...extensionsOf(documents),
    ...merged("$namespaces", documents),
    ...merged(broaderFormatsName, documents),
  };
  return {
    value: { ...shared, $graph: parts.map(({ value }) => value) },
    locate([first, index, ...rest]) {
      const part = first === "$graph" && typeof index === "number" ? parts[index] : parts[0];
      return part === undefined ? "" : part.source.locate([...part.place, ...rest]);
    },
  };
}

function partsOf(source: Source): readonly Part[] {
  const { value } = source;
  if (!isJsonObject(value)) return [];
  const { $graph: graph, $schemas: _schemas, [broaderFormatsName]: _broader, ...document } = value;
  if (!isList(graph)) return [{ value: document, source, place: [] }];
  const { cwlVersion, $namespaces } = document;
  const around = {
    ...(cwlVersion === undefined ? {} : { cwlVersion }),
    ...($namespaces === undefined ? {} : { $namespaces }),
  };
  return graph.flatMap((one, index) =>
    isJsonObject(one) ? [{ value: { ...around, ...one }, source, place: ["$graph", index] }] : [],
  );
}

/** What graphs say of themselves beside their processes, in other vocabularies. */
function extensionsOf(documents: readonly JsonObject[]): JsonObject {
  const graphs = documents.filter(({ $graph: graph }) => graph !== undefined).toReversed();
  const members = graphs.flatMap((graph) => Object.entries(graph).filter(([name]) => name.includes(":")));
  return Object.fromEntries(members);
}

/** Of what several documents say of one name, the first one counts. */
function merged(name: string, documents: readonly JsonObject[]): JsonObject {
  const all: Record<string, Json> = {};
  for (const document of documents.toReversed()) {
    const found = document[name];
    if (isJsonObject(found)) Object.assign(all, found);
  }
  return Object.keys(all).length === 0 ? {} : { [name]: all };
}
