import { defined } from "../../domain/defined.ts";
import { freeSlot, type Job } from "../../domain/jobs/job.ts";
import { clientOf, clientWords } from "../../domain/people/access.ts";
import type { Trace } from "../../domain/people/origin.ts";
import type { Process } from "../../domain/processes/process.ts";
import type { JsonObject } from "../../domain/values/json.ts";
import { startTimer } from "../../domain/waiting/timers.ts";
import type { Checkpoints, Engine, EngineRecord, Prepared } from "../../engines/engine.ts";
import { withDefaults } from "../../engines/inputs/default-inputs.ts";
import type { ShareLeft } from "../../engines/inputs/directory-deps.ts";
import { prepareInputs } from "../../engines/inputs/prepare-inputs.ts";
import { schemaNotes } from "../../engines/inputs/schema-notes.ts";
import { copyPublished } from "../../files/jobs/copy-published.ts";
import { keepValue, withInputs } from "../../files/jobs/kept-values.ts";
import { stagedInputsDirectory } from "../../files/layout.ts";
import { takeOverCheckpoints } from "../../store/jobs/retry-job.ts";
import { usageOf } from "../../store/jobs/usage.ts";
import { patiently } from "../care/patiently.ts";
import { type ExecuteDeps, type KnownRun, RunFailed } from "../queue/claim.ts";
import { wholeCheckpoints } from "./checkpoints.ts";
import type { JobWalk } from "./job-walk.ts";
import { keepPrepared, readPrepared } from "./kept-prepared.ts";

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
  const read = await patiently(deps, walk, () => readPrepared(deps, engine, what.process.definition));
  const prepared = read ?? (await prepare(deps, walk, what));
  const record = recordOf(deps, walk, known);
  const recorded = known.handle;
  const handle = recorded ?? engine.plan(prepared);
  if (recorded === undefined) {
    walk.enter("executeRequest");
    known.handle = handle;
    const kept = await keptSteps(deps);
    // A crash fails its job as soon as it has a handle: what waits has none.
    if (prepared.restart === "fail") await untilTurn(deps, walk);
    if (!engine.isRepeatable) {
      await walk.commit({ handle: await patiently(deps, walk, () => keepPrepared(deps, prepared, handle)) });
    }
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
async function untilTurn({ turn, signal, clock, claim }: ExecuteDeps, walk: JobWalk): Promise<void> {
  if (turn === undefined) return;
  const since = clock.now();
  const tell = () => {
    walk.waits({ reason: freeSlot, since, priority: claim.job.priority });
    walk.enter("executeRequest", "Waiting for room: as many tools run as may run at once");
  };
  using _ = startTimer(quietMilliseconds, tell);
  await turn.come(signal);
  walk.waits(undefined);
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

/** What the outputs that are kept of a client leave of its share of the disk. */
async function shareLeft({ database, claim, settings }: ExecuteDeps): Promise<ShareLeft | undefined> {
  const { quotaOutputBytes: limit } = settings;
  if (limit === undefined) return undefined;
  const client = clientOf(claim.job);
  const { outputBytes } = await usageOf(database, client);
  const used = `${outputBytes} bytes of outputs of ${clientWords(client)}`;
  return { bytes: limit - outputBytes, used, limit: `${limit} bytes together (quota-output-bytes)` };
}

function recordOf({ activity, claim, layout }: ExecuteDeps, walk: JobWalk, known: KnownRun): EngineRecord {
  const jobId = claim.job.id;
  const open: string[] = [];
  return {
    checkpoint: async (key, value, { canWait = false, ...facts } = {}) => {
      const held = await keepValue(layout, claim.executionId, `checkpoint ${key}`, value);
      const checkpoint = { key, value: held };
      if (canWait) walk.keepLater(checkpoint);
      else await walk.commit({ checkpoint, ...facts });
    },
    log: (message, level) => walk.log(message, level),
    waits: (wait, until) => walk.waits(wait, until),
    tookAll() {
      known.isFromCache = true;
    },
    doing(what) {
      if (what === undefined) open.pop();
      else open.push(what);
      const last = open.at(-1);
      if (last === undefined) activity.end(jobId);
      else activity.begin(last, jobId);
    },
  };
}

/** Returns what is passed on of the request that made a job. */
function traceOf({ origin }: Job): { readonly trace?: Trace } {
  if (origin === undefined) return {};
  const { traceparent, tracestate } = origin;
  return { trace: { traceparent, ...defined({ tracestate }) } };
}

async function prepare(
  deps: ExecuteDeps,
  walk: JobWalk,
  what: { readonly process: Process; readonly engine: Engine },
): Promise<Prepared> {
  const { job, executionId } = deps.claim;
  const { process, engine } = what;
  await deps.openWork?.(executionId, process, job.user);
  const trace = traceOf(job);
  const following = { tell: (message: string) => walk.log(message), signal: deps.signal, ...trace };
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
        copyOutput: (path, directory) => copyPublished(deps.layout, path, directory),
        download: deps.download,
        factsOf: deps.factsOf,
        ...defined({ cache: deps.assetCache?.(clientOf(job)) }),
        shareLeft: () => shareLeft(deps),
        maxBytes: deps.settings.maxDownloadBytes,
        ...defined({ assets: process.description.heddle?.assets }),
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
  return {
    executionId,
    jobId: job.id,
    processId: process.id,
    definition: process.definition,
    ...defined({ restart: settings?.restart, onError: settings?.onError }),
    ...defined({ user: job.user, account: job.request.run?.account }),
    ...defined({ executor: settings?.executor, retries: settings?.retries }),
    ...(settings?.ownNamespaces === true ? { ownNamespaces: true } : {}),
    ...defined({ withoutNetwork }),
    ...trace,
    inputs,
    outputs: Object.keys(job.request.outputs ?? process.description.outputs),
    ...defined({ outputRequests: job.request.outputs, described }),
  };
}
