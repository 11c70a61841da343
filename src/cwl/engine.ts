import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { defined } from "../domain/defined.ts";
import { usageKey } from "../domain/figures/usage.ts";
import { isStoppedFor } from "../domain/jobs/stop-reason.ts";
import type { Logger } from "../domain/logger.ts";
import { Problem } from "../domain/problem.ts";
import type { ProcessDefinition } from "../domain/processes/process.ts";
import type { JsonObject } from "../domain/values/json.ts";
import type { Clock } from "../domain/waiting/clock.ts";
import { noPatience, type Patience } from "../domain/waiting/patience.ts";
import type { Checkpoints, Engine, EngineRecord, Prepared } from "../engines/engine.ts";
import type { Executor } from "../executors/executor.ts";
import type { Machine } from "../executors/machine.ts";
import { ifExists } from "../files/disk/file-errors.ts";
import { type Layout, madeFilesDirectory, tasksDirectory } from "../files/layout.ts";
import { fromCustom } from "./document/custom-types.ts";
import { loadJson } from "./document/load/load.ts";
import { machineFaults, operationFaults } from "./document/requirements.ts";
import type { CwlDocument } from "./document/schema.ts";
import { secretsWarning } from "./document/secrets.ts";
import { createScriptLoader, type ExpressionLimits, type ScriptLoader } from "./javascript/javascript.ts";
import type { Call } from "./run/call.ts";
import { inputObject } from "./run/inputs.ts";
import { aroundAll, defaultDocker, type LocalRun, placesOf } from "./run/local-run.ts";
import { readBounds } from "./run/read-bounds.ts";
import type { RunContext, StepCache } from "./run/run-context.ts";
import { factsOfRun } from "./run/task-facts.ts";
import { createTaskWaits } from "./run/task-waits.ts";
import { keepTalk, triesOf } from "./run/tries.ts";
import { createUsageCount } from "./run/usage.ts";
import { beginRun, type Run, type RunTools } from "./run.ts";
import { toOutputValues, writeLiterals } from "./tool/output-values.ts";
import { CwlFailure } from "./values/failure.ts";
import { runProcess } from "./workflow/workflow.ts";

export type CwlEngineDeps = {
  readonly executor: Executor;
  readonly machine: Machine;
  readonly layout: Layout;
  readonly logger: Logger;
  readonly clock: Clock;
  /** The PATH of tools. */
  readonly toolPath: string;
  /** How long a tool may take to stop when asked, before it is killed. */
  readonly graceSeconds: number;
  /** What one try of a tool may write, in bytes; no bound when absent. */
  readonly maxWorkBytes?: number;
  /** Waits for what the server is short of; an error is told at once when absent. */
  readonly patience?: Patience;
  /** Runs a step that is a process of another server. */
  readonly runRemoteStep?: RunContext["runRemoteStep"];
  /** True only where a document's author may read every file that this program can: never in the server. */
  readonly allowsLocalFiles?: boolean;
  /** True where tools that require a container are run without one, because the user said so. */
  readonly ignoresContainers?: boolean;
  /** What expressions may use; the server's limits when absent. */
  readonly expressionLimits?: ExpressionLimits;
  /** Where the outputs of tools are kept to be used again; nothing is kept when absent. */
  readonly cache?: StepCache;
  /** What whoever runs packages on their own machine asks for. */
  readonly local?: LocalRun;
  /** False where nothing outlives this process: then nothing is made durable. True when absent. */
  readonly isDurable?: boolean;
};

/** Disposal gives up all runs without stopping their tools: the next server finds them. Before the store closes. */
export type CwlEngine = Engine &
  AsyncDisposable & {
    /** Gives the CWL output object of a run that ended well, its files where the tools left them. */
    collectObject(prepared: Prepared): Promise<JsonObject>;
  };

type Engines = {
  readonly deps: CwlEngineDeps;
  readonly runs: Map<string, Run>;
  readonly scripts: ScriptLoader;
  /** What was read from the definitions of processes, for as long as somebody else knows these. */
  readonly documents: WeakMap<ProcessDefinition, CwlDocument>;
};

/** Ended runs that are kept for a second look at how they ended; older ones are forgotten. */
const maxSettledRuns = 256;

