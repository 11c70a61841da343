import { isOwn, mayDo, type Principal } from "../../domain/access.ts";
import type { Clock } from "../../domain/clock.ts";
import { defined } from "../../domain/defined.ts";
import { asJson } from "../../domain/documents/as-json.ts";
import type { JobView, TimelineEntry } from "../../domain/documents/job-view.ts";
import type { ResultView } from "../../domain/documents/result-view.ts";
import { isDiscarded, type Job, type JobEvent } from "../../domain/job.ts";
import { isFinished, jobMoves } from "../../domain/job-state.ts";
import { isJsonObject, type JsonObject } from "../../domain/json.ts";
import { jobUrl, processUrl, providerUrl } from "../../domain/links.ts";
import { readJobWithInputs } from "../../operations/read-inputs.ts";
import { readLogTail } from "../../operations/read-log.ts";
import { type ReadResultsDeps, readResults } from "../../operations/read-results.ts";
import { readStatistics } from "../../operations/read-statistics.ts";
import { readTimeline } from "../../operations/read-timeline.ts";
import type { RouteContext } from "../route.ts";
import { principalOf } from "../route.ts";
import { resultViews } from "./result-views.ts";
import { type AnswerDeps, outputLocations } from "./results-answer.ts";
import { inputsDocument } from "./status-document.ts";

export type JobViewDeps = ReadResultsDeps & Pick<AnswerDeps, "settings"> & { readonly clock: Clock };

const shownLines = 40;
/** What is longer is shown by its own page only, in characters. */
const longestLine = 2000;
const longestInputs = 64 * 1024;
/** Longer addresses are refused on some ways. */
const longestUrl = 6000;

/** Reads what the page of a job shows besides its status. */
export async function readJobView(
  deps: JobViewDeps,
  context: Pick<RouteContext, "baseUrl" | "caller">,
  job: Job,
): Promise<JobView> {
  const principal = principalOf(context);
  const { baseUrl } = context;
  // Only its history is left of one that was removed.
  if (isDiscarded(job)) return { log: [], timeline: [], results: [], mayDismiss: false, mayRetry: false };
  const events = await readTimeline(deps, principal, job.id);
  const { lines, offset } = await readLogTail(deps, principal, job, shownLines);
  const request = inputsDocument(await readJobWithInputs(deps, principal, job.id), baseUrl);
  const inputs = isJsonObject(request.inputs) ? request.inputs : {};
  const statistics =
    job.startedAt === undefined || job.executionId === undefined
      ? undefined
      : asJson(await readStatistics(deps, principal, job.id));
  const place = `${events.at(-1)?.number ?? 0}.${job.attempt}.${offset}`;
  return {
    log: lines.map((line) => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line)),
    timeline: events.filter(({ kind }) => kind !== "progress").map(entryOf),
    results: await viewsOf(deps, principal, job, baseUrl),
    ...actionsOf(principal, job),
    ...defined({
      inputs: JSON.stringify(inputs).length > longestInputs ? undefined : inputs,
      statistics,
      runningSeconds:
        job.status === "running" && job.startedAt !== undefined ? (deps.clock.now() - job.startedAt) / 1000 : undefined,
      events: isFinished(job.status) ? undefined : `${jobUrl(baseUrl, job.id)}/events?after=${place}`,
      againUrl: mayDo(principal, "execute") ? againUrlOf(job, inputs, baseUrl) : undefined,
    }),
  };
}

async function viewsOf(
  deps: JobViewDeps,
  principal: Principal,
  job: Job,
  baseUrl: string,
): Promise<readonly ResultView[]> {
  if (job.status !== "successful") return [];
  const outcome = await readResults(deps, principal, job.id);
  return resultViews(deps, outcome, outcome.results, { baseUrl, locations: outputLocations(deps, baseUrl) });
}

function entryOf({ at, status, stage, progress, message }: JobEvent): TimelineEntry {
  return { at: new Date(at).toISOString(), status, progress, message, ...defined({ stage }) };
}

function actionsOf(principal: Principal, job: Job): Pick<JobView, "mayDismiss" | "mayRetry"> {
  const own = isOwn(principal, job.user);
  const retried: readonly string[] = jobMoves.retry.from;
  return {
    // One that was dismissed is gone for who dismisses it again.
    mayDismiss: job.status !== "dismissed" && mayDo(principal, own ? "dismiss-own" : "dismiss-all"),
    mayRetry: retried.includes(job.status) && mayDo(principal, own ? "execute" : "dismiss-all"),
  };
}

/** Gives the address of the form of the job's process, with the inputs unless they are too long for an address. */
function againUrlOf({ providerId, processId }: Job, inputs: JsonObject, baseUrl: string): string {
  const base = providerId === undefined ? baseUrl : providerUrl(baseUrl, providerId);
  const url = `${processUrl(base, processId)}?f=html`;
  const filled = `${url}&inputs=${encodeURIComponent(JSON.stringify(inputs))}`;
  return filled.length > longestUrl ? url : filled;
}
