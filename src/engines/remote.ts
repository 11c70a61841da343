import { readFile } from "node:fs/promises";
import type { JobFailure, OutputRequest } from "../domain/job.ts";
import { isJsonObject, type JsonObject } from "../domain/json.ts";
import type { Logger } from "../domain/logger.ts";
import { Problem } from "../domain/problem.ts";
import type { Process, RemoteDefinition } from "../domain/process.ts";
import { timeLimit } from "../domain/timers.ts";
import type { Layout } from "../files/layout.ts";
import type { Gate } from "../net/fetch.ts";
import type { RemoteClient, RemoteLocation, SavedAnswer } from "../net/remote.ts";
import type { Adoption, Checkpoints, Engine, EngineRecord, EngineUpdate, Prepared } from "./engine.ts";
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
  /** What the client signs in with goes along to files of the same origin. */
  readonly secrets?: Parameters<Gate["send"]>[0]["secrets"];
  /** Waits; ends early, without an error, when the signal is aborted. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly maxDownloadBytes: number;
};

const locationKey = "location";
/** How long a remote may take to say what it is. */
const recogniseMilliseconds = 60_000;

/** What is known of the run: where it is found, or the answer that has its results already. */
type Run = { location?: RemoteLocation; answer?: SavedAnswer; failure?: JobFailure };

/** Makes the engine of one remote execution: one request to the server, then looks at its status to the end. */
export function createRemoteEngine(deps: RemoteEngineDeps): Engine {
  const run: Run = {};
  return {
    isRepeatable: false,
    keepsLinks: true,
    describe: (process, language) => describe(deps, process, language),
    plan: ({ executionId, definition }) => ({ engine: "remote", executionId, definition: handleOf(definition) }),
    start: (prepared, _handle, record) => start(deps, run, prepared, record),
    adopt: (prepared, _handle, checkpoints, record) => adopt(deps, run, prepared, checkpoints, record),
    watch: (prepared, _handle, signal) => watch(deps, run, prepared, signal),
    collect: (prepared) => {
      const client = deps.clientOf(definitionOf(prepared));
      return collectResults({ ...deps, client }, prepared, sourceOf(run, prepared));
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
  return { kind, type, url, processId, ...(providerId === undefined ? {} : { providerId }) };
}

/** Asks the server for the process again: what was submitted must still be what it takes. */
async function describe(deps: RemoteEngineDeps, process: Process, language: string | undefined): Promise<JsonObject> {
  const definition = definitionOf({ definition: process.definition, processId: process.id });
  const described = await describeRemote(deps.clientOf(definition, language), definition);
  requireUnchanged(process, definition, described);
  return described.native;
}

/** "About to submit" is committed by the handle; the answer is on disk before it is read. */
async function start(deps: RemoteEngineDeps, run: Run, prepared: Prepared, record: EngineRecord): Promise<void> {
  const definition = definitionOf(prepared);
  record.log(`Sending the execution to ${definition.url}`);
  const answer = await deps.clientOf(definition).execute(
    {
      processId: definition.processId,
      native: prepared.described ?? {},
      inputs: prepared.inputs,
      outputs: Object.fromEntries(prepared.outputs.map((id) => [id, mediaTypeOf(prepared.outputRequests?.[id])])),
      idempotencyKey: prepared.executionId,
      readFile: (path) => readFile(path),
    },
    (received) => saveAnswer(deps, prepared.executionId, "answer", received),
  );
  await goOn(deps, run, prepared, answer, record);
}

function mediaTypeOf(request: OutputRequest | undefined): { readonly mediaType?: string } {
  return request?.mediaType === undefined ? {} : { mediaType: request.mediaType };
}

async function goOn(
  deps: RemoteEngineDeps,
  run: Run,
  prepared: Prepared,
  answer: SavedAnswer,
  record: EngineRecord,
): Promise<void> {
  const definition = definitionOf(prepared);
  const submission = await deps.clientOf(definition).readSubmission(answer);
  switch (submission.kind) {
    case "answered":
      run.answer = answer;
      return;
    case "refused": {
      const { exception } = submission;
      run.failure = { message: `The remote refused the execution: ${exception.text}`, exception };
      return;
    }
    case "accepted": {
      const { location } = submission;
      run.location = location;
      const facts = location.jobId === undefined ? {} : { remoteJobId: location.jobId };
      await record.checkpoint(locationKey, { ...location }, facts);
      record.log(`The remote runs it as ${location.jobId ?? "a job"}`);
      return;
    }
    default:
      return submission satisfies never;
  }
}

async function adopt(
  deps: RemoteEngineDeps,
  run: Run,
  prepared: Prepared,
  checkpoints: Checkpoints,
  record: EngineRecord,
): Promise<Adoption> {
  const location = readLocation(checkpoints);
  if (location !== undefined) {
    run.location = location;
    return "running";
  }
  const answer = await findAnswer(deps.layout, prepared.executionId, "answer");
  if (answer !== undefined) {
    await goOn(deps, run, prepared, answer, record);
    return "running";
  }
  // The request was about to be sent when the server went down.
  const definition = definitionOf(prepared);
  if (definition.restart === "rerun") return "notStarted";
  const client = deps.clientOf(definition);
  if (await client.honoursIdempotency(timeLimit(recogniseMilliseconds))) return "notStarted";
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
  yield* watchRemoteJob({ ...deps, client }, prepared.executionId, location, signal);
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
