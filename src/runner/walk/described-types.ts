import { alternativesOf, isOfType } from "../../domain/processes/described.ts";
import type { Process } from "../../domain/processes/process.ts";
import { isJsonObject, type JsonObject } from "../../domain/values/json.ts";
import { mediaTypeOf, unknownMediaType } from "../../domain/values/media-type.ts";
import type { OutputValue, OutputValues } from "../../domain/values/values.ts";

/**
 * Gives the files of a package the media type that its description promises: the only one that it names, unless the file
 * itself is known to be of one of the described types.
 */
export function withPromisedTypes(
  process: Pick<Process, "description" | "definition">,
  values: OutputValues,
): OutputValues {
  if (process.definition.kind !== "cwl") return values;
  const { outputs } = process.description;
  const entries = Object.entries(values).map(([id, value]): [string, OutputValue] => {
    const types = promisedTypes(outputs[id]?.schema ?? {});
    return [id, types.length === 0 ? value : withType(value, types)];
  });
  return Object.fromEntries(entries);
}

function withType(value: OutputValue, types: readonly string[]): OutputValue {
  switch (value.kind) {
    case "list":
      return { ...value, items: value.items.map((item) => withType(item, types)) };
    case "file": {
      const own = value.mediaType ?? mediaTypeOf(value.basename);
      const [mediaType] = types;
      if (mediaType === undefined || types.some((type) => isOfType(own, type))) return value;
      return { ...value, mediaType };
    }
    case "record":
    case "directory":
    case "madeDirectory":
    case "value":
    case "link":
      return value;
    default:
      return value satisfies never;
  }
}

/** Descriptions of earlier versions called all bytes unknown that nobody had named. */
function promisedTypes(schema: JsonObject): readonly string[] {
  const whole = schema.type === "array" && isJsonObject(schema.items) ? schema.items : schema;
  return alternativesOf(whole).flatMap(({ contentMediaType: type, contentEncoding }) =>
    typeof type !== "string" || type.endsWith("/*") || (type === unknownMediaType && contentEncoding === "binary")
      ? []
      : [type],
  );
}
