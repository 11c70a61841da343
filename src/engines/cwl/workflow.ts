import { stat } from "node:fs/promises";
import type { Json, JsonObject } from "../../domain/json.ts";
import { isJsonObject } from "../../domain/json.ts";
import type { RemoteDefinition } from "../../domain/process.ts";
import { ifExists } from "../../files/file-errors.ts";
import { executionWorkDirectory } from "../../files/layout.ts";
import { neededSteps } from "./check.ts";
import { syncFiles } from "./durable-files.ts";
import { evaluate, type Scope } from "./expression.ts";
import { atStep, CwlFailure } from "./failure.ts";
import { isList } from "./field.ts";
import { withContents } from "./file-contents.ts";
import { filesIn, mapFiles, pathOf } from "./file-object.ts";
import { completeInputs } from "./inputs.ts";
import { type Call, callName, type RunContext } from "./run-context.ts";
import { within } from "./runtime.ts";
import type { Link, Step, Workflow } from "./schema.ts";
import { runTool } from "./tool.ts";
import { typeFault } from "./types.ts";

/** Runs a process to its outputs. */
export async function runProcess(run: RunContext, call: Call): Promise<JsonObject> {
  const { process } = call;
  const remote = process.requirements.remote ?? process.hints.remote;
  const outputs =
    remote !== undefined
      ? await runRemote(run, call, remote)
      : process.kind === "tool"
        ? await runTool(run, call, process)
        : await runWorkflow(run, call, process);
  call.progress.report(1);
  return outputs;
}

async function runRemote(run: RunContext, call: Call, definition: RemoteDefinition): Promise<JsonObject> {
  if (run.runRemoteStep === undefined) {
    throw new CwlFailure(`Cannot run ${callName(call)}: processes of other servers run in a server only`);
  }
  const { executionId, record, checkpoints, signal } = run;
  return run.runRemoteStep({
    executionId,
    path: call.path,
    definition,
    inputs: await completeInputs(call.process, call.inputs),
    outputs: call.process.outputs.map((output) => output.id),
    record,
    checkpoints,
    report: (fraction, message) => call.progress.report(fraction, message),
    signal,
  });
}

/** Where the values of links come from: the workflow's inputs and the outputs of its finished steps. */
type Values = Map<string, Json>;

/**
 * Runs a workflow: each step as soon as the steps before it are done. The outputs of a step that finished in an earlier
 * life of the server come from its checkpoint. A failure stops the other steps of the run.
 */
async function runWorkflow(run: RunContext, call: Call, workflow: Workflow): Promise<JsonObject> {
  const values: Values = new Map(Object.entries(await completeInputs(workflow, call.inputs)));
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
      const outputs = await runStep(run, { ...call, progress }, workflow, step, values);
      for (const output of step.outputs) values.set(`${step.id}/${output}`, outputs[output] ?? null);
    } catch (error) {
      run.fail(error);
      throw error;
    }
  };
  // Everything has ended before the failure is told: nothing of the run works on behind its back.
  const ends = await Promise.allSettled([...steps.keys()].map(start));
  const failed = ends.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return collectWorkflowOutputs(workflow, values);
}

async function runStep(
  run: RunContext,
  above: Call,
  workflow: Workflow,
  step: Step,
  values: Values,
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
    const inputs = await stepInputs(workflow, step, values);
    const around = within(within(above.around, workflow), step);
    const call: Call = { process, path, around, inputs, progress: above.progress };
    const outputs = await runProcess(run, call);
    await syncFiles(outputs, executionWorkDirectory(run.layout, run.executionId));
    await run.record.checkpoint(path, outputs);
    run.record.log(`Finished ${callName(call)}`);
    return outputs;
  } catch (error) {
    throw run.signal.aborted ? error : atStep(error, path);
  }
}

/** The outputs that a step's checkpoint kept; undefined when there is none, or a file of it is gone or changed its size. */
async function finishedStep(run: RunContext, path: string): Promise<JsonObject | undefined> {
  const kept = run.checkpoints.get(path);
  if (!isJsonObject(kept)) return undefined;
  const isWhole = await Promise.all(
    filesIn(kept).map(async (file) => {
      const filePath = pathOf(file);
      const facts = filePath === undefined ? undefined : await ifExists(stat(filePath));
      return facts !== undefined && (file.class === "Directory" || file.size === undefined || file.size === facts.size);
    }),
  );
  if (isWhole.every(Boolean)) return kept;
  run.record.log(`Found files of the finished step "${path}" missing; it runs again`);
  return undefined;
}

/** Makes the inputs of a step: its sources, else its defaults, then valueFrom, which sees all of them. */
async function stepInputs(workflow: Workflow, step: Step, values: Values): Promise<JsonObject> {
  const sources = step.inputs.map(async (input) => {
    const value = linkValue(input.link, values) ?? input.default ?? null;
    const loaded = input.loadContents ? await mapFiles(value, (file) => withContents(file, workflow.version)) : value;
    return [input.id, loaded] as const;
  });
  const given = Object.fromEntries(await Promise.all(sources));
  const changed = step.inputs.map((input) => {
    const self = given[input.id] ?? null;
    if (input.valueFrom === undefined) return [input.id, self] as const;
    const scope: Scope = { inputs: given, self, runtime: {}, version: workflow.version };
    return [input.id, evaluate(input.valueFrom, scope)] as const;
  });
  return Object.fromEntries(changed);
}

function linkValue(link: Link, values: Values): Json {
  const found = link.sources.map((source) => values.get(source) ?? null);
  if (!link.isList) return found[0] ?? null;
  return link.linkMerge === "merge_nested" ? found : found.flatMap((value) => (isList(value) ? value : [value]));
}

function collectWorkflowOutputs(workflow: Workflow, values: Values): JsonObject {
  const outputs = workflow.outputs.map((output) => {
    const value = linkValue(output.link, values);
    const fault = typeFault(output.type, value);
    if (fault !== undefined) throw new CwlFailure(`Cannot collect output "${output.id}": ${fault}`);
    return [output.id, value] as const;
  });
  return Object.fromEntries(outputs);
}
