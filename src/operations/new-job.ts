import { defined } from "../domain/defined.ts";
import type { Job, JobRequest, NewJobEvent } from "../domain/job.ts";
import type { Process } from "../domain/process.ts";

/** What a job is made of, besides its request. */
export type JobOrigin = {
  readonly process: Process;
  /** The registered provider whose process it is. */
  readonly providerId?: string;
  readonly processId: string;
  readonly isWorkflow: boolean;
  readonly isLocal: boolean;
  readonly tags?: readonly string[];
  readonly language?: string;
  readonly user?: string;
  /** Who takes turns with whom. */
  readonly client: string;
};

/** Makes an accepted job. */
export function newJob(
  drawn: { readonly id: string; readonly at: number },
  origin: JobOrigin,
  request: JobRequest,
  isSync: boolean,
  isHidden = false,
): Job {
  return {
    id: drawn.id,
    processId: origin.processId,
    processRevision: origin.process.revision,
    isRemote: !origin.isLocal,
    status: "accepted",
    isSync,
    tags: [
      ...(origin.tags ?? []),
      origin.isLocal ? "local" : "remote",
      origin.isWorkflow ? "workflow" : "application",
      isSync ? "sync" : "async",
    ],
    client: origin.client,
    request,
    priority: request.run?.priority ?? 0,
    attempt: 0,
    fence: 0,
    progress: 0,
    message: "Job accepted.",
    createdAt: drawn.at,
    updatedAt: drawn.at,
    earlyCrashes: 0,
    ...(isHidden ? { hidden: "waited" } : {}),
    ...defined({ providerId: origin.providerId, user: origin.user, language: origin.language }),
  };
}

/** Makes the first event of a job. */
export function acceptedEvent(job: Job): NewJobEvent {
  return { at: job.createdAt, kind: "status", status: job.status, progress: job.progress, message: job.message };
}

/** Takes the language that a client wants most (RFC 9110 12.5.4). */
export function languageOf(header: string | undefined): string | undefined {
  const ranges = (header ?? "").split(",").map((part) => {
    const [range = "", ...parameters] = part.split(";").map((piece) => piece.trim());
    const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
    return { range, weight: weight === undefined ? 1 : Number(weight) };
  });
  const usable = ranges.filter(({ range, weight }) => /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/.test(range) && weight > 0);
  return usable.toSorted((one, other) => other.weight - one.weight)[0]?.range;
}
