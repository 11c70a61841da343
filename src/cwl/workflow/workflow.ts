import { begunKey, partsKey } from "../../domain/graph/workflow-graph.ts";
import { errorText } from "../../domain/problem.ts";
import type { DeployedStep } from "../../domain/processes/process.ts";
import type { Json, JsonObject } from "../../domain/values/json.ts";
import { neededSteps } from "../document/check.ts";
import { duringField, inField, located } from "../document/load/failed-field.ts";
import { type Surroundings, within } from "../document/requirements.ts";
import type { CwlProcess, Step, Workflow } from "../document/schema.ts";
import { evaluate, type Scope } from "../javascript/expression.ts";
import { type Call, callName } from "../run/call.ts";
import { completeCall } from "../run/complete-call.ts";
import { linkValue } from "../run/link-value.ts";
import type { Progress } from "../run/progress.ts";
import { requireReadable } from "../run/readable.ts";
import { evaluating, javascriptOf, patiently, type RunContext } from "../run/run-context.ts";
import { runExpressionTool } from "../tool/expression-tool.ts";
import { runTool } from "../tool/tool.ts";
import { atStep, CwlFailure } from "../values/failure.ts";
import { withContents } from "../values/file-contents.ts";
import { withListing } from "../values/file-listing.ts";
import { mapFiles } from "../values/file-object.ts";
import { withFacts } from "./call-facts.ts";
import { collectWorkflowOutputs } from "./collect-outputs.ts";
import { gatherOutputs, scatterInputs } from "./scatter.ts";
import { finishedStep, keepStep } from "./step-checkpoints.ts";

/** Runs a process to its outputs. */
export async function runProcess(run: RunContext, call: Call): Promise<JsonObject> {
  try {
    return await runAnywhere(run, call);
  } catch (error) {
    throw located(error, run.places, call.process.id, call.path === "");
  }
}

async function runAnywhere(run: RunContext, call: Call): Promise<JsonObject> {
  const { process } = call;
  const { requirements, hints, id } = process;
  const remote = requirements.remote ?? hints.remote ?? run.deployedSteps.get(id);
  const outputs = await withFacts(run, call, remote, () =>
    remote === undefined ? runByKind(run, call, process) : runRemote(run, call, remote),
  );
  call.progress.report(1);
  return outputs;
}

function runByKind(run: RunContext, call: Call, process: CwlProcess): Promise<JsonObject> {
  switch (process.kind) {
    case "tool":
      return runTool(run, call, process);
    case "expression":
      return patiently(run, () => runExpressionTool(run, call, process));
    case "workflow":
      return runWorkflow(run, call, process);
    case "operation":
      throw new CwlFailure(`Cannot run ${callName(call)}: found an Operation, wanted a tool or a workflow`);
    default:
      return process satisfies never;
  }
}

async function runRemote(run: RunContext, call: Call, definition: DeployedStep): Promise<JsonObject> {
  if (run.runRemoteStep === undefined) {
    throw new CwlFailure(`Cannot run ${callName(call)}: processes of other servers run in a server only`);
  }
  const { executionId, record, checkpoints, signal } = run;
  const { scope } = await patiently(run, () => completeCall(run, call));
  return run.runRemoteStep({
    executionId,
    path: call.shard === 0 ? call.path : `${call.path}[${call.shard}]`,
    definition,
    inputs: scope.inputs,
    outputs: call.process.outputs.map((output) => output.id),
    record,
    checkpoints,
    report: (fraction, message) => call.progress.report(fraction, message),
    signal,
  });
}

/** The workflow's inputs and the outputs of its finished steps. */
type Values = Map<string, Json>;

/**
 * Runs a workflow: each step as soon as the steps before it are done. The outputs of a step that finished in an earlier
 * life of the server come from its checkpoint. A failure stops the other steps of the run, or only those that need the
 * step that failed.
 */
async function runWorkflow(run: RunContext, call: Call, workflow: Workflow): Promise<JsonObject> {
  const { scope } = await patiently(run, () => completeCall(run, call));
  const values: Values = new Map(Object.entries(scope.inputs));
  const parts = call.progress.divide(workflow.steps.length);
  const running = new Map<string, Promise<void>>();
  const steps = new Map(
    workflow.steps.map((step, index) => [step.id, { step, progress: parts[index] ?? call.progress }]),
  );
  const start = (id: string): Promise<void> => {
    const known = running.get(id);
    if (known !== undefined) return known;
    const found = steps.get(id);
    const done = found === undefined ? Promise.resolve() : runAfterOthers(found);
    running.set(id, done);
    return done;
  };
  const runAfterOthers = async ({ step, progress }: { step: Step; progress: Call["progress"] }): Promise<void> => {
    await Promise.all(neededSteps(step).map(start));
    try {
      const outputs = await runStep(run, { ...call, progress }, step, { workflow, values });
      for (const output of step.outputs) values.set(`${step.id}/${output}`, outputs[output] ?? null);
    } catch (error) {
      throw failed(run, error);
    }
  };
  // Everything has ended before the failure is told: nothing of the run works on behind its back.
  const ends = await Promise.allSettled([...steps.keys()].map(start));
  throwFirst(ends);
  return collectWorkflowOutputs(workflow, values);
}

