import { readFile } from "node:fs/promises";
import { defined } from "../../domain/defined.ts";
import { shortageOf } from "../../domain/figures/shortage.ts";
import type { JobFailure, OutputRequest } from "../../domain/jobs/job.ts";
import type { Logger } from "../../domain/logger.ts";
import { refusedExecution } from "../../domain/people/wanted-key.ts";
import { Problem } from "../../domain/problem.ts";
import type { Process, RemoteDefinition } from "../../domain/processes/process.ts";
import { isJsonObject, type JsonObject } from "../../domain/values/json.ts";
import { timeLimit } from "../../domain/waiting/timers.ts";
import type { Layout } from "../../files/layout.ts";
import type { Gate, OutboundAnswer } from "../../net/fetch.ts";
import type { RemoteClient, RemoteLocation, SavedAnswer } from "../../net/remote/remote.ts";
import type { Tries } from "../../net/try-again.ts";
import type { Adoption, Checkpoints, Engine, EngineRecord, EngineUpdate, Following, Prepared } from "../engine.ts";
import { findAnswer, saveAnswer } from "./remote-answers.ts";
import { describeRemote, requireUnchanged } from "./remote-description.ts";
import { collectResults } from "./remote-results.ts";
import { watchRemoteJob } from "./remote-status.ts";

export type RemoteEngineDeps = {
  readonly gate: Gate;
  readonly layout: Layout;
  readonly logger: Logger;
  /** The client of the server, with what this job needs to sign in. */
  readonly clientOf: (definition: RemoteDefinition, language?: string) => RemoteClient;
  /** Says why nothing new may be sent there ("its provider … was removed"); undefined where it may. What runs there is followed and dismissed all the same. */
  readonly whyUnsent: (definition: RemoteDefinition) => Promise<string | undefined>;
  /** What the client signs in with goes along to files of the same origin. */
  readonly secrets?: Parameters<Gate["send"]>[0]["secrets"];
  /** Waits; ends early, without an error, when the signal is aborted. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly maxDownloadBytes: number;
  /** How often descriptions and results are asked for. */
  readonly tries?: Tries;
};

const locationKey = "location";
/** How long a remote may take to say what it is. */
const recogniseMilliseconds = 60_000;

/** What is known of the run: where it is found, or the answer that has its results already. */
type Run = { location?: RemoteLocation; answer?: SavedAnswer; failure?: JobFailure; log?: EngineRecord["log"] };

/** All that one remote execution works with. */
type Working = { readonly deps: RemoteEngineDeps; readonly run: Run; readonly prepared: Prepared };

/** Creates the engine of one remote execution: one request to the server, then looks at its status to the end. */
export function createRemoteEngine(deps: RemoteEngineDeps): Engine {
  const run: Run = {};
  return {
    isRepeatable: false,
    keepsLinks: true,
    describe: (process, language, following) => describe(deps, process, language, following),
    plan: ({ executionId, definition }) => ({ engine: "remote", executionId, definition: handleOf(definition) }),
    start(prepared, _handle, record) {
      run.log = record.log;
      return start({ deps, run, prepared }, record);
    },
    adopt(prepared, _handle, checkpoints, record) {
      run.log = record.log;
      return adopt({ deps, run, prepared }, checkpoints, record);
    },
    watch: (prepared, _handle, signal) => watch(deps, run, prepared, signal),
    collect: (prepared) => {
      const client = deps.clientOf(definitionOf(prepared));
      const tries = { ...deps.tries, ...defined({ tell: run.log }) };
      return collectResults({ ...deps, client, tries }, prepared, sourceOf(run, prepared));
    },
    cleanup: async () => {},
    dismiss: (handle, checkpoints = new Map()) => dismiss(deps, handle, readLocation(checkpoints) ?? run.location),
  };
}

function definitionOf({ definition, processId }: Pick<Prepared, "definition" | "processId">): RemoteDefinition {
  if (definition.kind === "remote") return definition;
  throw new Problem("internal", `Cannot run process "${processId}" on another server`);
}

function handleOf(definition: Prepared["definition"]): JsonObject {
  if (definition.kind !== "remote") return {};
  const { kind, type, url, processId, providerId } = definition;
  return { kind, type, url, processId, ...defined({ providerId }) };
}

/** Asks the server for the process again: what was submitted must still be what it takes. */
async function describe(
  deps: RemoteEngineDeps,
  process: Process,
  language: string | undefined,
  following: Following | undefined,
): Promise<JsonObject> {
  const definition = definitionOf({ definition: process.definition, processId: process.id });
  await requireServer(deps, definition);
  const described = await describeRemote(deps.clientOf(definition, language), definition, {
    ...deps.tries,
    ...following,
  });
  requireUnchanged(process, definition, described);
  return described.native;
}

/** Throws `no-such-process` where nothing new may be sent to. */
async function requireServer({ whyUnsent }: RemoteEngineDeps, definition: RemoteDefinition): Promise<void> {
  const why = await whyUnsent(definition);
  if (why !== undefined) throw new Problem("no-such-process", `Cannot run process "${definition.processId}": ${why}`);
}

/** "About to submit" is committed by the handle; the answer is on disk before it is read. */
async function start(working: Working, record: EngineRecord): Promise<void> {
  const { deps, prepared } = working;
  const definition = definitionOf(prepared);
  await requireServer(deps, definition);
  record.log(`Sending the execution to ${definition.url}`);
  const answer = await deps.clientOf(definition).execute(
    {
      processId: definition.processId,
      native: prepared.described ?? {},
      inputs: prepared.inputs,
      outputs: Object.fromEntries(prepared.outputs.map((id) => [id, mediaTypeOf(prepared.outputRequests?.[id])])),
      idempotencyKey: keyOf(prepared),
      readFile: (path) => readFile(path),
    },
    (received) => saveSent(deps, prepared, definition.url, received),
  );
  await goOn(working, answer, record);
}

