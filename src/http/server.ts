import { type Context, Hono } from "hono";
import { defined } from "../domain/defined.ts";
import type { MapTiles } from "../domain/documents/view-settings.ts";
import type { Logger } from "../domain/logger.ts";
import { clientOf, type Principal } from "../domain/people/access.ts";
import { type Origin, readOrigin } from "../domain/people/origin.ts";
import type { ServiceIdentity } from "../domain/people/service-identity.ts";
import { Problem } from "../domain/problem.ts";
import type { Clock } from "../domain/waiting/clock.ts";
import type { Authenticator } from "../operations/people/authenticate.ts";
import { allRoutes, type GivenDeps } from "./all-routes.ts";
import { coded } from "./answers/answer-coding.ts";
import { asTold, type ProblemReader, problemResponse } from "./answers/problem-response.ts";
import { withoutBody } from "./answers/without-body.ts";
import { callerOf, lookerOf } from "./door/caller.ts";
import { type ClientBounds, type ClientLimits, createClientLimits, wideBounds } from "./door/client-limits.ts";
import { clientNetwork, writtenAddress } from "./door/client-network.ts";
import { addressed, basePathOf, checkOrigin, corsHeaders, type DoorConfig, siteOf } from "./door/door.ts";
import { formPageInstead } from "./door/form-page-instead.ts";
import {
  answeredRequest,
  noteMissingKey,
  noteRefusal,
  type RequestObserver,
  type SeenRequest,
} from "./door/observe-request.ts";
import { createRequestRate, type RequestRate, type Turn } from "./door/request-rate.ts";
import { credentialsOf, keepPrivate, requireOwnPage } from "./door/session-cookie.ts";
import { signInInstead } from "./door/sign-in-instead.ts";
import { type CallerWatch, createCallerWatch } from "./door/watch-caller.ts";
import { refuseUnhonoured } from "./request/known-headers.ts";
import { hasEffect, type Route, routeContext, unauthorized } from "./route.ts";
import { createSegmentRouter } from "./segment-router.ts";
import { unrouted } from "./unrouted.ts";

export type HttpDeps = GivenDeps & {
  readonly authenticate: Authenticator;
  readonly door: DoorConfig;
  /** What one client may have open at once; wide bounds when not given. */
  readonly clientBounds?: ClientBounds;
  /** How many requests one client may send; any number when not given. */
  readonly requestRate?: RequestRate;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of each request; nobody is when absent. */
  readonly observer?: RequestObserver;
  /** What maps of pages have in the background, when it comes from elsewhere. */
  readonly mapTiles?: MapTiles;
  /** What the service says of itself. */
  readonly identity?: Pick<ServiceIdentity, "title" | "provider" | "contact">;
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
    async fetch(connection, server) {
      const begun = deps.clock.elapsed();
      const peer = server?.requestIP(connection)?.address;
      const address = writtenAddress(deps.door, connection, peer);
      const origin = readOrigin(connection.headers, deps.newId());
      const seen: SeenRequest = { origin: address === undefined ? origin : { ...origin, address } };
      const bindings = { connection, seen, ...defined({ server, peer }) };
      const response = guarded(await answerConnection(deps, { app, routes }, bindings));
      response.headers.set("x-request-id", seen.origin.requestId);
      deps.observer?.answered(answeredRequest(connection, seen, response, deps.clock.elapsed() - begun));
      return response;
    },
  };
}

type Router = Hono<{ Bindings: Bindings }>;

function createRouter(deps: HttpDeps, routes: readonly Route[]): Router {
  const open = {
    limits: createClientLimits(deps.clientBounds ?? wideBounds, deps.observer?.held),
    watchCaller: createCallerWatch(deps),
    turnOf: deps.requestRate === undefined ? undefined : createRequestRate(deps.requestRate, deps.clock),
  };
  // Hono's own choice takes some milliseconds more before the first request, and saves half a microsecond of each.
  const app: Router = new Hono({ strict: false, router: createSegmentRouter() });
  for (const route of routes) {
    app.on(route.method, route.path, async (context) => {
      context.env.seen.route = route.path;
      try {
        return await answerRoute(deps, open, context, route);
      } catch (error) {
        noteRefusal(context.env.seen, error);
        if (hasGone(error, context.env.connection)) return new Response(null, { status: 499 });
        const { raw, path } = context.req;
        const baseUrl = () => siteOf(deps.door, raw, context.env.peer).baseUrl;
        const away =
          signInInstead(error, raw, baseUrl) ??
          (isAbsent(error) ? formPageInstead(routes, raw, { path, baseUrl }) : undefined);
        // Who is led to a page instead only looked.
        if (away === undefined || raw.method !== "GET") noteMissingKey(context.env.seen, error, raw, route);
        if (away !== undefined) return away;
        if (route.refuse === undefined) throw error;
        return withHeaders(route.refuse(error, context.req.raw), corsHeaders(deps.door, context.req.raw));
      }
    });
  }
  app.notFound(async (context) => {
    const { raw } = context.req;
    const site = siteOf(deps.door, raw, context.env.peer);
    const looker = await lookerOf(deps.authenticate, raw, credentialsOf(raw, site));
    if (looker !== undefined) context.env.seen.principal = looker;
    const { path } = context.req;
    const away = formPageInstead(routes, raw, { path, baseUrl: () => site.baseUrl });
    return away ?? unrouted(deps, routes, raw, { path, ...readerOf(deps.door, context.env, raw) });
  });
  app.onError((error, context) => {
    const response = problemResponse(
      asTold(deps.settings, error),
      readerOf(deps.door, context.env, context.req.raw),
      deps.logger,
    );
    return withHeaders(response, corsHeaders(deps.door, context.req.raw));
  });
  return app;
}

