import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import * as v from "valibot";
import { defined } from "../domain/defined.ts";
import { type JsonObject, parseExact } from "../domain/json.ts";
import { errorText } from "../domain/problem.ts";
import type { Process } from "../domain/process.ts";
import { shortageOf } from "../domain/shortage.ts";
import { startTimer } from "../domain/timers.ts";
import { withDefaults } from "../engines/default-inputs.ts";
import type { Checkpoints, Engine, EngineRecord, Prepared } from "../engines/engine.ts";
import { prepareInputs } from "../engines/prepare-inputs.ts";
import { schemaNotes } from "../engines/schema-notes.ts";
import { keepValue, withInputs } from "../files/kept-values.ts";
import { fileMode, preparedFile, stagedInputsDirectory } from "../files/layout.ts";
import { readOwn } from "../files/open-regular.ts";
import { takeOverCheckpoints } from "../store/retry-job.ts";
import { wholeCheckpoints } from "./checkpoints.ts";
import { type ExecuteDeps, type KnownRun, RunFailed } from "./claim.ts";
import type { JobWalk } from "./job-walk.ts";
import { patiently } from "./patiently.ts";

export type Run = { readonly prepared: Prepared; readonly handle: JsonObject };

/**
 * Prepares and starts the run of a claimed job, or finds it again after a restart: stages 4 to 20.
 * When it resolves the run can be watched.
 */
export async function startRun(
  deps: ExecuteDeps,
  walk: JobWalk,
  what: { readonly process: Process; readonly engine: Engine },
  known: KnownRun,
): Promise<Run> {
  const { engine } = what;
  const read = await patiently(deps, walk, () => readPrepared(deps, engine));
  const prepared = read ?? (await prepare(deps, walk, what));
  const record = recordOf(deps, walk);
  const recorded = known.handle;
  const handle = recorded ?? engine.plan(prepared);
  if (recorded === undefined) {
    walk.enter("executeRequest");
    known.handle = handle;
    const kept = await keptSteps(deps);
    // A crash fails its job as soon as it has a handle: what waits has none.
    if (prepared.restart === "fail") await untilTurn(deps, walk);
    if (!engine.isRepeatable) await walk.commit({ handle });
    await untilTurn(deps, walk);
    deps.signal.throwIfAborted();
    if (kept.size === 0) await engine.start(prepared, handle, record);
    else await adoptRun(deps, engine, { prepared, handle, checkpoints: kept }, record);
  } else {
    const checkpoints = deps.claim.checkpoints ?? new Map();
    await adoptRun(deps, engine, { prepared, handle, checkpoints }, record);
  }
  walk.enter("statusLocation");
  walk.enter("monitorStart");
  walk.enter("monitorLoop");
  // It runs: crashes that follow each other closely must not be taken for its fault.
  if (recorded !== undefined) await walk.commit();
  return { prepared, handle };
}

/** Who waits longer for its turn is told. */
const quietMilliseconds = 200;

/** Waits until the job's tool may run. */
async function untilTurn({ turn, signal }: ExecuteDeps, walk: JobWalk): Promise<void> {
  if (turn === undefined) return;
  const tell = () => walk.enter("executeRequest", "Waiting for room: as many tools run as may run at once");
  using _ = startTimer(quietMilliseconds, tell);
  await turn.come(signal);
}

/** The finished steps of an earlier attempt, when the retry was asked to keep them. */
async function keptSteps({ database, layout, claim }: ExecuteDeps): Promise<Checkpoints> {
  const { job, fence, executionId } = claim;
  if (job.resumeFrom === undefined) return new Map();
  return wholeCheckpoints(
    layout,
    await takeOverCheckpoints(database, { jobId: job.id, fence, executionId }, job.resumeFrom),
  );
}

async function adoptRun(
  deps: ExecuteDeps,
  engine: Engine,
  run: Run & { readonly checkpoints: Checkpoints },
  record: EngineRecord,
): Promise<void> {
  const found = await engine.adopt(run.prepared, run.handle, run.checkpoints, record);
  deps.logger.info("Adopted an execution", { executionId: deps.claim.executionId, found });
  switch (found) {
    case "running":
    case "ended":
      return;
    case "notStarted":
      return engine.start(run.prepared, run.handle, record);
    case "unknown":
      throw new RunFailed({ message: "How the run ended cannot be known after the restart of the server" });
    default:
      return found satisfies never;
  }
}

