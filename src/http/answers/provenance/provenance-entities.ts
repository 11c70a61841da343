import { isJsonObject, isList, type Json, type JsonObject } from "../../../domain/values/json.ts";
import { absoluteReference, type OutputLocations } from "../../../domain/values/results.ts";
import type { Result } from "../../../domain/values/values.ts";
import { type Attributes, type ProvWriter, provName } from "./provenance-records.ts";

export type ResultWriting = { readonly prov: ProvWriter; readonly locations: OutputLocations };

const longestValue = 4096;

/** Formats a value as an attribute; a long one is told by its length. */
export function shortValue(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= longestValue ? text : `(${text.length} characters of JSON)`;
}

/** Lists the occurrences of an input as a run kept it. */
export function occurrences(value: Json): readonly Json[] {
  if (value === null) return [];
  return isList(value) && value.length > 0 && value.every((one) => isFile(one)) ? value : [value];
}

/** Tells whether a value is a file or directory of CWL. */
export function isFile(value: Json): value is JsonObject {
  return isJsonObject(value) && (value.class === "File" || value.class === "Directory");
}

/** A value with the files in it, as entities. */
export type ValueEntity = { readonly entity: string; readonly parts: readonly string[] };

/** Adds the entity of a value as a run kept it: a file is the same wherever it is named, any other value stands by itself. */
export function addValue(prov: ProvWriter, value: Json, key: string, more: Attributes = {}): ValueEntity | undefined {
  if (value === null) return undefined;
  if (isFile(value)) {
    const entity = addFile(prov, value, key, more);
    return { entity, parts: [entity] };
  }
  const files = (isList(value) ? value : []).filter((one) => isFile(one));
  const entity = prov.element("entity", key, {
    ...more,
    ...(files.length > 0 ? { "prov:type": provName("prov:Collection") } : { "prov:value": shortValue(value) }),
  });
  const members = files.map((file, index) => addFile(prov, file, `${key} ${index}`, {}));
  return { entity: collection(prov, entity, members), parts: [entity, ...members] };
}

function addFile(prov: ProvWriter, file: JsonObject, key: string, more: Attributes): string {
  const { basename, location, size, sha256, secondaryFiles } = file;
  const text = (value: Json | undefined) => (typeof value === "string" ? value : undefined);
  const entity = prov.element("entity", text(location) === undefined ? key : `file ${location} ${sha256}`, {
    "prov:type": provName(file.class === "Directory" ? "prov:Collection" : "heddle:File"),
    "prov:label": text(basename),
    "prov:atLocation": text(location),
    "heddle:size": typeof size === "number" ? size : undefined,
    "heddle:sha256": text(sha256),
    ...more,
  });
  for (const [index, other] of (isList(secondaryFiles) ? secondaryFiles : []).entries()) {
    if (!isFile(other)) continue;
    const member = addFile(prov, other, `${key} secondary ${index}`, {});
    prov.relate("wasDerivedFrom", { "prov:generatedEntity": member, "prov:usedEntity": entity });
  }
  return entity;
}

/** Adds the entity of a result, with what is in it. */
export function addResult(writing: ResultWriting, result: Result, key: string, label: string): string {
  const { prov, locations } = writing;
  const add = (attributes: Attributes) => prov.element("entity", key, { "prov:label": label, ...attributes });
  switch (result.kind) {
    case "value":
      return add({ "prov:value": shortValue(result.value), "heddle:mediaType": result.mediaType });
    case "link":
      return add({ "prov:type": provName("heddle:Reference"), "prov:atLocation": result.href });
    case "file":
      return add({
        "prov:type": provName("heddle:File"),
        "prov:atLocation": absoluteReference(result.reference, locations),
        "heddle:size": result.sizeBytes,
        "heddle:sha256": result.sha256,
        "heddle:mediaType": result.mediaType,
      });
    case "directory":
      return collection(
        prov,
        add({
          "prov:type": provName("prov:Collection"),
          "prov:atLocation": absoluteReference(result.reference, locations),
        }),
        result.files.map(({ path, sizeBytes, sha256, mediaType }) =>
          prov.element("entity", `${key} ${path}`, {
            "prov:type": provName("heddle:File"),
            "prov:label": path,
            "heddle:size": sizeBytes,
            "heddle:sha256": sha256,
            "heddle:mediaType": mediaType,
          }),
        ),
      );
    case "list":
      return collection(
        prov,
        add({ "prov:type": provName("prov:Collection") }),
        result.items.map((one, index) => addResult(writing, one, `${key} ${index}`, `${label}[${index}]`)),
      );
    case "record":
      return collection(
        prov,
        add({ "prov:type": provName("prov:Collection") }),
        Object.entries(result.members).map(([name, one]) =>
          addResult(writing, one, `${key} ${name}`, `${label}.${name}`),
        ),
      );
    default:
      return result satisfies never;
  }
}

function collection(prov: ProvWriter, entity: string, members: readonly string[]): string {
  for (const member of members) prov.relate("hadMember", { "prov:collection": entity, "prov:entity": member });
  return entity;
}
