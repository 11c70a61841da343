import { readKept } from "../../cwl/document/pack/read-kept.ts";
import type { Process } from "../../domain/processes/process.ts";
import type { DeployDeps } from "./deploy-process.ts";

/** Words which images of a deployed process nothing here can have now, a line for each tool; empty where none are looked for. Fetches none. */
export async function lackedImages(
  { imageWarnings }: Pick<DeployDeps, "imageWarnings">,
  { definition }: Pick<Process, "definition">,
): Promise<readonly string[]> {
  if (imageWarnings === undefined || definition.kind !== "cwl") return [];
  const document = readKept(definition);
  return document === undefined ? [] : imageWarnings(document);
}
