import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import type { CwlType, Expression, SecondaryFile, ToolOutput } from "../document/schema.ts";
import { evaluateString, type Scope } from "../javascript/expression.ts";
import { mapInTurns } from "../javascript/in-turns.ts";
import type { Evaluating } from "../javascript/javascript.ts";
import { withSecondaryFiles } from "../run/secondary-files.ts";
import { CwlFailure } from "../values/failure.ts";
import { isFileObject, pathOf, secondaryFilesOf, withPath } from "../values/file-object.ts";
import { asTyped, matchType, outputFault } from "../values/types.ts";
import { type Bounds, locateInside, settle } from "./output-bounds.ts";

/** What evaluates the expressions of an output. */
type Evaluated = { readonly scope: Scope; readonly evaluating: Evaluating };

/** Checks the value of an output against its type and the bounds, and adds formats and secondary files. Throws CwlFailure naming the field that is wrong; `missing`: where it was looked for in vain. */
export async function finishValue(
  evaluated: Evaluated,
  bounds: Bounds,
  output: ToolOutput,
  { value, missing }: { readonly value: Json; readonly missing: string },
): Promise<Json> {
  const fault = outputFault(output.type, value);
  if (fault !== undefined) {
    const part =
      missing !== ""
        ? ["outputBinding", "glob"]
        : output.outputBinding?.outputEval === undefined
          ? []
          : ["outputBinding", "outputEval"];
    throw new CwlFailure(`${fault}${missing}`, {}, { field: ["outputs", output.id, ...part] });
  }
  const name = `output "${output.id}"`;
  return finishTyped({ evaluated, bounds, name }, output.type, output, asTyped(output.type, value));
}

type Finishing = { readonly evaluated: Evaluated; readonly bounds: Bounds; readonly name: string };

/** What is said of the files of an output, or of a record's field. */
type OutputDemands = {
  readonly format?: Expression;
  readonly formats?: readonly Expression[];
  readonly secondaryFiles: readonly SecondaryFile[];
};

async function finishTyped(at: Finishing, declared: CwlType, demands: OutputDemands, value: Json): Promise<Json> {
  const type = matchType(declared, value) ?? declared;
  if (isList(value)) {
    const items = type.kind === "array" ? type.items : type;
    return mapInTurns(value, (item) => finishTyped(at, items, demands, item));
  }
  if (isFileObject(value)) return finishFile(at, demands, value);
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).map(async ([name, member]) => {
    const field = type.kind === "record" ? type.fields.find((candidate) => candidate.name === name) : undefined;
    return [name, await finishTyped(at, field?.type ?? type, field ?? demands, member)] as const;
  });
  return Object.fromEntries(await Promise.all(members));
}

async function finishFile(at: Finishing, demands: OutputDemands, object: JsonObject): Promise<JsonObject> {
  const { evaluated, bounds, name } = at;
  const located = await locateInside(bounds, withPath(object));
  if (located.class === "Directory") return settle(bounds, located);
  const scope: Scope = { ...evaluated.scope, self: located };
  const template = demands.format ?? demands.formats?.[0];
  const { contents, ...file } = located;
  const kept = pathOf(object) === undefined && contents !== undefined ? located : file;
  const whole = await evaluated.evaluating(() => {
    const format = template === undefined ? undefined : evaluateString(template, scope, "format");
    return withSecondaryFiles(format === undefined ? kept : { ...kept, format }, demands.secondaryFiles, scope, {
      isRequired: false,
      discovers: true,
      name,
      readable: { roots: [bounds.outdir, ...bounds.given], found: new Set() },
    });
  });
  const secondary = secondaryFilesOf(whole).map(async (secondary) =>
    settle(bounds, await locateInside(bounds, secondary)),
  );
  const secondaryFiles = await Promise.all(secondary);
  return settle(bounds, secondaryFiles.length === 0 ? whole : { ...whole, secondaryFiles });
}
