import { type Logger, silentLogger } from "../../domain/logger.ts";
import { errorText, Problem } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { onAbort } from "../../domain/waiting/on-abort.ts";
import { sleep } from "../../domain/waiting/timers.ts";
import { problemResponse } from "../../http/answers/problem-response.ts";
import type { HttpApp } from "../../http/server.ts";
import { type Connections, createConnections } from "./connections.ts";
import { guardDescriptors } from "./descriptor-guard.ts";
import type { Tls } from "./tls.ts";

/** The address that the service listens on. Disposal ends what is open. */
export type Listener = AsyncDisposable & {
  readonly url: string;
  /** Hands requests to the service from now on; before, they are answered 503. */
  answerWith(app: HttpApp): void;
  /** Answers new connections with another certificate; those that are open go on with theirs. */
  renew(tls: Tls): void;
  /** Takes no more requests, and lets those that are open be answered, for so long at most. */
  drain(seconds: number): Promise<void>;
};

/** What keeps descriptors for tools, of which so many run at once; without it nobody does. */
export type Guarding = { readonly logger: Logger; readonly clock: Clock; readonly slots: number };

type Server = Bun.Server<undefined>;
type Answer = HttpApp["fetch"];

/** Where to listen, and with which certificate; plain HTTP without one. */
type Place = { readonly host: string; readonly port: number; readonly tls?: Tls | undefined };

/** Listens on an address; port 0 takes a free one. Throws `unavailable` when it cannot. While descriptors are scarce, connections wait. */
export function openListener({ host, port, tls }: Place, guarding?: Guarding): Listener {
  let answer: Answer = async (request) => starting(request);
  const connections = guarding === undefined ? undefined : createConnections(guarding.clock);
  const noted = (request: Request, from: Server) =>
    connections === undefined ? answer(request, from) : answerNoted(answer, connections, request, from);
  let server = explained(host, port, () => openFirst({ host, port, tls }, noted));
  // Those of before a new certificate, as long as they have something to answer.
  let earlier: readonly Server[] = [];
  const guard =
    guarding === undefined || connections === undefined
      ? undefined
      : guardDescriptors({ ...guarding, connections, port: server.port ?? port });
  return {
    url: `${tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${server.port}`,
    answerWith(app) {
      answer = app.fetch;
    },
    renew(renewed) {
      const next = listen({ host, port: server.port ?? port, tls: renewed }, noted);
      void server.stop();
      earlier = [...earlier.filter(({ pendingRequests }) => pendingRequests > 0), server];
      server = next;
    },
    drain(seconds) {
      guard?.[Symbol.dispose]();
      return drain([server, ...earlier], seconds);
    },
    async [Symbol.asyncDispose]() {
      guard?.[Symbol.dispose]();
      await Promise.all([server, ...earlier].map((one) => one.stop(true)));
    },
  };
}

type Fetch = (request: Request, server: Server) => Promise<Response>;

/** Listens for the first time: a port that another program has is not shared with it. */
function openFirst(place: Place, fetch: Fetch): Server {
  if (place.tls === undefined) return listen(place, fetch);
  const alone = Bun.serve({ hostname: place.host, port: place.port, fetch: () => new Response(null) });
  const port = alone.port ?? place.port;
  void alone.stop(true);
  return listen({ ...place, port }, fetch);
}

function listen({ host, port, tls }: Place, fetch: Fetch): Server {
  return Bun.serve({
    hostname: host,
    port,
    // A server keeps its certificate: the next one listens beside it before it stops.
    ...(tls === undefined ? {} : { tls, reusePort: true }),
    // Bodies are bounded where they are read: each route knows its own limit.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch,
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
    const isReserved = cause instanceof Error && "code" in cause && cause.code === "EACCES";
    const wanted = isReserved
      ? "a port that this user may take: those from net.ipv4.ip_unprivileged_port_start on (sysctl)"
      : "a free port on an address of this machine";
    const detail = `Cannot listen on ${host}:${port}: found ${found}, wanted ${wanted}`;
    throw new Problem("unavailable", detail, { cause });
  }
}

/** Answers a request, and notes that its connection has one as long as that takes: a stream as long as it is open. */
async function answerNoted(
  answer: Answer,
  connections: Connections,
  request: Request,
  server: Server,
): Promise<Response> {
  const peer = server.requestIP(request);
  if (peer === null) return answer(request, server);
  const finish = connections.begin(peer.port);
  let isStreamed = false;
  try {
    const response = await answer(request, server);
    // Looking at the body makes a stream of it, which takes longer to send than text.
    isStreamed = isLong(response.headers) && response.body !== null;
    if (isStreamed) onAbort(request.signal, finish);
    return response;
  } finally {
    if (!isStreamed) finish();
  }
}

const longBytes = 2 ** 20;

/** Tells whether an answer takes longer to send than to make: its connection is not quiet meanwhile. */
function isLong(headers: Headers): boolean {
  const length = headers.get("content-length");
  // What is packed while it is sent tells no length.
  if (length === null) return headers.get("content-type") === "text/event-stream" || headers.has("content-encoding");
  return Number(length) > longBytes;
}

/** How often the open requests of a server that stops are counted. */
const drainLookMilliseconds = 20;

/** Requests are counted: that `stop` resolves, which it should when there is none left, cannot be relied on after a stream was ended. */
async function drain(servers: readonly Server[], seconds: number): Promise<void> {
  for (const server of servers) void server.stop();
  const looks = Math.ceil((seconds * 1000) / drainLookMilliseconds);
  for (let look = 0; look < looks && servers.some(({ pendingRequests }) => pendingRequests > 0); look += 1)
    await sleep(drainLookMilliseconds);
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
