import { found } from "../domain/faults.ts";
import type { Process } from "../domain/processes/process.ts";
import type { EngineJudge } from "../engines/engine.ts";
import { readKept } from "./document/pack/read-kept.ts";
import type { CwlDocument, InputParameter } from "./document/schema.ts";
import { inputFault } from "./run/inputs.ts";
import { formatMediaType, isAmongFormats, mediaTypeFormat } from "./values/formats.ts";

/**
 * Reads from a package what a run of it holds inputs against, beyond the description: the formats of files, and the types of
 * CWL. Undefined for what is no package.
 */
export function judgeOfPackage({ definition }: Pick<Process, "definition">): EngineJudge | undefined {
  if (definition.kind !== "cwl") return undefined;
  let known: Wanted | undefined;
  const wanted = (): Wanted => {
    known ??= wantedOf(readKept(definition));
    return known;
  };
  return {
    format(inputId, mediaType) {
      const { parameters, broaderFormats } = wanted();
      const formats = parameters.get(inputId)?.formats ?? [];
      // What an expression wants is known when it was evaluated.
      if (formats.length === 0 || formats.some((format) => /\$[({]/.test(format))) return undefined;
      if (isAmongFormats(mediaTypeFormat(mediaType), formats, broaderFormats)) return undefined;
      const offered = formats.map((format) => formatMediaType(format) ?? format);
      return `found ${found(mediaType)}, wanted one of ${offered.join(", ")}`;
    },
    input(inputId, prepared) {
      const parameter = wanted().parameters.get(inputId);
      return parameter === undefined ? undefined : inputFault(parameter, prepared, { allowsLocalFiles: false });
    },
  };
}

/** What is kept of a package: its inputs, by their ids. */
type Wanted = Pick<CwlDocument, "broaderFormats"> & { readonly parameters: ReadonlyMap<string, InputParameter> };

function wantedOf(document: CwlDocument | undefined): Wanted {
  const { main, broaderFormats = {} } = document ?? {};
  return { parameters: new Map(main?.inputs.map((parameter) => [parameter.id, parameter])), broaderFormats };
}
