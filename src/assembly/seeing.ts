import { defined } from "../domain/defined.ts";
import type { ServiceMetrics } from "../domain/figures/service-metrics.ts";
import type { Job } from "../domain/jobs/job.ts";
import { isFinished } from "../domain/jobs/job-state.ts";
import type { OnMove } from "../domain/jobs/told-move.ts";
import type { EventLog } from "../domain/logger.ts";
import { traceIdOf } from "../domain/people/origin.ts";
import type { Clock } from "../domain/waiting/clock.ts";
import { startInterval } from "../domain/waiting/timers.ts";
import type { AnsweredRequest, RequestObserver } from "../http/door/observe-request.ts";

export type SeeingDeps = {
  readonly metrics: ServiceMetrics;
  readonly events: EventLog;
  readonly laneOf: (job: Job) => Lane;
  /** Which requests have a line in the log. */
  readonly logRequests: "off" | "errors" | "all";
  /** Told of requests that were refused for who asked. */
  readonly onRefused: (request: AnsweredRequest) => void;
};

export type Lane = "quick" | "tools" | "remote";

/** What is told of what the service does: in metrics and in the log. */
export type Seeing = { readonly onMove: OnMove; readonly observer: RequestObserver };

/** Statuses that say that somebody may not do what was asked. */
const refusals: readonly number[] = [401, 403, 429];
/** Probes and readers of metrics come again and again, and tell nothing of what the service does. */
const quietRoutes: readonly (string | undefined)[] = ["/healthz", "/readyz", "/metrics"];
const knownMethods: readonly string[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** Creates what counts and logs moves of jobs and requests. */
export function createSeeing(deps: SeeingDeps): Seeing {
  const { metrics, events, laneOf } = deps;
  return {
    onMove({ move, job, to, milliseconds, isWithEnd }) {
      const process = processLabel(job);
      metrics.moves.add([move, process]);
      if (milliseconds !== undefined) {
        const seconds = Math.max(0, milliseconds) / 1000;
        if (move === "claim") metrics.waits.observe(seconds, [laneOf(job)]);
        else if (isFinished(to)) metrics.runs.observe(seconds, [to, process]);
      }
      if (isWithEnd === true) return;
      const { origin, user, processId, providerId, id } = job;
      events.tell(move === "fail" ? "warn" : "info", `Job: ${move}`, {
        jobId: id,
        processId,
        status: to,
        ...defined({ providerId, user, milliseconds, requestId: origin?.requestId }),
        ...(origin === undefined ? {} : { traceId: traceIdOf(origin) }),
      });
    },
    observer: {
      answered: (request) => tellRequest(deps, request),
      held: (kind, by) => metrics.open.add(by, [kind]),
    },
  };
}

/** Makes what tells the lane of a job: built-in processes have one, those of other servers another. */
export function lanesOf(builtins: { has(processId: string): boolean }): (job: Job) => Lane {
  return (job) => (job.isRemote ? "remote" : builtins.has(job.processId) ? "quick" : "tools");
}

/** A process of a provider is named after both. */
export function processLabel({ processId, providerId }: Pick<Job, "processId" | "providerId">): string {
  return providerId === undefined ? processId : `${providerId}/${processId}`;
}

function tellRequest({ metrics, events, logRequests, onRefused }: SeeingDeps, request: AnsweredRequest): void {
  const { method, route, path, status, milliseconds, bytes, user, role, keyId, origin } = request;
  const knownMethod = knownMethods.includes(method) ? method : "other";
  const pattern = route ?? "none";
  metrics.requests.add([knownMethod, pattern, String(status)]);
  metrics.requestTimes.observe(milliseconds / 1000, [knownMethod, pattern]);
  const isRefused = refusals.includes(status);
  if (isRefused) metrics.refusals.add([String(status)]);
  // What a setting refused has another status than what somebody may not.
  if (isRefused || request.refusal !== undefined || (request.held ?? []).length > 0 || request.lacksKey === true)
    onRefused(request);
  const isError = status >= 500 || isRefused;
  if (logRequests === "off" || (logRequests === "errors" && status < 400)) return;
  const level = isError ? "warn" : quietRoutes.includes(route) ? "debug" : "info";
  events.tell(level, isRefused ? "Request refused" : "Request", {
    method,
    route: pattern,
    path,
    status,
    ms: Math.round(milliseconds * 1000) / 1000,
    bytes,
    user,
    role,
    keyId,
    address: origin.address,
    requestId: origin.requestId,
    traceId: traceIdOf(origin),
  });
}

const lookMilliseconds = 1000;

/** Starts to look each second how late the event loop is. */
export function watchLoop({ elapsed }: Pick<Clock, "elapsed">, metrics: ServiceMetrics): Disposable {
  let before = elapsed();
  const timer = startInterval(lookMilliseconds, () => {
    const now = elapsed();
    metrics.loopDelay.observe(Math.max(0, now - before - lookMilliseconds) / 1000);
    before = now;
  }).unref();
  return { [Symbol.dispose]: () => timer.clear() };
}