/** What is counted of the clients of a service. */
type Counting = {
  readonly limits: ClientLimits;
  readonly watchCaller: CallerWatch;
  readonly turnOf: ((client: string) => Turn) | undefined;
};

async function answerRoute(
  deps: HttpDeps,
  { limits, watchCaller, turnOf }: Counting,
  context: Context<{ Bindings: Bindings }>,
  route: Route,
): Promise<Response> {
  const request = context.req.raw;
  const { server, connection, peer, seen, isHead = false } = context.env;
  const site = siteOf(deps.door, request, peer);
  const credentials = credentialsOf(request, site);
  const checkEffect = () => {
    checkOrigin(deps.door, request, site);
    if (credentials.session !== undefined) requireOwnPage(request, site);
    refuseUnhonoured(request, route.honours);
  };
  if (hasEffect(route)) checkEffect();
  const network = clientNetwork(deps.door, request, peer);
  const caller = await callerOf(deps.authenticate, credentials, route);
  const client = clientOf({ ...(caller.kind === "known" ? caller.principal : {}), ...defined({ network }) });
  const turn = route.isProbe === true ? undefined : turnOf?.(client);
  if (turn?.refusal !== undefined) {
    const reader = readerOf(deps.door, context.env, request);
    const refused = route.refuse?.(turn.refusal, request) ?? problemResponse(turn.refusal, reader, deps.logger);
    return withHeaders(refused, { ...corsHeaders(deps.door, request), ...turn.fields });
  }
  // Who watches the service must be answered whatever others do from the same address.
  using _open = route.isProbe === true ? undefined : limits.hold(client, "requests");
  if (caller.kind === "stranger" && route.access !== "public") throw unauthorized();
  const principal = caller.kind === "known" ? whoAsks(caller.principal, network, seen.origin) : undefined;
  if (principal !== undefined) seen.principal = principal;
  const response = await route.handle(
    routeContext(context, {
      ...site,
      connection,
      checkOrigin: checkEffect,
      hold: (kind) => limits.hold(client, kind),
      watchCaller: () => watchCaller(credentials, caller),
      caller: principal,
      origin: seen.origin,
      noteRefusal: (error) => noteRefusal(seen, error),
      isHead,
      ...defined({ mapTiles: deps.mapTiles, service: deps.identity }),
      allowQuiet: (seconds) => server?.timeout(connection, seconds > longestIdleSeconds ? 0 : seconds),
    }),
  );
  if (credentials.session !== undefined) keepPrivate(response);
  return withHeaders(response, { ...corsHeaders(deps.door, request), ...turn?.fields });
}

async function answerConnection(
  deps: HttpDeps,
  { app, routes }: { readonly app: Router; readonly routes: readonly Route[] },
  bindings: Bindings,
): Promise<Response> {
  const { connection, peer } = bindings;
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
function whoAsks(principal: Principal, network: string | undefined, origin: Origin): Principal {
  return { ...principal, ...(principal.user === undefined ? defined({ network }) : {}), origin };
}

type Bindings = {
  readonly seen: SeenRequest;
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

/** The address of a form may also be that of a thing, which has no page where there is no such thing. */
function isAbsent(error: unknown): boolean {
  return error instanceof Problem && (error.kind === "not-found" || error.kind === "no-such-job");
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

function readerOf(door: DoorConfig, { connection, peer, seen }: Bindings, request?: Request): ProblemReader {
  return {
    accept: connection.headers.get("accept"),
    basePath: basePathOf(door, connection, peer),
    caller: seen.principal,
    ...defined({ request }),
  };
}

/** The most that Bun can count for one connection; longer means no limit. */
const longestIdleSeconds = 255;

function withHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  for (const [name, value] of Object.entries(headers)) {
    if (name === "vary") response.headers.append(name, value);
    else response.headers.set(name, value);
  }
  return response;
}
