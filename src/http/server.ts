import { type Context, Hono } from "hono";
import { TrieRouter } from "hono/router/trie-router";
import { clientOf, type Principal } from "../domain/access.ts";
import { defined } from "../domain/defined.ts";
import type { Logger } from "../domain/logger.ts";
import { Problem } from "../domain/problem.ts";
import type { Authenticator, Caller } from "../operations/manage-keys.ts";
import { coded } from "./answers/answer-coding.ts";
import { asTold, type ProblemReader, problemResponse } from "./answers/problem-response.ts";
import { type ClientBounds, type ClientLimits, createClientLimits, wideBounds } from "./client-limits.ts";
import { clientNetwork } from "./client-network.ts";
import { addressed, basePathOf, checkOrigin, corsHeaders, type DoorConfig, preflightResponse, siteOf } from "./door.ts";
import { refuseUnhonoured } from "./known-headers.ts";
import { hasEffect, type Route, routeContext, unauthorized } from "./route.ts";
import { apiRoutes } from "./routes/api.ts";
import { consoleRoutes } from "./routes/console.ts";
import { type EventRouteDeps, eventRoutes } from "./routes/events.ts";
import { type ExecutionRouteDeps, executionRoutes } from "./routes/executions.ts";
import { type HealthRouteDeps, healthRoutes } from "./routes/health.ts";
import { type JobActionRouteDeps, jobActionRoutes } from "./routes/job-actions.ts";
import { type JobRouteDeps, jobRoutes } from "./routes/jobs.ts";
import { type LandingRouteDeps, landingRoutes } from "./routes/landing.ts";
import { type OutputRouteDeps, outputRoutes } from "./routes/outputs.ts";
import { processFormRoutes } from "./routes/process-forms.ts";
import { processRevisionRoutes } from "./routes/process-revisions.ts";
import { type ProcessRouteDeps, processRoutes } from "./routes/processes.ts";
import { type ProvenanceRouteDeps, provenanceRoutes } from "./routes/provenance.ts";
import { type ProviderRouteDeps, providerRoutes } from "./routes/providers.ts";
import { type ResultRouteDeps, resultRoutes } from "./routes/results.ts";
import { type ShareRouteDeps, shareRoutes } from "./routes/shares.ts";
import { type VaultRouteDeps, vaultRoutes } from "./routes/vault.ts";
import { type CallerWatch, createCallerWatch } from "./watch-caller.ts";
import { type WpsRouteDeps, wpsRoutes } from "./wps/route.ts";

export type HttpDeps = ExecutionRouteDeps &
  EventRouteDeps &
  HealthRouteDeps &
  JobActionRouteDeps &
  JobRouteDeps &
  LandingRouteDeps &
  ProvenanceRouteDeps &
  OutputRouteDeps &
  ProcessRouteDeps &
  ProviderRouteDeps &
  ResultRouteDeps &
  ShareRouteDeps &
  VaultRouteDeps &
  WpsRouteDeps & {
    readonly authenticate: Authenticator;
    readonly door: DoorConfig;
    /** What one client may have open at once; wide bounds when not given. */
    readonly clientBounds?: ClientBounds;
    readonly logger: Logger;
    /** The answer for a job that was removed; 410 when not given. */
    readonly settings: { readonly removedJobs?: "410" | "404" };
  };

/** What the app needs of the server that it runs in. */
export type ConnectionServer = {
  /** Sets the idle limit of one connection, in seconds; 0 for none. */
  timeout(request: Request, seconds: number): void;
  /** Tells who is at the other end of a connection. */
  requestIP(request: Request): { readonly address: string } | null;
};

/** The HTTP edge: what `Bun.serve` calls, and the routes that it serves. */
export type HttpApp = {
  fetch(request: Request, server?: ConnectionServer): Promise<Response>;
  readonly routes: readonly Route[];
};

/** Assembles the edge: each request passes, in this order, Host, origin, sign-in and its route. */
export function createHttpApp(deps: HttpDeps): HttpApp {
  const routes = allRoutes(deps);
  const app = createRouter(deps, routes);
  return {
    routes,
    fetch: async (connection, server) => guarded(await answerConnection(deps, { app, routes }, connection, server)),
  };
}

