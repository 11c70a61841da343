import { createHash } from "node:crypto";
import { defined } from "../../domain/defined.ts";
import type { JobFailure } from "../../domain/jobs/job.ts";
import { isStoppedFor } from "../../domain/jobs/stop-reason.ts";
import type { Trace } from "../../domain/people/origin.ts";
import { Problem } from "../../domain/problem.ts";
import { type DeployedStep, placeOfStep } from "../../domain/processes/process.ts";
import { doubleOf, type Json, type JsonObject } from "../../domain/values/json.ts";
import type { OutputValue, PreparedInputs, PreparedItem } from "../../domain/values/values.ts";
import type { Checkpoints, Engine, EngineRecord, Prepared } from "../../engines/engine.ts";
import { fileObject, isFileObject, safeBasename } from "../values/file-object.ts";
import type { RemoteStep } from "./run-context.ts";

/** What reaches the processes of other servers, and those of the program; whoever joins the parts of the program fills it. */
export type RemoteStepPort = {
  /** Says why nothing new may be sent to the server of a step; undefined where it may. */
  whyUnsent(definition: DeployedStep): Promise<string | undefined>;
  /** Asks for a process, again where that may help: `tell` hears of it. Throws `no-such-process` when it is not there any more. */
  describe(
    definition: DeployedStep,
    asking: { readonly tell: (line: string) => void; readonly signal: AbortSignal },
  ): Promise<DescribedStep>;
  /** Creates the engine of one execution. */
  createEngine(definition: DeployedStep, trace: Trace | undefined): Promise<Engine>;
};

/** What a process takes and gives; `native` is what its engine learnt besides. */
export type DescribedStep = {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly native?: JsonObject;
};

/**
 * Makes what runs a step that is a process of another server. "About to submit" and the status location are checkpoints
 * below the step's path, so that a restart goes on with the same remote job.
 */
export function createRemoteStepRunner(port: RemoteStepPort): (step: RemoteStep) => Promise<JsonObject> {
  return async (step) => {
    const record = ownRecord(step);
    const own = ownCheckpoints(step);
    // What was sent before is followed to its end.
    const why = own.has("request") ? undefined : await port.whyUnsent(step.definition);
    if (why !== undefined) throw new Problem("no-such-process", `Cannot run ${placeOfStep(step.definition)}: ${why}`);
    const prepared = await prepareStep(port, step, record);
    const engine = await port.createEngine(step.definition, step.trace);
    const handle = engine.plan(prepared);
    if (engine.isRepeatable || step.definition.kind === "builtin") await engine.start(prepared, handle, record);
    else if (own.has("request")) await adopt(engine, { prepared, handle }, own, record);
    else {
      await record.checkpoint("request", { url: step.definition.url });
      await engine.start(prepared, handle, record);
    }
    const failure = await follow(engine, { prepared, handle }, step);
    if (failure !== undefined) throw new Problem("job-failed", failure.message);
    const values = await engine.collect(prepared, handle);
    return Object.fromEntries(step.outputs.map((id) => [id, toCwl(values[id])]));
  };
}

type Run = { readonly prepared: Prepared; readonly handle: JsonObject };

async function prepareStep(port: RemoteStepPort, step: RemoteStep, { log: tell }: EngineRecord): Promise<Prepared> {
  const { definition, executionId, path, inputs, outputs } = step;
  const described = await port.describe(definition, { tell, signal: step.signal });
  const where = placeOfStep(definition);
  const missing = outputs.find((id) => !Object.hasOwn(described.outputs, id));
  if (missing !== undefined) throw new Problem("no-such-output", `Cannot run ${where}: it has no output "${missing}"`);
  const given = Object.entries(inputs).filter(([, value]) => value !== null);
  const unknown = given.find(([id]) => !Object.hasOwn(described.inputs, id));
  if (unknown !== undefined) {
    throw new Problem("invalid-parameter-value", `Cannot run ${where}: it has no input "${unknown[0]}"`);
  }
  return {
    executionId,
    // Below the tasks of its execution: what lies there is the execution's own, and goes with it.
    directory: `tasks/remote-${createHash("sha256").update(path).digest("hex").slice(0, 16)}`,
    jobId: executionId,
    processId: definition.kind === "remote" ? definition.processId : definition.name,
    definition,
    inputs: Object.fromEntries(given.map(([id, value]) => [id, fromCwl(value)])) satisfies PreparedInputs,
    outputs,
    ...defined({ described: described.native }),
  };
}

/** The checkpoints of one step, by their own names. */
function ownCheckpoints({ checkpoints, path }: RemoteStep): Checkpoints {
  const prefix = `${path}#`;
  const own = [...checkpoints].filter(([key]) => key.startsWith(prefix));
  return new Map(own.map(([key, value]) => [key.slice(prefix.length), value]));
}

function ownRecord({ record, path }: RemoteStep): EngineRecord {
  return {
    checkpoint: (key, value) => record.checkpoint(`${path}#${key}`, value),
    log: (message) => record.log(`${path}: ${message}`),
  };
}

async function adopt(engine: Engine, run: Run, own: Checkpoints, record: EngineRecord): Promise<void> {
  const found = await engine.adopt(run.prepared, run.handle, own, record);
  if (found === "notStarted") await engine.start(run.prepared, run.handle, record);
}

/** Follows the remote job to its end; when the run is stopped, the remote is told. */
async function follow(engine: Engine, run: Run, step: RemoteStep): Promise<JobFailure | undefined> {
  for await (const update of engine.watch(run.prepared, run.handle, step.signal)) {
    if (update.kind === "ended") return update.failure;
    step.report(update.percent / 100, update.message);
  }
  if (!isStoppedFor(step.signal, "stopping")) await engine.dismiss(run.handle);
  step.signal.throwIfAborted();
  return { message: "The engine stopped reporting before the end" };
}

/** A CWL value as a client would give it. */
function fromCwl(value: Json): PreparedItem | readonly PreparedItem[] {
  if (Array.isArray(value) && value.length > 0 && value.every(isFileObject))
    return value.flatMap((item) => fromCwl(item));
  if (!isFileObject(value) || typeof value.path !== "string") return { kind: "value", value };
  const { path, basename, size } = value;
  if (value.class === "Directory") return { kind: "directory", path, basename: safeBasename(value) };
  return {
    kind: "file",
    path,
    basename: typeof basename === "string" ? basename : "file",
    sizeBytes: doubleOf(size) ?? 0,
  };
}

/** A result as a CWL value. */
function toCwl(value: OutputValue | undefined): Json {
  if (value === undefined) return null;
  switch (value.kind) {
    case "value":
      return value.value;
    case "file":
      return fileObject("File", value.path, { basename: value.basename, size: value.sizeBytes });
    case "link":
      return { class: "File", location: value.href };
    case "directory":
      return fileObject("Directory", value.path, { basename: value.basename });
    case "madeDirectory":
      return { class: "Directory", basename: value.basename, listing: value.listing.map(toCwl) };
    case "list":
      return value.items.map(toCwl);
    case "record":
      return Object.fromEntries(Object.entries(value.members).map(([name, member]) => [name, toCwl(member)]));
    default:
      return value satisfies never;
  }
}