/** Makes the engine that runs CWL tools and workflows. */
export function createCwlEngine(deps: CwlEngineDeps): CwlEngine {
  const engines: Engines = {
    deps,
    runs: new Map(),
    scripts: createScriptLoader(deps.clock, deps.expressionLimits),
    documents: new WeakMap(),
  };
  return {
    isRepeatable: false,
    plan: ({ executionId }) => ({ engine: "cwl", executionId, executor: deps.executor.name }),
    start: async (prepared, _handle, record) => {
      beginExecution(engines, prepared, new Map(), record);
    },
    adopt: async (prepared, handle, checkpoints, record) => {
      requireExecutor(deps, handle);
      const tasks = await ifExists(stat(tasksDirectory(deps.layout, prepared.executionId)));
      if (tasks === undefined && checkpoints.size === 0) return "notStarted";
      beginExecution(engines, prepared, checkpoints, record);
      return "running";
    },
    watch: (prepared, _handle, signal) => runOf(engines, prepared.executionId).updates(signal),
    collect: async (prepared) => toOutputValues(await collectForClient(engines, prepared), prepared.outputs),
    collectsAgain: (prepared) => isOneTool(documentOf(engines, prepared)),
    collectObject: (prepared) => collect(engines, prepared),
    dismiss: (handle) => dismiss(engines, handle),
    cleanup: async (handle) => {
      const executionId = executionOf(handle);
      engines.runs.delete(executionId);
      await deps.executor.cleanup(executionId);
    },
    [Symbol.asyncDispose]: async () => {
      for (const run of engines.runs.values()) run.stop("stopping");
      await Promise.all([...engines.runs.values()].map((run) => run.ended));
      engines.scripts[Symbol.dispose]();
    },
  };
}

function runOf(engines: Engines, executionId: string): Run {
  const run = engines.runs.get(executionId);
  if (run === undefined)
    throw new Problem("internal", `Cannot watch execution "${executionId}": it was not started here`);
  return run;
}

/** Begins a run, or goes on with it: what earlier lives of the server finished or started is found on the way. */
function beginExecution(engines: Engines, prepared: Prepared, checkpoints: Checkpoints, record: EngineRecord): Run {
  const known = engines.runs.get(prepared.executionId);
  if (known !== undefined && !known.isSettled()) return known;
  const run = beginRun((tools) => work(engines, prepared, checkpoints, record, tools));
  engines.runs.delete(prepared.executionId);
  engines.runs.set(prepared.executionId, run);
  forgetSettled(engines.runs);
  return run;
}

function forgetSettled(runs: Map<string, Run>): void {
  const settled = [...runs].filter(([, run]) => run.isSettled());
  for (const [id] of settled.slice(0, Math.max(0, settled.length - maxSettledRuns))) runs.delete(id);
}

async function work(
  engines: Engines,
  prepared: Prepared,
  checkpoints: Checkpoints,
  record: EngineRecord,
  tools: RunTools,
): Promise<JsonObject> {
  const { deps } = engines;
  const { local = {} } = deps;
  const whole = documentOf(engines, prepared);
  const document = local.narrow?.(whole) ?? whole;
  const docker = defaultDocker(local);
  const { main, processes, holdsScripts, broaderFormats, notes } = document;
  for (const warning of notes.filter((one) => one.endsWith(secretsWarning)))
    record.log(`Warning: ${warning}`, "WARNING");
  // Nothing starts when something of it could not.
  const faults =
    deps.ignoresContainers === true ? operationFaults(document) : await machineFaults(document, deps.machine, docker);
  if (faults.length > 0) throw new CwlFailure(`Cannot run: ${faults.join("; ")}`);
  for (const text of document.outdated) record.log(`Would be refused if it were deployed today: ${text}`, "WARNING");
  using scripts = holdsScripts ? await engines.scripts.load((line) => record.log(line)) : undefined;
  const inputs = inputObject(main, prepared.inputs, { allowsLocalFiles: deps.allowsLocalFiles ?? false });
  const context: RunContext = {
    executionId: prepared.executionId,
    owner: { job: prepared.jobId, ...defined({ user: prepared.user, account: prepared.account }) },
    processes,
    deployedSteps: document.steps,
    executor: deps.executor,
    machine: deps.machine,
    ignoresContainers: deps.ignoresContainers ?? false,
    local,
    places: placesOf(prepared.definition, local),
    ...(docker === undefined ? {} : { defaultDocker: docker }),
    layout: deps.layout,
    logger: deps.logger,
    clock: deps.clock,
    record,
    checkpoints,
    toolPath: deps.toolPath,
    graceSeconds: deps.graceSeconds,
    ...(deps.maxWorkBytes === undefined ? {} : { maxWorkBytes: deps.maxWorkBytes }),
    ownNamespaces: prepared.ownNamespaces ?? false,
    ...(prepared.trace === undefined ? {} : { trace: prepared.trace }),
    ...(prepared.withoutNetwork === undefined ? {} : { withoutNetwork: prepared.withoutNetwork }),
    usage: createUsageCount(checkpoints.get(usageKey)),
    waits: createTaskWaits(deps.clock, record),
    ...(deps.isDurable === false ? {} : { facts: factsOfRun(deps, prepared, tools.signal, checkpoints) }),
    said: new Set(),
    patience: deps.patience ?? noPatience,
    goesOnAfterFailure: prepared.onError === "continue",
    runsLostAgain: prepared.restart === undefined || prepared.restart === "rerun",
    ...defined({ retries: prepared.retries }),
    signal: tools.signal,
    fail: tools.fail,
    hasEarlierTries: existsSync(tasksDirectory(deps.layout, prepared.executionId)),
    ...(deps.cache === undefined ? {} : { cache: deps.cache }),
    ...(scripts === undefined ? {} : { scripts }),
    broaderFormats,
    readable: deps.allowsLocalFiles === true ? undefined : readBounds(deps.layout, prepared),
    isDurable: deps.isDurable ?? true,
    ...(deps.runRemoteStep === undefined ? {} : { runRemoteStep: deps.runRemoteStep }),
  };
  const call: Call = { process: main, path: "", shard: 0, around: aroundAll(docker), inputs, progress: tools.progress };
  try {
    return await runToEnd(context, call);
  } finally {
    // Who gives a run up, or dismisses it, has no use for figures.
    if (!tools.signal.aborted || isStoppedFor(tools.signal, "failed")) {
      await context.usage.keep(record, context.facts?.take() ?? []);
    }
  }
}

