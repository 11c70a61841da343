import { describeDocument, descriptionFaults } from "../../cwl/document/describe.ts";
import { loadJson } from "../../cwl/document/load/load.ts";
import type { CwlDocument } from "../../cwl/document/schema.ts";
import { defined } from "../../domain/defined.ts";
import { type Fault, Problem } from "../../domain/problem.ts";
import type { DeployedStep, Process } from "../../domain/processes/process.ts";
import type { Json } from "../../domain/values/json.ts";
import { defaultFaults } from "../submit/check-defaults.ts";
import { mergeInputs, mergeOutputs } from "./merge-description.ts";

/** A process of a CWL package, as it was written down when it was deployed. */
type Deployed = {
  readonly process: Process;
  readonly document: Json;
  readonly main?: string;
  readonly steps?: Readonly<Record<string, DeployedStep>>;
};

/** Words what of a deployed process would be refused today: parts of its package, then of its description, each with its place. */
export function outdatedParts({ process, document, main, steps }: Deployed): readonly string[] {
  const options = { isDeployed: true, allowsSecretsHint: true, ...defined({ main, steps }) };
  try {
    const { cwl } = loadJson(document, options);
    return [...cwl.outdated, ...descriptionParts(process, cwl)];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.faults.length === 0 ? [error.message] : error.faults.map(wordFault);
  }
}

/** The description is checked as if it were given again. */
function descriptionParts(process: Process, cwl: CwlDocument): readonly string[] {
  const faults: Fault[] = [];
  const fromCwl = describeDocument(cwl);
  const { inputs, outputs } = process.description;
  const merged = mergeInputs("/processDescription/inputs", inputs, fromCwl.inputs, {
    fileInputs: fromCwl.fileInputs,
    faults,
  });
  mergeOutputs("/processDescription/outputs", outputs, fromCwl.outputs, faults);
  if (faults.length === 0) {
    const description = { ...process.description, inputs: merged };
    faults.push(...defaultFaults({ ...process, description }, fromCwl.inputs));
  }
  return [...descriptionFaults(cwl), ...faults.map(wordFault)];
}

function wordFault({ pointer, detail }: Fault): string {
  return `${pointer}: ${detail}`;
}
