import type { JsonObject } from "../../domain/values/json.ts";
import { effectiveRequirements } from "../document/requirements.ts";
import type { Requirements } from "../document/schema.ts";
import type { Scope } from "../javascript/expression.ts";
import type { Call } from "./call.ts";
import { completeInputs } from "./inputs.ts";
import { withOwnFiles } from "./own-files.ts";
import { evaluating, javascriptOf, type RunContext } from "./run-context.ts";

/** A process with what counts for it, and the scope of its expressions. */
export type CompleteCall = { readonly requirements: Requirements; readonly scope: Scope };

/** Completes the inputs of a process that is about to run. Throws CwlFailure for one that does not fit. */
export async function completeCall(run: RunContext, call: Call): Promise<CompleteCall> {
  const { process, around } = call;
  const requirements = effectiveRequirements(process, around);
  const javascript = javascriptOf(run, requirements);
  const inputs: JsonObject = await completeInputs(process, withOwnFiles(run.layout, run.executionId, call.inputs), {
    ...javascript,
    evaluating: (work) => evaluating(run, work),
    broaderFormats: run.broaderFormats,
    // CWL v1.1: what is listed by default changed from everything to nothing.
    listing: requirements.loadListing ?? (process.version === "v1.0" ? "deep_listing" : "no_listing"),
    readable: run.readable,
    discovers: call.path === "",
  });
  run.facts?.noteInputs(call, inputs);
  return { requirements, scope: { inputs, self: null, runtime: {}, version: process.version, ...javascript } };
}