/** The same request is the same execution, or the same step of one. */
function keyOf({ executionId, directory }: Prepared): string {
  return directory === undefined ? executionId : `${executionId}/${directory}`;
}

/** Keeps what a remote answered to a submission. The request must not be sent again: when there is no room, nobody can know. */
async function saveSent(
  deps: RemoteEngineDeps,
  prepared: Prepared,
  url: string,
  received: OutboundAnswer,
): Promise<SavedAnswer> {
  try {
    return await saveAnswer(deps, prepared, "answer", received);
  } catch (error) {
    const short = shortageOf(error);
    if (short === undefined) throw error;
    // Not as its cause: whoever waits for a shortage would send the request again.
    throw new Problem(
      "remote-failure",
      `Cannot keep the answer of ${url}: the server is short of ${short}: whether the remote started it cannot be known`,
    );
  }
}

function mediaTypeOf(request: OutputRequest | undefined): { readonly mediaType?: string } {
  return defined({ mediaType: request?.mediaType });
}

async function goOn({ deps, run, prepared }: Working, answer: SavedAnswer, record: EngineRecord): Promise<void> {
  const definition = definitionOf(prepared);
  const submission = await deps.clientOf(definition).readSubmission(answer);
  switch (submission.kind) {
    case "answered":
      run.answer = answer;
      return;
    case "refused": {
      const { exception, status } = submission;
      run.failure = { message: refusedExecution(exception.text, status), exception };
      return;
    }
    case "accepted": {
      const { location } = submission;
      run.location = location;
      await record.checkpoint(locationKey, { ...location }, defined({ remoteJobId: location.jobId }));
      record.log(`The remote runs it as ${location.jobId ?? "a job"}`);
      return;
    }
    default:
      return submission satisfies never;
  }
}

async function adopt(working: Working, checkpoints: Checkpoints, record: EngineRecord): Promise<Adoption> {
  const { deps, run, prepared } = working;
  const location = readLocation(checkpoints);
  if (location !== undefined) {
    run.location = location;
    return "running";
  }
  const answer = await findAnswer(deps.layout, prepared, "answer");
  if (answer !== undefined) {
    await goOn(working, answer, record);
    return "running";
  }
  // The request was about to be sent when the server went down.
  const definition = definitionOf(prepared);
  if ((await deps.whyUnsent(definition)) === undefined) {
    if (definition.restart === "rerun") return "notStarted";
    const client = deps.clientOf(definition);
    const tries = { ...deps.tries, tell: record.log };
    if (await client.honoursIdempotency(timeLimit(recogniseMilliseconds), tries)) return "notStarted";
  }
  throw new Problem(
    "job-failed",
    `The server went down while it sent the request to ${definition.url}: whether the remote started it cannot be known`,
  );
}

function readLocation(checkpoints: Checkpoints): RemoteLocation | undefined {
  const kept = checkpoints.get(locationKey);
  if (!isJsonObject(kept) || typeof kept.url !== "string") return undefined;
  return { url: kept.url, ...(typeof kept.jobId === "string" ? { jobId: kept.jobId } : {}) };
}

async function* watch(
  deps: RemoteEngineDeps,
  run: Run,
  prepared: Prepared,
  signal: AbortSignal,
): AsyncGenerator<EngineUpdate> {
  if (run.failure !== undefined) {
    yield { kind: "ended", failure: run.failure };
    return;
  }
  const { location } = run;
  if (location === undefined) {
    yield { kind: "progress", percent: 100 };
    yield { kind: "ended" };
    return;
  }
  const client = deps.clientOf(definitionOf(prepared));
  yield* watchRemoteJob({ ...deps, client, ...defined({ log: run.log }) }, prepared.executionId, location, signal);
}

function sourceOf(run: Run, prepared: Prepared): Parameters<typeof collectResults>[2] {
  if (run.location !== undefined) return { kind: "location", location: run.location };
  if (run.answer !== undefined) return { kind: "answer", answer: run.answer };
  throw new Problem("internal", `Cannot collect execution "${prepared.executionId}": it was not started here`);
}

/** A remote that does not answer keeps no dismissed job of ours alive: it is told once. */
async function dismiss(
  deps: RemoteEngineDeps,
  handle: JsonObject,
  location: RemoteLocation | undefined,
): Promise<void> {
  const definition = readHandle(handle);
  if (location === undefined || definition === undefined) return;
  try {
    await deps.clientOf(definition).dismiss(location);
  } catch (error) {
    deps.logger.warn("Cannot dismiss a remote job", { url: definition.url, remoteJobId: location.jobId, error });
  }
}

function readHandle({ definition }: JsonObject): RemoteDefinition | undefined {
  if (!isJsonObject(definition)) return undefined;
  const { type, url, processId, providerId } = definition;
  if (typeof url !== "string" || typeof processId !== "string") return undefined;
  const known = (["ogc-api-processes", "wps-1.0.0", "wps-2.0.0"] as const).find((one) => one === type);
  if (known === undefined) return undefined;
  const provider = typeof providerId === "string" ? { providerId } : {};
  return { kind: "remote", type: known, url, processId, ...provider };
}