function allRoutes(deps: HttpDeps): readonly Route[] {
  const routes: readonly Route[] = [
    ...landingRoutes(deps),
    ...apiRoutes(deps, () => routes),
    ...consoleRoutes(),
    ...healthRoutes(deps),
    ...processRoutes(deps),
    ...processRevisionRoutes(deps),
    ...executionRoutes(deps),
    ...processFormRoutes(deps),
    ...providerRoutes(deps),
    ...jobRoutes(deps),
    ...provenanceRoutes(deps),
    ...jobActionRoutes(deps),
    ...eventRoutes(deps),
    ...resultRoutes(deps),
    ...outputRoutes(deps),
    ...shareRoutes(deps),
    ...vaultRoutes(deps),
    ...wpsRoutes(deps),
  ];
  return routes;
}

type Router = Hono<{ Bindings: Bindings }>;

function createRouter(deps: HttpDeps, routes: readonly Route[]): Router {
  const open = {
    limits: createClientLimits(deps.clientBounds ?? wideBounds),
    watchCaller: createCallerWatch(deps),
  };
  // Hono's own choice takes three milliseconds more before the first request, and saves half a microsecond of each.
  const app: Router = new Hono({ strict: false, router: new TrieRouter() });
  for (const route of routes) {
    app.on(route.method, route.path, async (context) => {
      try {
        return await answerRoute(deps, open, context, route);
      } catch (error) {
        if (hasGone(error, context.env.connection)) return new Response(null, { status: 499 });
        if (route.refuse === undefined) throw error;
        return withHeaders(route.refuse(error, context.req.raw), corsHeaders(deps.door, context.req.raw));
      }
    });
  }
  app.notFound((context) => {
    siteOf(deps.door, context.req.raw, context.env.peer);
    return unrouted(deps, routes, context.req.raw, { path: context.req.path, ...readerOf(deps.door, context.env) });
  });
  app.onError((error, context) => {
    const response = problemResponse(asTold(deps.settings, error), readerOf(deps.door, context.env), deps.logger);
    return withHeaders(response, corsHeaders(deps.door, context.req.raw));
  });
  return app;
}

async function answerRoute(
  deps: HttpDeps,
  { limits, watchCaller }: { readonly limits: ClientLimits; readonly watchCaller: CallerWatch },
  context: Context<{ Bindings: Bindings }>,
  route: Route,
): Promise<Response> {
  const request = context.req.raw;
  const { server, connection, peer, isHead = false } = context.env;
  const site = siteOf(deps.door, request, peer);
  const checkEffect = () => {
    checkOrigin(deps.door, request, site);
    refuseUnhonoured(request, route.honours);
  };
  if (hasEffect(route)) checkEffect();
  const network = clientNetwork(deps.door, request, peer);
  const authorization = request.headers.get("authorization") ?? undefined;
  const caller: Caller = route.asksNobody === true ? { kind: "stranger" } : await deps.authenticate(authorization);
  const client = clientOf({ ...(caller.kind === "known" ? caller.principal : {}), ...defined({ network }) });
  // Who watches the service must be answered whatever others do from the same address.
  using _open = route.isProbe === true ? undefined : limits.hold(client, "requests");
  if (caller.kind === "stranger" && route.access !== "public") throw unauthorized();
  const response = await route.handle(
    routeContext(context, {
      ...site,
      connection,
      checkOrigin: checkEffect,
      hold: (kind) => limits.hold(client, kind),
      watchCaller: () => watchCaller(authorization, caller),
      caller: caller.kind === "known" ? fromNetwork(caller.principal, network) : undefined,
      isHead,
      allowQuiet: (seconds) => server?.timeout(connection, seconds > longestIdleSeconds ? 0 : seconds),
    }),
  );
  return withHeaders(response, corsHeaders(deps.door, request));
}

async function answerConnection(
  deps: HttpDeps,
  { app, routes }: { readonly app: Router; readonly routes: readonly Route[] },
  connection: Request,
  server: ConnectionServer | undefined,
): Promise<Response> {
  const peer = server?.requestIP(connection)?.address;
  const bindings = { connection, ...defined({ server, peer }) };
  let called: Request;
  try {
    called = addressed(deps.door, connection);
  } catch (error) {
    return problemResponse(error, readerOf(deps.door, bindings), deps.logger);
  }
  const request = withoutBasePath(called, basePathOf(deps.door, connection, peer), routes);
  if (request.method !== "HEAD") return coded(request, await app.fetch(request, bindings));
  const whole = await app.fetch(new Request(request, { method: "GET" }), { ...bindings, isHead: true });
  return withoutBody(await coded(request, whole));
}

