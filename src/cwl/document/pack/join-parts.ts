import { defined } from "../../../domain/defined.ts";
import { broaderFormatsName } from "../../../domain/processes/format-names.ts";
import type { JsonObject } from "../../../domain/values/json.ts";
import type { BroaderFormats } from "../../values/broader-formats.ts";
import type { Place, Source } from "../load/source.ts";

/** A process of the packed document, and where it stood. */
export type Part = { readonly id: string; readonly value: JsonObject; readonly source: Source; readonly place: Place };

/** What a package's files gave. */
export type Parts = {
  readonly parts: readonly Part[];
  readonly namespaces: ReadonlyMap<string, string>;
  readonly broaderFormats: BroaderFormats;
  /** Members of other vocabularies that stand beside the processes. */
  readonly extensions: JsonObject;
};

/** Builds the packed document, in which each value still knows the file it stood in. */
export function joinParts(packed: Parts, main: Part | undefined): Source {
  const version = main?.value.cwlVersion;
  const shared = {
    ...defined({ cwlVersion: version }),
    ...(packed.broaderFormats.size === 0 ? {} : { [broaderFormatsName]: broaderJson(packed.broaderFormats) }),
    ...packed.extensions,
    ...(packed.namespaces.size === 0 ? {} : { $namespaces: Object.fromEntries(packed.namespaces) }),
  };
  const parts = packed.parts.map(({ value }) => {
    const { cwlVersion, ...rest } = value;
    return cwlVersion === version || cwlVersion === undefined ? rest : value;
  });
  const [only] = parts;
  const isSingle = parts.length === 1 && only !== undefined;
  return {
    value: isSingle ? { ...shared, ...only } : { ...shared, $graph: parts },
    locate: (place) => {
      const [first, index, ...rest] = place;
      const isInPart = first === "$graph" && typeof index === "number";
      const part = isSingle ? packed.parts[0] : isInPart ? packed.parts[index] : main;
      return part === undefined ? "" : part.source.locate([...part.place, ...(isInPart && !isSingle ? rest : place)]);
    },
  };
}

function broaderJson(formats: BroaderFormats): JsonObject {
  return Object.fromEntries([...formats].map(([name, broader]) => [name, [...broader]]));
}
