import { defined } from "../../domain/defined.ts";
import type { Job } from "../../domain/jobs/job.ts";
import { stopFor } from "../../domain/jobs/stop-reason.ts";
import { clientOf } from "../../domain/people/access.ts";
import { type GrowingPause, growingPause } from "../../domain/waiting/growing-pause.ts";
import { forgetCrashes } from "../../files/crash-notes.ts";
import { isDatabaseClosed } from "../../store/database/database-fault.ts";
import { clearExecution } from "../care/recover.ts";
import type { Claim, ExecuteDeps, RunnerDeps } from "../queue/claim.ts";
import type { Lane, RunningJob } from "../queue/lanes.ts";
import { executeProcess } from "./execute-process.ts";
import { createToolTurns, type ToolTurn } from "./tool-turns.ts";

/** The walks that live in this process. */
export type LivingWalks = AsyncDisposable & {
  /** Begins the walk of a claimed job. */
  launch(claim: Claim): void;
  /** Holds a slot for a job that is run otherwise, as long as that takes. */
  hold<Result>(job: Job, work: (controller: AbortController) => Promise<Result>): Promise<Result>;
  has(jobId: string): boolean;
  /** Takes a job away from its walk. */
  stop(jobId: string): void;
  running(): Iterable<RunningJob>;
  /** Tells whether jobs may be prepared while the tools of others run. */
  mayPrepareAhead(): boolean;
};

type Walk = RunningJob & { readonly controller: AbortController; readonly done: Promise<void> };

/** What is told of walks. */
type Told = {
  /** A walk needs its slot no more, or has ended. */
  readonly onRoom: () => void;
  /** The end of an execution could not be written: it is to be looked at again after so many milliseconds. */
  readonly onUnwritten: (executionId: string, milliseconds: number) => void;
};

/** An execution whose end could not be written is looked at again after this long; the pause doubles each time. */
const retryMilliseconds = 5000;

/** Creates the set of walks, empty. Disposal leaves tools running, and lets no walk begin any more. */
export function createLivingWalks(deps: RunnerDeps, laneOf: (job: Job) => Lane, told: Told): LivingWalks {
  const walks = new Map<string, Walk>();
  /** By execution: of ends that could not be written. */
  const pauses = new Map<string, GrowingPause>();
  let isOver = false;
  const turns = createToolTurns(deps.clock, deps.slots);

  const walk = async (claim: Claim, controller: AbortController, turn?: ExecuteDeps["turn"]) => {
    const { job, executionId } = claim;
    try {
      await walkToEnd({ ...deps, ...defined({ turn }) }, claim, controller);
      pauses.delete(executionId);
    } catch (error) {
      // The next start goes on with it.
      if (isDatabaseClosed(error)) return;
      deps.logger.error("Cannot end a job, looking at it again soon", { jobId: job.id, executionId, error });
      const pause = pauses.get(executionId) ?? growingPause(retryMilliseconds);
      pauses.set(executionId, pause);
      told.onUnwritten(executionId, pause.next());
    }
  };
  const begin = <Result>(job: Job, work: (controller: AbortController) => Promise<Result>, turn?: ToolTurn) => {
    const controller = new AbortController();
    const result = work(controller).finally(() => {
      deps.activity.end(job.id);
      walks.delete(job.id);
      turn?.[Symbol.dispose]();
      told.onRoom();
    });
    const done = result.then(
      () => {},
      () => {},
    );
    walks.set(job.id, {
      controller,
      lane: laneOf(job),
      processId: job.processId,
      client: clientOf(job),
      get isPublishing() {
        return turn?.hasRun ?? false;
      },
      done,
    });
    return result;
  };
  return {
    hold: begin,
    launch(claim) {
      // Claimed as the server stopped: the next start finds it.
      if (isOver) return;
      const turn = laneOf(claim.job) === "tools" ? turns.join(claim.job, claim.isAdopted) : undefined;
      const endRun = () => {
        turn?.endRun();
        told.onRoom();
      };
      const ownTurn = turn === undefined ? undefined : { come: turn.come, endRun };
      void begin(claim.job, (controller) => walk(claim, controller, ownTurn), turn);
    },
    has: (jobId) => walks.has(jobId),
    stop(jobId) {
      const living = walks.get(jobId);
      if (living !== undefined) stopFor(living.controller, "dismissed");
    },
    running: () => walks.values(),
    mayPrepareAhead: turns.areQuick,
    async [Symbol.asyncDispose]() {
      isOver = true;
      for (const { controller } of walks.values()) stopFor(controller, "stopping");
      await Promise.all([...walks.values()].map(({ done }) => done));
    },
  };
}

async function walkToEnd(
  deps: RunnerDeps & Pick<ExecuteDeps, "turn">,
  claim: Claim,
  controller: AbortController,
): Promise<void> {
  const { job, executionId } = claim;
  const { url, headers } = await deps.remoteAccess(job);
  const walkDeps = { ...deps, signal: controller.signal, lose: () => stopFor(controller, "dismissed") };
  const end = await executeProcess(walkDeps, claim, url, headers);
  if (end.kind !== "left") await clearExecution(deps, { job, executionId }, end);
  if (end.kind === "finished" && end.status === "successful") deps.failpoint?.("done", "after-effect");
  if (end.kind !== "left" && deps.crashNotes[job.id] !== undefined) forgetCrashes(deps.layout, job.id);
}