function recordOf({ activity, claim, layout }: ExecuteDeps, walk: JobWalk): EngineRecord {
  const jobId = claim.job.id;
  const open: string[] = [];
  return {
    checkpoint: async (key, value, facts) => {
      const held = await keepValue(layout, claim.executionId, `checkpoint ${key}`, value);
      await walk.commit({ checkpoint: { key, value: held }, ...facts });
    },
    log: (message) => walk.log(message),
    doing(what) {
      if (what === undefined) open.pop();
      else open.push(what);
      const last = open.at(-1);
      if (last === undefined) activity.end(jobId);
      else activity.begin(last, jobId);
    },
  };
}

async function prepare(
  deps: ExecuteDeps,
  walk: JobWalk,
  what: { readonly process: Process; readonly engine: Engine },
): Promise<Prepared> {
  const { job, executionId } = deps.claim;
  const { process, engine } = what;
  const following = { tell: (message: string) => walk.log(message), signal: deps.signal };
  const described = await patiently(deps, walk, async () => engine.describe?.(process, job.language, following));
  walk.enter("getInputs");
  for (const line of schemaNotes(process)) walk.log(line);
  const given = await withInputs(deps.layout, job);
  const inputs = await patiently(deps, walk, () =>
    prepareInputs(
      {
        stagingDirectory: stagedInputsDirectory(deps.layout, executionId),
        inputRoots: deps.settings.inputRoots,
        vaultFile: deps.vaultFile,
        download: deps.download,
        following,
        keepsLinks: engine.keepsLinks ?? false,
        check: (inputId, value) => deps.checkValue(process, inputId, value),
      },
      process,
      withDefaults(process, given.request.inputs),
    ),
  );
  walk.enter("getOutputs");
  const settings = process.description.heddle;
  const withoutNetwork = deps.withoutNetwork?.(process);
  const prepared: Prepared = {
    executionId,
    jobId: job.id,
    processId: process.id,
    definition: process.definition,
    ...defined({ restart: settings?.restart, onError: settings?.onError }),
    ...(settings?.ownNamespaces === true ? { ownNamespaces: true } : {}),
    ...defined({ withoutNetwork }),
    inputs,
    outputs: Object.keys(job.request.outputs ?? process.description.outputs),
    ...defined({ outputRequests: job.request.outputs, described }),
  };
  if (!engine.isRepeatable) await patiently(deps, walk, () => keepPrepared(deps, prepared));
  return prepared;
}

/** Written under another name, synced and renamed: a prepared file that exists is whole. */
async function keepPrepared(deps: ExecuteDeps, prepared: Prepared): Promise<void> {
  const path = preparedFile(deps.layout, prepared.executionId);
  const file = await open(`${path}.new`, "w", fileMode);
  try {
    await file.writeFile(JSON.stringify(prepared));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  const directory = await open(dirname(path), "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

const PreparedSchema = v.custom<Prepared>(
  (value) => typeof value === "object" && value !== null && "executionId" in value && "inputs" in value,
);

/** Only an adopted execution can have a prepared file. */
async function readPrepared(deps: ExecuteDeps, engine: Engine): Promise<Prepared | undefined> {
  const { claim } = deps;
  if (!claim.isAdopted) return undefined;
  try {
    const text = await readOwn(preparedFile(deps.layout, claim.executionId));
    if (text === undefined) throw new Error("found no file, wanted one");
    return v.parse(PreparedSchema, parseExact(text));
  } catch (error) {
    if (shortageOf(error) !== undefined) throw error;
    // A repeatable engine keeps none: it runs again from the claim. Any other needs it once its handle is on record.
    if (claim.recorded?.handle === undefined) return undefined;
    // Nobody could watch what may live of it.
    await engine.dismiss(claim.recorded.handle, claim.checkpoints);
    throw new RunFailed({ message: `The prepared execution cannot be read after the restart: ${errorText(error)}` });
  }
}
