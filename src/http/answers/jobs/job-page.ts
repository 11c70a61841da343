import { defined } from "../../../domain/defined.ts";
import type { JobView, OtherRun } from "../../../domain/documents/job-view.ts";
import type { ResultView } from "../../../domain/documents/result-view.ts";
import { freeRoom, freeSlot, isDiscarded, type Job } from "../../../domain/jobs/job.ts";
import { isFinished, jobMoves } from "../../../domain/jobs/job-state.ts";
import { stepRunsOf } from "../../../domain/jobs/step-runs.ts";
import { jobUrl, processUrl, providerUrl } from "../../../domain/links.ts";
import { isOwn, mayDo, type Principal } from "../../../domain/people/access.ts";
import { saysWantedKey } from "../../../domain/people/wanted-key.ts";
import type { Clock } from "../../../domain/waiting/clock.ts";
import { findTwin } from "../../../operations/jobs/earlier-twin.ts";
import { runsBefore } from "../../../operations/jobs/job-outlook.ts";
import { type KeepDeps, mayKeep } from "../../../operations/jobs/keep-job.ts";
import { listJobs } from "../../../operations/jobs/list-jobs.ts";
import { whyNotRetried, whyUploadsLack } from "../../../operations/jobs/retry-job.ts";
import { readSeenBy } from "../../../operations/jobs/seen-by.ts";
import { type ReadResultsDeps, readResults } from "../../../operations/results/read-results.ts";
import { readOwnShare } from "../../../operations/results/share-results.ts";
import { readJobGraph, readOpenSteps } from "../../../operations/runs/read-graph.ts";
import { jobWithInputs } from "../../../operations/runs/read-inputs.ts";
import { listEarlierLogs, readLogTail } from "../../../operations/runs/read-log.ts";
import { programsOf } from "../../../operations/runs/read-programs.ts";
import { readListedProcesses } from "../../../operations/runs/read-ran-process.ts";
import { isAllCached, readMakers, readStatistics } from "../../../operations/runs/read-statistics.ts";
import { tasksOf } from "../../../operations/runs/read-tasks.ts";
import { readTimeline } from "../../../operations/runs/read-timeline.ts";
import { readWorkSize, type WorkSizeDeps } from "../../../operations/runs/read-work-size.ts";
import { readSlotHolders } from "../../../operations/system/slot-holders.ts";
import { readSourcesOf } from "../../../operations/uploads/read-uploads.ts";
import { signInPart } from "../../../pages/providers/provider.tsx";
import type { RouteContext } from "../../route.ts";
import { principalOf } from "../../route.ts";
import { resultViews } from "../results/result-views.ts";
import { type AnswerDeps, outputLocations } from "../results/results-context.ts";
import { knownUploads } from "./input-views.ts";
import { ranView } from "./ran-process.ts";
import { timesSoFar } from "./so-far.ts";
import { inputsDocument } from "./status-document.ts";
import { reachedProgress, timelineOf } from "./timeline-view.ts";

export type JobViewDeps = ReadResultsDeps &
  WorkSizeDeps &
  Pick<AnswerDeps, "settings"> & {
    readonly clock: Clock;
    readonly settings: { readonly keptMilliseconds?: number } & KeepDeps["settings"];
  };

const shownLines = 40;
/** What is longer is shown by its own page only, in characters. */
const longestLine = 2000;
const longestInputs = 64 * 1024;

/** Reads what the page of a job shows besides its status. */
export async function readJobView(
  deps: JobViewDeps,
  context: Pick<RouteContext, "baseUrl" | "caller" | "queries">,
  job: Job,
): Promise<JobView> {
  const principal = principalOf(context);
  const { baseUrl } = context;
  // Only its history is left of one that was removed.
  const views = { outputsUrl: outputLocations(deps, baseUrl).outputsUrl };
  if (isDiscarded(job)) return { log: [], timeline: [], results: [], views, mayDismiss: false, mayRetry: false };
  const placed = { job, baseUrl };
  const whole = await jobWithInputs(deps, job);
  const { inputs } = inputsDocument(whole, baseUrl);
  // What needs nothing of the others is read together with them.
  const [told, run, ran, uploads, results, before, others, care] = await Promise.all([
    toldOf(deps, principal, job),
    runOf(deps, principal, placed),
    ranOf(deps, principal, { job: whole, baseUrl }),
    readSourcesOf(deps, principal, whole),
    viewsOf(deps, principal, job, baseUrl),
    runsBefore(deps, job),
    otherRuns(deps, principal, job, baseUrl),
    careOf(deps, principal, placed),
  ]);
  const { place, ...shown } = told;
  return {
    ...shown,
    ...run,
    ...ran,
    ...before,
    ...others,
    ...care,
    results,
    views,
    mayKeep: mayKeep(deps.settings, principal, job),
    mayRun: mayDo(principal, "execute"),
    ...defined({
      inputs: JSON.stringify(inputs).length > longestInputs ? undefined : inputs,
      uploads: knownUploads(uploads, baseUrl),
      ...timesSoFar(job, deps.clock.now()),
      events: isFinished(job.status) ? undefined : `${jobUrl(baseUrl, job.id)}/events?after=${place}`,
      keptMilliseconds: job.keptAt !== undefined ? undefined : deps.settings.keptMilliseconds,
      share: await shareOf(deps, principal, job, { results, asked: context.queries("share") }),
      wantedKeyUrl: wantedKeyUrlOf(principal, job, baseUrl),
      againUrl: ran.isProcessGone !== true && mayDo(principal, "execute") ? againUrlOf(job, baseUrl) : undefined,
    }),
  };
}

