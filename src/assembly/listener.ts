import { silentLogger } from "../domain/logger.ts";
import { errorText, Problem } from "../domain/problem.ts";
import { sleep } from "../domain/timers.ts";
import { problemResponse } from "../http/problem-response.ts";
import type { HttpApp } from "../http/server.ts";

/** The address that the service listens on. Disposal ends what is open. */
export type Listener = AsyncDisposable & {
  readonly url: string;
  /** Hands requests to the service from now on; before, they are answered 503. */
  answerWith(app: HttpApp): void;
  /** Takes no more requests, and lets those that are open be answered, for so long at most. */
  drain(seconds: number): Promise<void>;
};

/** Listens on an address; port 0 takes a free one. Throws `unavailable` when it cannot. */
export function openListener({ host, port }: { readonly host: string; readonly port: number }): Listener {
  const server = explained(host, port, () => listen(host, port));
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${server.port}`,
    answerWith: (app) => void server.reload({ fetch: app.fetch }),
    drain: (seconds) => drain(server, seconds),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

function listen(host: string, port: number) {
  return Bun.serve({
    hostname: host,
    port,
    // Bodies are bounded where they are read: each route knows its own limit.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch: (request) => starting(request),
  });
}

/** The runtime says the same of an address of another machine, of a name that nobody knows and of a port that is taken. */
function explained<Opened>(host: string, port: number, open: () => Opened): Opened {
  try {
    return open();
  } catch (cause) {
    const found =
      cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE" && port !== 0
        ? "that it is taken, or that the name cannot be found"
        : errorText(cause);
    const detail = `Cannot listen on ${host}:${port}: found ${found}, wanted a free port on an address of this machine`;
    throw new Problem("unavailable", detail, { cause });
  }
}

/** How often the open requests of a server that stops are counted. */
const drainLookMilliseconds = 20;

/** Requests are counted: that `stop` resolves, which it should when there is none left, cannot be relied on after a stream was ended. */
async function drain(
  server: { stop(): Promise<void>; readonly pendingRequests: number },
  seconds: number,
): Promise<void> {
  void server.stop();
  const looks = Math.ceil((seconds * 1000) / drainLookMilliseconds);
  for (let look = 0; look < looks && server.pendingRequests > 0; look += 1) await sleep(drainLookMilliseconds);
}

/** How long whoever came too early waits. */
const startSeconds = 1;

function starting(request: Request): Response {
  const problem = new Problem("unavailable", "Cannot answer yet: the service is starting", {
    retryAfterSeconds: startSeconds,
  });
  const response = problemResponse(problem, { accept: request.headers.get("accept"), basePath: "" }, silentLogger);
  return request.method === "HEAD" ? new Response(null, response) : response;
}
