import type { JsonObject } from "../../domain/values/json.ts";
import { isJsonObject } from "../../domain/values/json.ts";
import { inField } from "../document/load/failed-field.ts";
import type { ExpressionTool } from "../document/schema.ts";
import { evaluate } from "../javascript/expression.ts";
import { type Call, callName } from "../run/call.ts";
import { completeCall } from "../run/complete-call.ts";
import { requireReadable } from "../run/readable.ts";
import { evaluating, type RunContext } from "../run/run-context.ts";
import { runtimeObject } from "../run/runtime.ts";
import { CwlFailure } from "../values/failure.ts";
import { outputFault } from "../values/types.ts";

/** Runs an ExpressionTool: its expression gives the output object. Throws CwlFailure when it does not fit the outputs. */
export async function runExpressionTool(run: RunContext, call: Call, tool: ExpressionTool): Promise<JsonObject> {
  const { requirements, scope } = await completeCall(run, call);
  const value = await evaluating(run, () => {
    const runtime = runtimeObject(requirements, scope, { outdir: "", tmpdir: "" });
    return inField(["expression"], () => evaluate(tool.expression, { ...scope, runtime }));
  });
  if (!isJsonObject(value)) {
    throw new CwlFailure(
      `Cannot finish ${callName(call)}: found ${JSON.stringify(value)}, wanted an output object`,
      {},
      {
        field: ["expression"],
      },
    );
  }
  await requireReadable(run.readable, value);
  const outputs = tool.outputs.map((output) => {
    const given = (Object.hasOwn(value, output.id) ? value[output.id] : null) ?? null;
    const fault = outputFault(output.type, given);
    if (fault !== undefined) {
      throw new CwlFailure(`Cannot collect output "${output.id}": ${fault}`, {}, { field: ["outputs", output.id] });
    }
    return [output.id, given] as const;
  });
  return Object.fromEntries(outputs);
}