/** Reads the history of a job and the end of its log, and where what follows both begins: the log is the later one, so that no line is missed. */
async function toldOf(deps: JobViewDeps, principal: Principal, job: Job) {
  const earlier = listEarlierLogs(deps, principal, job.id);
  const told = (async () => {
    const events = await readTimeline(deps, principal, job.id);
    return { events, ...(await readLogTail(deps, principal, job.id, shownLines)) };
  })();
  const [earlierLogs, { events, lines, attempt, offset }] = await Promise.all([earlier, told]);
  return {
    earlierLogs,
    log: lines.map((line) => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line)),
    timeline: timelineOf(events),
    place: `${events.at(-1)?.number ?? 0}.${attempt}.${offset}`,
    ...defined({ reachedProgress: job.status === "failed" ? reachedProgress(events) : undefined }),
  };
}

/** Reads the steps of a job, with their figures and where they were taken from. */
async function runOf(deps: JobViewDeps, principal: Principal, { job, baseUrl }: Placed) {
  const hasStarted = job.startedAt !== undefined && job.executionId !== undefined;
  const [tasks, statistics, graph] = await Promise.all([
    job.executionId === undefined ? [] : tasksOf(deps, job.executionId),
    hasStarted ? readStatistics(deps, principal, job.id) : undefined,
    readJobGraph(deps, principal, job),
  ]);
  const isAll = statistics && isAllCached(job, statistics, tasks);
  const [openSteps, cachedFrom] = await Promise.all([
    readOpenSteps(deps, job, graph),
    isAll === true ? cachedFromOf(deps, principal, { tasks, baseUrl }) : undefined,
  ]);
  return {
    steps: stepRunsOf(tasks, openSteps),
    ...defined({ statistics, isAllCached: isAll, cachedFrom, graph, programs: programsOf(job, tasks) }),
  };
}

/** Reads what a job that comes with its inputs ran, and what can be done with it. */
async function ranOf(deps: JobViewDeps, principal: Principal, { job, baseUrl }: Placed) {
  const actions = await actionsOf(deps, principal, job);
  return { ...actions, ...(await ranView(deps, job, { principal, baseUrl, mayRetry: actions.mayRetry })) };
}

/** Reads what only some jobs have: a run before with the same inputs, what it waits for, its work directory, and who else sees it. */
async function careOf(deps: JobViewDeps, principal: Principal, placed: Placed) {
  const [twin, work, holders, seenBy] = await Promise.all([
    twinOf(deps, principal, placed),
    workOf(deps, principal, placed.job),
    holdersOf(deps, principal, placed),
    readSeenBy(deps, principal, placed.job),
  ]);
  return defined({ twin, work, holders, seenBy });
}

/** What runs while a job waits for its turn. */
async function holdersOf(
  deps: JobViewDeps,
  principal: Principal,
  { job, baseUrl }: Placed,
): Promise<JobView["holders"]> {
  const waits = job.status === "accepted" || job.wait?.reason === freeSlot || job.wait?.reason === freeRoom;
  if (!waits) return undefined;
  const { count, since, jobs } = await readSlotHolders(deps, principal);
  return {
    count,
    ...defined({ since: since === undefined ? undefined : new Date(since).toISOString() }),
    jobs: jobs.map(({ id, processId, user, startedAt, usualMilliseconds }) => ({
      ...{ url: jobUrl(baseUrl, id), id, processId, since: new Date(startedAt).toISOString() },
      ...defined({ user, usualSeconds: usualMilliseconds === undefined ? undefined : usualMilliseconds / 1000 }),
    })),
  };
}

type Placed = { readonly job: Job; readonly baseUrl: string };

