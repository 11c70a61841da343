import type { RunnerPort } from "../operations/submit/runner-port.ts";
import type { Notifier } from "../runner/care/notify.ts";
import type { StatusDocuments } from "../runner/walk/status-document.ts";

type RunnerPortDeps = {
  readonly runner: Pick<RunnerPort, "wake" | "claimNew" | "runAtOnce" | "stop">;
  readonly statusDocuments: Pick<StatusDocuments, "publish">;
  readonly notifier: Pick<Notifier, "wake">;
};

/** Makes what operations ask of what runs jobs, of its documents, and of what tells others. */
export function runnerPort({ runner, statusDocuments, notifier }: RunnerPortDeps): RunnerPort {
  return {
    wake: (job) => runner.wake(job),
    claimNew: (job) => runner.claimNew(job),
    runAtOnce: (unwritten) => runner.runAtOnce(unwritten),
    stop: (jobId) => runner.stop(jobId),
    publishStatus: (jobId) => statusDocuments.publish(jobId),
    notify: notifier.wake,
  };
}
