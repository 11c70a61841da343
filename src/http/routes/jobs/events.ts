import { Problem } from "../../../domain/problem.ts";
import { type JoinedSignal, joinSignals } from "../../../domain/waiting/joined-signal.ts";
import { type ListNews, type WatchDeps, watchJob, watchJobs } from "../../../operations/jobs/watch-jobs.ts";
import type { WatchNews, WatchPlace } from "../../../operations/jobs/watch-news.ts";
import type { ReadResultsDeps } from "../../../operations/results/read-results.ts";
import { encodeEvent, eventStreamResponse, type StreamEvent } from "../../answers/event-stream.ts";
import { statusDocument } from "../../answers/jobs/status-document.ts";
import { resultsTarget } from "../../answers/results/results-target.ts";
import { principalOf, type Route, type RouteContext } from "../../route.ts";

export type EventRouteDeps = WatchDeps &
  ReadResultsDeps & {
    /** Ends all streams: without it the server would wait for them. */
    readonly stopping: AbortSignal;
  };

/** More than a connection's idle limit can count: it has none then. */
const anySeconds = 3600;

/** Lists the routes of server-sent events: of one job, and of the list. */
export function eventRoutes(deps: EventRouteDeps): readonly Route[] {
  const encoded: Encoded = new WeakMap();
  return [
    {
      method: "GET",
      path: "/jobs/:jobId/events",
      about: {
        summary: "Watch a job: server-sent events status, stage, progress and log; Last-Event-ID resumes",
        tag: "jobs",
        query: { after: "stands for Last-Event-ID, where a client cannot send it at first" },
        answers: {
          200: { about: "Events, until the job has ended", content: { mediaType: "text/event-stream" } },
          204: { about: "It has ended, and nothing follows" },
        },
      },
      async handle(context) {
        using held = new DisposableStack();
        const until = untilGone(deps, context, held);
        const { signal } = until;
        const jobId = context.param("jobId");
        // A browser that comes back names the last event by its header.
        const header = context.request.headers.get("last-event-id");
        const place = header === null ? placeOf(context.query("after"), "after") : placeOf(header, "Last-Event-ID");
        const news = await watchJob(deps, principalOf(context), jobId, { place, signal });
        // A browser comes back after each end, unless it is told that there is nothing more.
        if (news === undefined) return new Response(null, { status: 204 });
        context.allowQuiet(anySeconds);
        held.move();
        return eventStreamResponse(jobEvents(encoded, jobId, news), until);
      },
    },
    {
      method: "GET",
      path: "/events",
      about: {
        summary: "Watch all jobs: server-sent events job and reset",
        tag: "jobs",
        answers: { 200: { about: "Events, until the client goes", content: { mediaType: "text/event-stream" } } },
      },
      handle(context) {
        using held = new DisposableStack();
        const until = untilGone(deps, context, held);
        const { signal } = until;
        const place = context.request.headers.get("last-event-id");
        const news = watchJobs(deps, principalOf(context), { signal, ...(place === null ? {} : { place }) });
        context.allowQuiet(anySeconds);
        held.move();
        return eventStreamResponse(listEvents(deps, context, news), until);
      },
    },
  ];
}

/** Builds the signal that ends with the client, with the server, and with the caller's key. `held` lets go of it where no stream comes to be. */
function untilGone(deps: EventRouteDeps, context: RouteContext, held: DisposableStack): JoinedSignal {
  const stream = held.use(context.hold("streams"));
  const caller = held.use(context.watchCaller());
  const joined = held.use(joinSignals([context.signal, deps.stopping, caller.signal]));
  return {
    signal: joined.signal,
    [Symbol.dispose]() {
      joined[Symbol.dispose]();
      caller[Symbol.dispose]();
      stream[Symbol.dispose]();
    },
  };
}

/** Reads `<event number>.<attempt>.<bytes of its log>`. */
function placeOf(id: string | undefined, name: string): WatchPlace {
  if (id === undefined) return { number: 0, attempt: 0, logOffset: 0 };
  const [, number, attempt, logOffset] = /^(\d{1,15})\.(\d{1,15})\.(\d{1,15})$/.exec(id) ?? [];
  if (logOffset !== undefined)
    return { number: Number(number), attempt: Number(attempt), logOffset: Number(logOffset) };
  const detail = `Cannot watch the job: found ${name} "${id}", wanted the id of one of its events`;
  throw new Problem("invalid-parameter-value", detail);
}

type Encoded = WeakMap<WatchNews, Uint8Array>;

/** News that several streams share are the same object, and encoded once. */
async function* jobEvents(
  encoded: Encoded,
  jobId: string,
  news: AsyncGenerator<WatchNews, void>,
): AsyncGenerator<Uint8Array, void> {
  for await (const one of news) {
    const bytes = encoded.get(one) ?? encodeEvent(jobEvent(jobId, one));
    encoded.set(one, bytes);
    yield bytes;
  }
}

function jobEvent(jobId: string, news: WatchNews): StreamEvent {
  switch (news.kind) {
    case "event": {
      const { kind, at, ...event } = news.event;
      return { name: kind, id: idOf(news.place), data: { jobID: jobId, ...event, at: new Date(at).toISOString() } };
    }
    case "live": {
      const { progress, message, stage, wait } = news.live;
      const waits = wait === undefined ? {} : { waitsFor: wait.reason };
      return { name: "progress", data: { jobID: jobId, status: "running", stage, progress, message, ...waits } };
    }
    case "log":
      return { name: "log", id: idOf(news.place), data: { jobID: jobId, lines: news.lines } };
    default:
      return news satisfies never;
  }
}

function idOf({ number, attempt, logOffset }: WatchPlace): string {
  return `${number}.${attempt}.${logOffset}`;
}

async function* listEvents(
  deps: EventRouteDeps,
  context: RouteContext,
  news: AsyncGenerator<ListNews, void>,
): AsyncGenerator<Uint8Array, void> {
  for await (const one of news) {
    if (one.kind === "reset") yield encodeEvent({ name: "reset", id: one.place, data: {} });
    else {
      const results = await resultsTarget(deps, one.job);
      const data = statusDocument(one.job, context.baseUrl, { results });
      yield encodeEvent({ name: "job", id: one.place, data });
    }
  }
}
