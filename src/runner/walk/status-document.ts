import { readFile } from "node:fs/promises";
import { isDiscarded, type Job } from "../../domain/jobs/job.ts";
import { isFinished } from "../../domain/jobs/job-state.ts";
import type { Logger } from "../../domain/logger.ts";
import type { Process } from "../../domain/processes/process.ts";
import type { OutputLocations } from "../../domain/values/results.ts";
import { keptResults, withInputs } from "../../files/jobs/kept-values.ts";
import { openOutput } from "../../files/jobs/outputs.ts";
import {
  keepStatusAddresses,
  listStatusFiles,
  readStatusAddresses,
  removeStatusFile,
  type StatusFile,
  statusToldAt,
  writeStatusFile,
} from "../../files/jobs/status-file.ts";
import type { Layout } from "../../files/layout.ts";
import type { Database } from "../../store/database/database.ts";
import { follow, withLiveProgress } from "../../store/jobs/job-events.ts";
import { findJob } from "../../store/jobs/jobs.ts";
import { resultsOf } from "../../store/results/results.ts";
import { executeResponseOf, type JobDocumentContext } from "../../wire/wps-endpoint/job-response.ts";
import { writeExecuteResponse } from "../../wire/wps-endpoint/write-status.ts";

export type StatusDocumentDeps = {
  readonly database: Database;
  readonly layout: Layout;
  readonly logger: Logger;
  readonly processOf: (id: string, revision: string) => Promise<Process | undefined>;
  readonly settings: OutputLocations & {
    /** Where the service is found, without a slash at the end. */
    readonly serviceUrl: string;
    /** Larger files are given by reference. */
    readonly maxInlineBytes: number;
  };
};

/** Keeps the status documents of WPS 1.0 jobs. */
export type StatusDocuments = AsyncDisposable & {
  /** Writes a job's document, and from then on again after each of its committed stages. Durable when it resolves. */
  publish(jobId: string): Promise<void>;
  /** Goes on with what an earlier run of the server left, and renders all anew when an address changed. */
  renew(): Promise<void>;
};

/** Makes the keeper of status documents; nothing is written before it is told of a job. */
export function createStatusDocuments(deps: StatusDocumentDeps): StatusDocuments {
  const following = new Map<string, Promise<void>>();
  const writing = new Map<string, Promise<void>>();
  const told = new Map<string, string>();
  const stopping = new AbortController();

  /** One writer a job: each reads the job anew, so that the last document is of the last state. */
  const write = (jobId: string): Promise<void> => {
    const written = (writing.get(jobId) ?? Promise.resolve()).then(async () => {
      const job = await findJob(deps.database, jobId);
      if (job === undefined || isDiscarded(job) || told.get(jobId) === momentOf(job)) return;
      await writeDocument(deps, withLiveProgress(deps.database, job));
      if (following.has(jobId)) told.set(jobId, momentOf(job));
      const now = await findJob(deps.database, jobId);
      // What was removed while it was written is not to come back.
      if (now === undefined || isDiscarded(now)) await removeStatusFile(deps.layout, statusFileOf(job));
    });
    const settled = written.then(
      () => {},
      () => {},
    );
    writing.set(jobId, settled);
    settled.then(() => writing.get(jobId) === settled && writing.delete(jobId));
    return written;
  };
  const followJob = async (jobId: string) => {
    try {
      for await (const event of follow(deps.database, jobId, 0, stopping.signal)) {
        if (event.kind !== "live") await write(jobId);
      }
    } catch (error) {
      deps.logger.error("Cannot write the status document of a job", { jobId, error });
    } finally {
      following.delete(jobId);
      told.delete(jobId);
    }
  };
  const publish = async (jobId: string) => {
    await write(jobId);
    if (!following.has(jobId)) following.set(jobId, followJob(jobId));
  };

  return {
    publish,
    async renew() {
      const addresses = addressesOf(deps);
      const isMoved = (await readStatusAddresses(deps.layout)) !== addresses;
      for (const id of await listStatusFiles(deps.layout)) {
        const job = await findJob(deps.database, id);
        if (job?.request.statusDocument === undefined || isDiscarded(job)) continue;
        const isBehind = isMoved || (await statusToldAt(deps.layout, job.id)) !== job.updatedAt;
        try {
          if (!isFinished(job.status)) await publish(job.id);
          else if (isBehind) await write(job.id);
        } catch (error) {
          // One document that cannot be written must not keep the service from its start.
          deps.logger.error("Cannot renew the status document of a job", { jobId: job.id, error });
        }
      }
      if (isMoved) await keepStatusAddresses(deps.layout, addresses);
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await Promise.all([...following.values(), ...writing.values()]);
    },
  };
}

/** What the documents depend on besides their jobs. */
function addressesOf({ layout, settings }: StatusDocumentDeps): string {
  const { serviceUrl, outputsUrl, outputsPath } = settings;
  return `${JSON.stringify({ serviceUrl, outputsUrl, outputsPath, directory: layout.outputsDirectory })}\n`;
}

/** Several events of one write tell the same. */
function momentOf(job: Job): string {
  return JSON.stringify([job.updatedAt, job.status, job.progress, job.message, job.executionId]);
}

async function writeDocument(deps: StatusDocumentDeps, job: Job): Promise<void> {
  const process = await deps.processOf(job.processId, job.processRevision);
  if (process === undefined) throw new Error(`Cannot find revision "${job.processRevision}" of "${job.processId}"`);
  const results =
    job.status === "successful" ? await keptResults(deps.layout, await resultsOf(deps.database, job.id)) : {};
  const whole = job.request.statusDocument?.lineage === true ? await withInputs(deps.layout, job) : job;
  const response = await executeResponseOf(whole, process.description, results, documentContext(deps));
  await writeStatusFile(deps.layout, statusFileOf(job), writeExecuteResponse(response), job.updatedAt);
}

function statusFileOf({ id, executionId, status }: Job): StatusFile {
  return { jobId: id, executionId, isDismissed: status === "dismissed" };
}

function documentContext({ layout, settings }: StatusDocumentDeps): JobDocumentContext & { readonly isKept: true } {
  return {
    baseUrl: settings.serviceUrl,
    locations: { outputsPath: settings.outputsPath, outputsUrl: settings.outputsUrl },
    maxInlineBytes: settings.maxInlineBytes,
    isKept: true,
    read: async (reference) => {
      const path = reference.split("/").slice(1).map(decodeURIComponent).join("/");
      const file = await openOutput(layout, path);
      if (file === undefined) throw new Error(`Cannot find output "${path}"`);
      return readFile(file.path);
    },
  };
}
