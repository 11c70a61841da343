import { clientOf } from "../domain/access.ts";
import { type GrowingPause, growingPause } from "../domain/growing-pause.ts";
import type { Job } from "../domain/job.ts";
import { stages } from "../domain/progress.ts";
import { sleep, startTimer, type Timer } from "../domain/timers.ts";
import { forgetCrashes } from "../files/crash-notes.ts";
import { databaseFile } from "../files/layout.ts";
import { explainDatabase, isDamaged } from "../store/database-fault.ts";
import { claimJobs, findJob, leftWaiting, waitingJobs } from "../store/jobs.ts";
import type { Claim, RunnerDeps, WalkEnd } from "./claim.ts";
import { executeProcess } from "./execute-process.ts";
import { createLoopCare } from "./loop-care.ts";
import { clearExecution, recoverExecutions } from "./recover.ts";
import { createWaitingQueue, type TakeRules } from "./waiting-queue.ts";

/** Claims jobs and walks them through the stages. */
export type Runner = AsyncDisposable & {
  /** Looks after the executions that an earlier run of the server left, then begins to claim. */
  start(): Promise<void>;
  /** Tells of an accepted job. A lost wake is harmless: the database is read every second. */
  wake(job?: Job): void;
  /** Stops a job that was taken away from its walk. */
  stop(jobId: string): void;
  /** Claims nothing from now on; what runs goes on until disposal. */
  stopClaiming(): void;
  /** What runs now. */
  figures(): Readonly<Record<Lane | "waiting", number>>;
};

/** Built-in jobs start no program and take no slot; this many run at once. */
const quickSlots = 256;
/** Jobs that are claimed by one write. */
const claimBatch = 64;
/** Accepted jobs that are read at a time, and how many of a lane are kept in memory. */
const readAhead = 1000;
const keptAhead = 4 * readAhead;
const lookEveryMilliseconds = 1000;
/** An execution whose end could not be written is looked at again after this long; the pause doubles each time. */
const retryMilliseconds = 5000;

/** A job that was noted so often when the server went down is taken up alone after a start, */
const notesOfSuspect = 2;
/** until nothing was done for it for so many looks in a row: its tool runs. */
const quietLooks = 5;
const quietLookMilliseconds = 100;
/** Nor does a start wait longer for one: a minute. */
const mostLooks = 600;

/** What bounds how many jobs run at once: nothing but memory, the tools' slots, or the patience of other servers. */
type Lane = "quick" | "tools" | "remote";

type Active = {
  readonly controller: AbortController;
  readonly lane: Lane;
  readonly processId: string;
  readonly client: string;
  readonly done: Promise<void>;
};