/** Tells of a failure: it stops all of the run, or is only written down, for whoever reads what became of the others. */
function failed(run: RunContext, error: unknown): unknown {
  if (!run.goesOnAfterFailure) run.fail(error);
  else if (!run.signal.aborted) run.record.log(`${errorText(error)}; what does not need it goes on`);
  return error;
}

function throwFirst(ends: readonly PromiseSettledResult<unknown>[]): void {
  const first = ends.find((end) => end.status === "rejected");
  if (first !== undefined) throw first.reason;
}

async function runStep(
  run: RunContext,
  above: Call,
  step: Step,
  { workflow, values }: { readonly workflow: Workflow; readonly values: Values },
): Promise<JsonObject> {
  const path = above.path === "" ? step.id : `${above.path}/${step.id}`;
  const process = run.processes.get(step.run);
  if (process === undefined) throw new CwlFailure(`Cannot run step "${path}": found no process "${step.run}"`);
  const finished = await finishedStep(run, path);
  if (finished !== undefined) {
    above.progress.report(1);
    return finished;
  }
  try {
    const around = within(within(above.around, workflow), step);
    const scope: Scope = {
      inputs: {},
      self: null,
      runtime: {},
      version: workflow.version,
      ...javascriptOf(run, { ...around.hints, ...around.requirements }),
    };
    const call: StepCall = { run, workflow: workflow.id, step, scope, process, path, around, progress: above.progress };
    const outputs = await runShards(call, await sourceInputs(call, values));
    await keepStep(run, path, outputs);
    run.record.log(`Finished ${callName({ path, shard: 0 })}`);
    return outputs;
  } catch (error) {
    throw run.signal.aborted ? error : atStep(located(error, run.places, workflow.id, false), path);
  }
}

type StepCall = {
  readonly run: RunContext;
  /** The id of its workflow. */
  readonly workflow: string;
  readonly step: Step;
  /** Of the workflow's expressions. */
  readonly scope: Scope;
  readonly process: CwlProcess;
  readonly path: string;
  readonly around: Surroundings;
  readonly progress: Progress;
};

/** Shards that are on their way at once, at least and at most; the slots bound how many of them run tools. */
const fewestShards = 64;
const mostShards = 2000;

/** Runs a step, once or for each item that it is scattered over. */
async function runShards(call: StepCall, inputs: JsonObject): Promise<JsonObject> {
  const { step, run } = call;
  if (step.scatter.length === 0) return runShard(call, inputs, { path: call.path, shard: 0, progress: call.progress });
  // What is skipped anyway need not have lists to scatter over.
  const isNothing = step.scatter.every((name) => inputs[name] === null);
  if (isNothing && step.when !== undefined && !(await isWanted(call, await valueInputs(call, inputs))))
    return skipped(step);
  const { shards, lengths } = inField(["steps", step.id, "scatter"], () => scatterInputs(step, inputs));
  await run.record.checkpoint(partsKey(call.path, shards.length), {}, { canWait: true });
  const parts = call.progress.divide(shards.length);
  const isTool = call.process.kind === "tool";
  // A tool may wait for a place to run: it notes its begin by itself.
  if (!isTool) await run.record.checkpoint(begunKey(call.path, run.clock.now()), {}, { canWait: true });
  const gathered: JsonObject[] = [];
  const failures: PromiseRejectedResult[] = [];
  let next = 0;
  const work = async () => {
    for (let shard = next; shard < shards.length; shard = next) {
      next += 1;
      run.signal.throwIfAborted();
      const own = isTool
        ? { path: call.path, shard, isPart: true, parts: shards.length }
        : { path: `${call.path}[${shard}]`, shard: 0 };
      const running = runKept(call, shards[shard] ?? {}, { ...own, progress: parts[shard] ?? call.progress });
      const [end] = await Promise.allSettled([running]);
      if (end.status === "fulfilled") gathered[shard] = end.value;
      else if (run.goesOnAfterFailure) failures.push(end);
      else throw failed(run, shardFailure(call, end.reason));
    }
  };
  const atOnce = Math.min(Math.max(fewestShards, run.executor.slots), mostShards, shards.length);
  const workers = Array.from({ length: atOnce }, work);
  throwFirst([...(await Promise.allSettled(workers)), ...failures]);
  const outputs = step.outputs.map((output) => {
    const values = gathered.map((shard) => shard[output] ?? null);
    return [output, gatherOutputs(values, lengths)] as const;
  });
  return Object.fromEntries(outputs);
}