/** Callers without a key are told apart by where they come from. */
function fromNetwork(principal: Principal, network: string | undefined): Principal {
  return principal.user !== undefined ? principal : { ...principal, ...defined({ network }) };
}

type Bindings = {
  readonly server?: ConnectionServer;
  /** The request as it came, by which the server knows its connection. */
  readonly connection: Request;
  /** The address at the other end of the connection. */
  readonly peer?: string;
  readonly isHead?: boolean;
};

/** A proxy may leave the base path of the service in place, or take it away. One that is also a path of ours stays. */
function withoutBasePath(request: Request, basePath: string, routes: readonly Route[]): Request {
  if (basePath === "") return request;
  const url = new URL(request.url);
  if (url.pathname !== basePath && !url.pathname.startsWith(`${basePath}/`)) return request;
  const [, first] = basePath.split("/");
  if (routes.some((route) => route.path.split("/")[1] === first)) return request;
  url.pathname = url.pathname.slice(basePath.length);
  return new Request(url.href, request);
}

/** The client closed the connection while its request was read: that is its own affair, and nobody is there to answer. */
function hasGone(error: unknown, connection: Request): boolean {
  return error instanceof Error && error.name === "AbortError" && connection.signal.aborted;
}

/** Nothing that is sent is to be guessed at, and no page of ours to be shown inside another. */
function guarded(response: Response): Response {
  const { headers } = response;
  headers.set("x-content-type-options", "nosniff");
  const isPage = /^text\/html\b/.test(headers.get("content-type") ?? "");
  // What tools made is in a sandbox of the browser already, and may be shown where its reader wants.
  if (isPage && headers.get("content-security-policy") !== "sandbox") headers.set("x-frame-options", "DENY");
  return response;
}

function readerOf(door: DoorConfig, { connection, peer }: Bindings): ProblemReader {
  return { accept: connection.headers.get("accept"), basePath: basePathOf(door, connection, peer) };
}

/** The most that Bun can count for one connection; longer means no limit. */
const longestIdleSeconds = 255;

/** Answers a path that has no route for this method: 404, 405 with the methods there are, or a browser's question. */
function unrouted(
  deps: Pick<HttpDeps, "door" | "logger">,
  routes: readonly Route[],
  request: Request,
  { path, ...reader }: ProblemReader & { readonly path: string },
): Response {
  const plain = path.length > 1 ? path.replace(/\/$/, "") : path;
  const found = routes.filter((route) => matchesPath(route.path, plain));
  const methods = found.map((route) => route.method);
  const hasHead = methods.includes("GET");
  const allowed = hasHead ? [...methods, "HEAD"] : methods;
  if (methods.length === 0) throw new Problem("not-found", `Cannot find "${path}": no resource has this path`);
  if (request.method === "OPTIONS") {
    const response = preflightResponse(deps.door, request, allowed);
    return found.reduce((answer, { optionsHeaders = {} }) => withHeaders(answer, optionsHeaders), response);
  }
  const detail = `Cannot answer: found method ${request.method}, wanted ${allowed.join(", ")}`;
  const problem = new Problem("method-not-allowed", detail);
  const response = problemResponse(problem, reader, deps.logger);
  response.headers.set("allow", allowed.join(", "));
  return response;
}

function matchesPath(pattern: string, path: string): boolean {
  const expression = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${expression.replaceAll(/:[A-Za-z]+/g, "[^/]+")}$`).test(path);
}

function withHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  for (const [name, value] of Object.entries(headers)) {
    if (name === "vary") response.headers.append(name, value);
    else response.headers.set(name, value);
  }
  return response;
}

/** More of a body is not read just to tell its length; in bytes. */
const longestMeasured = 2 ** 20;

/** Answers HEAD as GET without the body, and with the length that the body would have had (RFC 9110 9.3.2). */
async function withoutBody(response: Response): Promise<Response> {
  const headers = new Headers(response.headers);
  // A stream of events has no end.
  const isMeasured = headers.has("content-length") || headers.get("content-type") === "text/event-stream";
  const length = isMeasured ? undefined : await lengthOf(response.body);
  if (length === undefined) await response.body?.cancel();
  else headers.set("content-length", String(length));
  return new Response(null, { status: response.status, headers });
}

/** Counts the bytes of a body; undefined when there is none, or too many. */
async function lengthOf(body: ReadableStream<Uint8Array> | null): Promise<number | undefined> {
  if (body === null) return undefined;
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > longestMeasured) return undefined;
  }
  return length;
}
