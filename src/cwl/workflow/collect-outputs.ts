import type { Json, JsonObject } from "../../domain/values/json.ts";
import { inField } from "../document/load/failed-field.ts";
import type { Workflow } from "../document/schema.ts";
import { linkValue } from "../run/link-value.ts";
import { CwlFailure } from "../values/failure.ts";
import { outputFault } from "../values/types.ts";

/** Takes the outputs of a workflow from the values of its inputs and steps. Throws CwlFailure for one of another type. */
export function collectWorkflowOutputs(workflow: Workflow, values: ReadonlyMap<string, Json>): JsonObject {
  const outputs = workflow.outputs.map((output) => {
    const field = ["outputs", output.id, "outputSource"];
    const value = inField(field, () => linkValue(output.link, values));
    const fault = outputFault(output.type, value);
    if (fault !== undefined) throw new CwlFailure(`Cannot collect output "${output.id}": ${fault}`, {}, { field });
    return [output.id, value] as const;
  });
  return Object.fromEntries(outputs);
}
