import { defined } from "../../../domain/defined.ts";
import { Problem } from "../../../domain/problem.ts";
import type { Process } from "../../../domain/processes/process.ts";
import { loadJson } from "../load/load.ts";
import type { CwlDocument } from "../schema.ts";

/** Reads a package as its run does; undefined for what cannot be read any more, which lets its jobs fail with words of their own. */
export function readKept(definition: Extract<Process["definition"], { kind: "cwl" }>): CwlDocument | undefined {
  const { main, steps } = definition;
  const options = { main, isDeployed: true, allowsSecretsHint: true };
  try {
    return loadJson(definition.document, { ...options, ...defined({ steps }) }).cwl;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return undefined;
  }
}