/** The jobs that made what a job took from the cache, with their pages for who may see them. */
async function cachedFromOf(
  deps: JobViewDeps,
  principal: Principal,
  { tasks, baseUrl }: { readonly tasks: Parameters<typeof readMakers>[2]; readonly baseUrl: string },
) {
  const makers = await readMakers(deps, principal, tasks);
  return makers.map(({ id, job: maker }) => ({
    id,
    ...defined({ url: maker && `${jobUrl(baseUrl, id)}?f=html` }),
  }));
}

/** The run before that had the same inputs, for the person whose both are. */
async function twinOf(deps: JobViewDeps, principal: Principal, { job, baseUrl }: Placed): Promise<JobView["twin"]> {
  if (!isOwn(principal, job.user)) return undefined;
  const twin = await findTwin(deps, principal, job);
  if (twin?.finishedAt === undefined) return undefined;
  const finished = new Date(twin.finishedAt).toISOString();
  return { url: `${jobUrl(baseUrl, twin.id)}?f=html#results`, id: twin.id, finished };
}

/** What a job that runs works with by now. */
async function workOf(deps: JobViewDeps, principal: Principal, job: Job): Promise<JobView["work"]> {
  const size = await readWorkSize(deps, principal, job);
  return size && { ...size, measured: new Date(size.measured).toISOString() };
}

/** Of several results each can be shared by itself; where the address asks for some, these are the ones that are ticked. */
async function shareOf(
  deps: JobViewDeps,
  principal: Principal,
  job: Job,
  { results, asked }: { readonly results: readonly ResultView[]; readonly asked: readonly string[] },
): Promise<JobView["share"]> {
  const share = await readOwnShare(deps, principal, job);
  if (share === undefined) return undefined;
  const { expiresAt, outputs } = share;
  const isAsked = results.some(({ outputId }) => asked.includes(outputId));
  const choices = results.map(({ outputId: name, title }) => ({
    name,
    isChosen: !isAsked || asked.includes(name),
    ...defined({ title }),
  }));
  const until = expiresAt === undefined ? undefined : new Date(expiresAt).toISOString();
  return defined({ until, outputs, choices: choices.length < 2 ? undefined : choices });
}

const shownOthers = 5;

/** Lists the last other runs of the process of a job, of those that the caller may see, and says in which inputs it differs. */
async function otherRuns(
  deps: JobViewDeps,
  principal: Principal,
  job: Job,
  baseUrl: string,
): Promise<Pick<JobView, "others" | "line">> {
  const search = { processIds: [job.processId], providerIds: [job.providerId ?? null] };
  const { items } = await listJobs(deps, principal, { limit: shownOthers + 1, search });
  const others = items.filter(({ id }) => id !== job.id).slice(0, shownOthers);
  const { lines } = await readListedProcesses(deps, principal, [...others, job]);
  const runs = others.map(({ id, status, createdAt, request: { title } }): OtherRun => {
    const pair = new URLSearchParams([
      ["f", "html"],
      ["jobs", id],
      ["jobs", job.id],
    ]);
    const compareUrl = `${baseUrl}/jobs/compare?${pair}`;
    return {
      compareUrl,
      id,
      status,
      created: new Date(createdAt).toISOString(),
      ...defined({ title, line: lines.get(id) }),
    };
  });
  return { others: runs, ...defined({ line: lines.get(job.id) }) };
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

async function actionsOf(
  deps: JobViewDeps,
  principal: Principal,
  job: Job,
): Promise<Pick<JobView, "mayDismiss" | "mayRetry" | "whyNotRetried">> {
  const own = isOwn(principal, job.user);
  const retried: readonly string[] = jobMoves.retry.from;
  const mayRetry = retried.includes(job.status) && mayDo(principal, own ? "execute" : "dismiss-all");
  const why = mayRetry ? ((await whyNotRetried(deps, job)) ?? (await whyUploadsLack(deps, job))) : undefined;
  return {
    mayDismiss: mayDo(principal, own ? "dismiss-own" : "dismiss-all"),
    mayRetry: mayRetry && why === undefined,
    ...defined({ whyNotRetried: why }),
  };
}

/** Gives the form by which the provider of a job that failed gets the key that it wanted, for who may give it. */
function wantedKeyUrlOf(principal: Principal, { providerId, failure }: Job, baseUrl: string): string | undefined {
  if (providerId === undefined || failure === undefined || !saysWantedKey(failure.message)) return undefined;
  if (!mayDo(principal, "manage-providers")) return undefined;
  return `${providerUrl(baseUrl, providerId)}?f=html#${signInPart}`;
}

/** Gives the address of the form of the job's process, filled by the job. */
function againUrlOf({ id, providerId, processId }: Job, baseUrl: string): string {
  const base = providerId === undefined ? baseUrl : providerUrl(baseUrl, providerId);
  return `${processUrl(base, processId)}?f=html&from=${encodeURIComponent(id)}`;
}