/** What stops the run is told as it is: it names the step before it is handed on. */
function shardFailure({ run, workflow, path }: StepCall, error: unknown): unknown {
  return run.signal.aborted ? error : atStep(located(error, run.places, workflow, false), path);
}

type Shard = Pick<Call, "path" | "shard" | "isPart" | "parts" | "progress">;

/** Runs one shard, unless an earlier life of the server had finished it. */
async function runKept(call: StepCall, inputs: JsonObject, shard: Shard): Promise<JsonObject> {
  const { run } = call;
  const key = `${shard.path}[${shard.shard}]`;
  const finished = await finishedStep(run, key);
  if (finished !== undefined) return finished;
  const outputs = await runShard(call, inputs, shard);
  await keepStep(run, key, outputs);
  run.record.log(`Finished ${callName(shard)}`);
  return outputs;
}

async function runShard(call: StepCall, given: JsonObject, shard: Shard): Promise<JsonObject> {
  const inputs = await valueInputs(call, given);
  if (!(await isWanted(call, inputs))) {
    call.run.record.log(`Skipped ${callName(shard)}: its condition does not hold`);
    return skipped(call.step);
  }
  const { process, around } = call;
  return runProcess(call.run, { ...shard, process, around, inputs });
}

/** CWL v1.2 WorkflowStep, when: true or false, nothing else. */
async function isWanted({ run, step, scope }: StepCall, inputs: JsonObject): Promise<boolean> {
  const { when } = step;
  if (when === undefined) return true;
  const field = ["steps", step.id, "when"];
  const value = await duringField(field, () => evaluating(run, () => evaluate(when, { ...scope, inputs })));
  if (typeof value === "boolean") return value;
  const detail = `Cannot decide on "when": found ${JSON.stringify(value)}, wanted true or false`;
  throw new CwlFailure(detail, {}, { field });
}

function skipped(step: Step): JsonObject {
  return Object.fromEntries(step.outputs.map((output) => [output, null]));
}

/** Takes the inputs of a step from their sources, else their defaults. */
async function sourceInputs({ step, scope, around, run }: StepCall, values: Values): Promise<JsonObject> {
  const listing = around.requirements.loadListing ?? around.hints.loadListing;
  const sources = step.inputs.map((input) => duringField(["steps", step.id, "in", input.id], () => sourceInput(input)));
  return Object.fromEntries(await Promise.all(sources));

  async function sourceInput(input: Step["inputs"][number]): Promise<readonly [string, Json]> {
    const value = linkValue(input.link, values) ?? input.default ?? null;
    const mode = input.loadListing ?? listing ?? (scope.version === "v1.0" ? "deep_listing" : undefined);
    if (!input.loadContents && mode === undefined) return [input.id, value] as const;
    const load = (file: JsonObject): Promise<JsonObject> => {
      if (file.class === "Directory") return mode === undefined ? Promise.resolve(file) : withListing(file, mode);
      return input.loadContents ? withContents(file, scope.version) : Promise.resolve(file);
    };
    return [input.id, await patiently(run, () => mapFiles(value, load))] as const;
  }
}

/** Applies valueFrom, which sees all inputs as they were before any of them was changed. */
async function valueInputs({ step, scope, run }: StepCall, given: JsonObject): Promise<JsonObject> {
  if (!step.inputs.some((input) => input.valueFrom !== undefined)) return given;
  const changedValue = ({ id, valueFrom }: Step["inputs"][number]): Json => {
    const self = given[id] ?? null;
    if (valueFrom === undefined) return self;
    const field = ["steps", step.id, "in", id, "valueFrom"];
    return inField(field, () => evaluate(valueFrom, { ...scope, inputs: given, self }));
  };
  const changed = await evaluating(run, () => step.inputs.map((input) => [input.id, changedValue(input)] as const));
  const inputs = Object.fromEntries(changed);
  await patiently(run, () => requireReadable(run.readable, inputs));
  return inputs;
}