/** Creates a runner; nothing runs before `start`. Disposal stops claiming and leaves tools running. */
export function createRunner(deps: RunnerDeps): Runner {
  const active = new Map<string, Active>();
  const waiting = {
    quick: createWaitingQueue(keptAhead),
    tools: createWaitingQueue(keptAhead),
    remote: createWaitingQueue(keptAhead),
  };
  const bounds = { quick: quickSlots, tools: deps.slots, remote: deps.remoteSlots } as const satisfies Record<
    Lane,
    number
  >;
  const timers = new Set<Timer>();
  const stoppedDuringClaim = new Set<string>();
  let isClaiming = false;
  let isStarted = false;
  let isStopping = false;
  let isReading = false;
  let isResting = false;
  const careOf = (about: string) => createLoopCare(deps, about, { isVital: true });
  const [reading, claiming] = [careOf("Cannot read the waiting jobs"), careOf("Cannot claim jobs")];
  const recovering = careOf("Cannot look after open executions");
  /** By execution: of ends that could not be written. */
  const endPauses = new Map<string, GrowingPause>();
  let mayHaveMore = true;
  /** Where the next read goes on when there are more clients than one read takes. */
  let afterClient: string | undefined;

  const laneOf = (job: Job): Lane => (job.isRemote ? "remote" : deps.isBuffered(job) ? "tools" : "quick");
  const count = (lane: Lane) => {
    let running = 0;
    for (const entry of active.values()) if (entry.lane === lane) running += 1;
    return running;
  };
  const take = (lane: Lane, rules: (lane: Lane) => TakeRules) =>
    waiting[lane].take(Math.min(bounds[lane] - count(lane), claimBatch), rules(lane));
  const waitingCount = () => waiting.quick.size + waiting.tools.size + waiting.remote.size;
  const enqueue = (job: Job) => {
    if (active.has(job.id)) return;
    if (!waiting[laneOf(job)].add(job)) mayHaveMore = true;
  };
  const later = (milliseconds: number, work: () => void) => {
    const timer = startTimer(milliseconds, () => {
      timers.delete(timer);
      work();
    });
    timers.add(timer);
  };

  /** Keeps the loops from trying again at once. */
  const rest = (milliseconds: number) => {
    isResting = true;
    later(milliseconds, () => {
      isResting = false;
      void read();
    });
  };

  const read = async () => {
    if (isReading || isResting || isStopping) return;
    isReading = true;
    try {
      const jobs = await waitingJobs(deps.database, readAhead, afterClient);
      const { hasMore, lastClient } = leftWaiting(jobs, readAhead);
      mayHaveMore = hasMore || afterClient !== undefined;
      afterClient = lastClient;
      for (const job of jobs) enqueue(job);
      reading.wentWell();
      // Nobody claims then, so that nothing else could tell that it goes well again.
      if (jobs.length === 0) claiming.wentWell();
    } catch (error) {
      rest(reading.failed(error));
    } finally {
      isReading = false;
    }
    pump();
  };

  /** Holds jobs to the slots of their process and of their client, counting what lives and what was taken just before. */
  const takeRules = (): ((lane: Lane) => TakeRules) => {
    const ofProcess = new Map<string, number>();
    const ofClient = new Map<string, number>();
    const add = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const { processId, client, lane: other } of active.values()) {
      add(ofProcess, processId);
      if (other !== "quick") add(ofClient, client);
    }
    const runningOf = (client: string) => ofClient.get(client) ?? 0;
    const hasSlot = ({ processId, request }: Job) =>
      (ofProcess.get(processId) ?? 0) < (request.run?.processSlots ?? Number.POSITIVE_INFINITY);
    const quick = { accepts: hasSlot, onTaken: ({ processId }: Job) => void add(ofProcess, processId) };
    const slow = {
      accepts: (job: Job) => hasSlot(job) && runningOf(clientOf(job)) < deps.clientSlots,
      running: runningOf,
      onTaken(job: Job) {
        add(ofProcess, job.processId);
        add(ofClient, clientOf(job));
      },
    };
    return (lane) => (lane === "quick" ? quick : slow);
  };

  const pump = () => {
    if (!isStarted || isStopping || isClaiming || isResting || !deps.hasSpace()) return;
    const rules = takeRules();
    const jobs = [...take("quick", rules), ...take("tools", rules), ...take("remote", rules)];
    if (jobs.length === 0) {
      if (mayHaveMore && waitingCount() === 0) void read();
      return;
    }
    isClaiming = true;
    claim(jobs)
      .then(claiming.wentWell)
      .catch((error) => {
        mayHaveMore = true;
        rest(claiming.failed(error));
      })
      .finally(() => {
        isClaiming = false;
        pump();
      });
  };

  const claim = async (jobs: readonly Job[]) => {
    const at = deps.clock.now();
    const setup = {
      at,
      kind: "stage",
      status: "running",
      stage: "setup",
      progress: stages.setup.percent,
      message: stages.setup.message,
    } as const;
    const claims = jobs.map((job) => ({
      jobId: job.id,
      executionId: deps.newId(),
      moveId: deps.newId(),
      event: setup,
    }));
    deps.failpoint?.("setup", "before-commit");
    const won = await claimJobs(deps.database, claims, at);
    deps.failpoint?.("setup", "after-commit");
    jobs.forEach((job, index) => {
      const move = won.get(job.id);
      const executionId = claims[index]?.executionId;
      if (move === undefined || executionId === undefined) return;
      launch({ job, executionId, ...move, startedAt: at, isAdopted: false });
      if (stoppedDuringClaim.has(job.id)) void stopDismissed(job.id, executionId);
    });
    stoppedDuringClaim.clear();
  };

  /** Who was dismissed while it was claimed may have been retried before that, too: then the claim is of the new attempt. */
  const stopDismissed = async (jobId: string, executionId: string) => {
    try {
      const job = await findJob(deps.database, jobId);
      if (job?.status === "running" && job.executionId === executionId) return;
      active.get(jobId)?.controller.abort("dismissed");
    } catch (error) {
      // The walk's next write finds its claim lost.
      deps.logger.warn("Cannot look whether a job was dismissed", { jobId, error });
    }
  };

  const launch = (claimed: Claim) => {
    const controller = new AbortController();
    const { job } = claimed;
    const done = run(claimed, controller).finally(() => {
      active.delete(job.id);
      pump();
    });
    active.set(job.id, { controller, lane: laneOf(job), processId: job.processId, client: clientOf(job), done });
  };

  const run = async (claimed: Claim, controller: AbortController) => {
    const { job, executionId } = claimed;
    const walkDeps = { ...deps, claim: claimed, signal: controller.signal, lose: () => controller.abort("dismissed") };
    try {
      const { url, headers } = await deps.remoteAccess(job);
      const end: WalkEnd = await executeProcess(walkDeps, job.id, url, headers);
      if (end.kind !== "left") await clearExecution(deps, { job, executionId }, end);
      if (end.kind === "finished" && end.status === "successful") deps.failpoint?.("done", "after-effect");
      endPauses.delete(executionId);
      if (end.kind !== "left" && deps.crashNotes[job.id] !== undefined) forgetCrashes(deps.layout, job.id);
    } catch (error) {
      deps.logger.error("Cannot end a job, looking at it again soon", { jobId: job.id, executionId, error });
      const pause = endPauses.get(executionId) ?? growingPause(retryMilliseconds);
      endPauses.set(executionId, pause);
      later(pause.next(), () => void recover(executionId));
    } finally {
      deps.activity.end(job.id);
    }
  };

  /** What was noted last need not be what froze the server: whoever was noted more than once is taken up before the others. */
  const launchAlone = async (suspect: Claim) => {
    launch(suspect);
    let quiet = 0;
    for (let look = 0; look < mostLooks && quiet < quietLooks && active.has(suspect.job.id); look += 1) {
      await sleep(quietLookMilliseconds);
      quiet = deps.activity.isAt(suspect.job.id) ? 0 : quiet + 1;
    }
  };

  const recover = async (executionId?: string) => {
    try {
      const claims = await recoverExecutions(deps, executionId);
      const isSuspect = ({ job }: Claim) => (deps.crashNotes[job.id]?.times ?? 0) >= notesOfSuspect;
      for (const suspect of claims.filter(isSuspect)) await launchAlone(suspect);
      for (const found of claims.filter((one) => !isSuspect(one))) launch(found);
      recovering.wentWell();
    } catch (error) {
      // A start does without a database that is damaged, not without one that is busy.
      if (!isStarted && isDamaged(error)) throw explainDatabase(databaseFile(deps.layout), error);
      const pause = recovering.failed(error);
      if (!isStopping) later(pause, () => void recover(executionId));
    }
  };
  /** The same rows that are read later, now, when somebody is there who can be told. */
  const tryDatabase = async () => {
    try {
      await waitingJobs(deps.database, readAhead);
    } catch (error) {
      if (isDamaged(error)) throw explainDatabase(databaseFile(deps.layout), error);
    }
  };

  const look = () => {
    void read();
    if (!isStopping) later(lookEveryMilliseconds, look);
  };

  return {
    async start() {
      await tryDatabase();
      await recover();
      isStarted = true;
      look();
    },
    wake(job) {
      if (job !== undefined) enqueue(job);
      pump();
    },
    stop(jobId) {
      waiting.quick.remove(jobId);
      waiting.tools.remove(jobId);
      waiting.remote.remove(jobId);
      active.get(jobId)?.controller.abort("dismissed");
      if (isClaiming) stoppedDuringClaim.add(jobId);
    },
    stopClaiming() {
      isStopping = true;
    },
    figures: () => ({
      tools: count("tools"),
      quick: count("quick"),
      remote: count("remote"),
      waiting: waitingCount(),
    }),
    async [Symbol.asyncDispose]() {
      isStopping = true;
      for (const timer of timers) timer.clear();
      for (const entry of active.values()) entry.controller.abort("stopping");
      await Promise.all([...active.values()].map((entry) => entry.done));
    },
  };
}