/** A run that took all from earlier ones says nothing of how long its tools take. */
async function runToEnd(context: RunContext, call: Call): Promise<JsonObject> {
  const outputs = await runProcess(context, call);
  if (context.facts?.hasTakenAll() === true) context.record.tookAll?.();
  return outputs;
}

function documentOf({ deps, documents }: Engines, { definition, processId }: Prepared): CwlDocument {
  if (definition.kind !== "cwl") throw new Problem("internal", `Cannot run process "${processId}" as CWL`);
  const known = documents.get(definition);
  if (known !== undefined) return known;
  const allowsLocalFiles = deps.allowsLocalFiles ?? false;
  // What a user runs here is refused as it would be at a deployment; what was deployed runs on.
  const { main, steps } = definition;
  const options = { main, allowsLocalFiles, isDeployed: !allowsLocalFiles, allowsSecretsHint: true };
  const { cwl } = loadJson(definition.document, { ...options, ...defined({ steps }) });
  documents.set(definition, cwl);
  return cwl;
}

/** A tool that runs here leaves its record: its end is found again. Remote steps and workflows keep checkpoints. */
function isOneTool({ main }: CwlDocument): boolean {
  return main.kind === "tool" && (main.requirements.remote ?? main.hints.remote) === undefined;
}

const silentRecord: EngineRecord = { checkpoint: async () => {}, log: () => {} };

/** A run that is not known here any more is found again from what its tools left. */
async function collect(engines: Engines, prepared: Prepared): Promise<JsonObject> {
  const known = engines.runs.get(prepared.executionId);
  const end = await (known ?? beginExecution(engines, prepared, new Map(), silentRecord)).ended;
  if (end.kind === "successful") return end.outputs;
  const reason = end.kind === "failed" ? end.failure.message : "it was given up";
  throw new Problem("internal", `Cannot collect execution "${prepared.executionId}": ${reason}`);
}

async function collectForClient(engines: Engines, prepared: Prepared): Promise<JsonObject> {
  const { layout } = engines.deps;
  const made = madeFilesDirectory(layout, prepared.executionId);
  const outputs = await writeLiterals(await collect(engines, prepared), made);
  const { main } = documentOf(engines, prepared);
  const values = main.outputs.map(
    (output) => [output.id, fromCustom(output.type, outputs[output.id] ?? null)] as const,
  );
  return Object.fromEntries(values);
}

async function dismiss(engines: Engines, handle: JsonObject): Promise<void> {
  const { deps, runs } = engines;
  requireExecutor(deps, handle);
  const executionId = executionOf(handle);
  const run = runs.get(executionId);
  run?.stop("dismissed");
  await run?.ended;
  runs.delete(executionId);
  for (const key of await triesOf(deps.layout, executionId)) {
    const state = await deps.executor.find(key);
    if (state.kind === "running") await deps.executor.cancel(key, deps.graceSeconds);
    await keepTalk(deps.layout, key);
  }
}

function executionOf(handle: JsonObject): string {
  if (typeof handle.executionId === "string") return handle.executionId;
  throw new Problem("internal", "Cannot find execution: its handle has no id");
}

/** What another executor runs can only be found and stopped by it. Handles of earlier versions name none: that was the local one. */
function requireExecutor({ executor }: CwlEngineDeps, handle: JsonObject): void {
  const { executor: name = "local" } = handle;
  if (name === executor.name) return;
  const problem = `found that executor "${name}" has its tools, wanted "${executor.name}"`;
  throw new Problem("unavailable", `Cannot go on with execution "${executionOf(handle)}": ${problem}`);
}
