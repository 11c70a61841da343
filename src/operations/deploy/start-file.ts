import { dirname, posix } from "node:path";
import { maxYamlValues, readSource } from "../../cwl/document/load/source.ts";
import { runsOf } from "../../cwl/document/pack/pack-run.ts";
import { Problem } from "../../domain/problem.ts";
import { decodeText } from "../../domain/values/charset.ts";
import { isJsonObject, type JsonObject } from "../../domain/values/json.ts";
import type { PackageFiles } from "../uploads/sent-files.ts";

/** Each file is parsed to be chosen from. */
const mostRead = 20;

/** Finds the file that is meant by what the files say: the only workflow, else the only one that no other runs. */
export function startByContent(files: PackageFiles, candidates: readonly string[]): string | undefined {
  if (candidates.length > mostRead) return undefined;
  const documents = candidates.map((path) => ({ path, document: documentOf(files, path) }));
  const [workflow, ...workflows] = documents.filter(({ document }) => document.class === "Workflow");
  if (workflow !== undefined && workflows.length === 0) return workflow.path;
  const run = new Set(
    documents.flatMap(({ path, document }) =>
      runsOf(document).map((reference) => posix.join(dirname(path), reference.replace(/#.*/, ""))),
    ),
  );
  const [free, ...others] = documents.filter(({ path }) => !run.has(path));
  return others.length === 0 ? free?.path : undefined;
}

/** A file that cannot be read says nothing here; what is wrong with it is told when it is deployed. */
function documentOf(files: PackageFiles, path: string): JsonObject {
  const decoded = decodeText(files.get(path) ?? new Uint8Array());
  if (decoded.kind !== "text") return {};
  try {
    const { value } = readSource(decoded.text, path, maxYamlValues);
    return isJsonObject(value) ? value : {};
  } catch (error) {
    if (error instanceof Problem) return {};
    throw error;
  }
}
