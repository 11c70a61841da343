import type { Context } from "hono";
import type * as v from "valibot";
import { defined } from "../domain/defined.ts";
import type { MapTiles } from "../domain/documents/view-settings.ts";
import type { Principal } from "../domain/people/access.ts";
import type { Origin } from "../domain/people/origin.ts";
import type { ServiceIdentity } from "../domain/people/service-identity.ts";
import { Problem } from "../domain/problem.ts";
import type { JoinedSignal } from "../domain/waiting/joined-signal.ts";
import type { Held } from "./door/client-limits.ts";
import type { RouteAbout } from "./openapi/about.ts";

/** A request at the door of its route: host, origin and caller were checked. */
export type RouteContext = {
  readonly request: Request;
  /** What links begin with; no slash at the end. */
  readonly baseUrl: string;
  /** The same as the client called it, where that is another address. */
  readonly calledUrl: string;
  /** Who asks; undefined for a stranger, who comes to public routes only. */
  readonly caller: Principal | undefined;
  /** Where the request comes from. */
  readonly origin: Origin;
  /** The client asked by HEAD, which must have no effect. */
  readonly isHead: boolean;
  /** What maps of pages have in the background, when it comes from elsewhere. */
  readonly mapTiles?: MapTiles;
  /** What the service is called, and whom to ask. */
  readonly service?: Pick<ServiceIdentity, "title" | "provider" | "contact">;
  /** Ends when the client has gone. */
  readonly signal: AbortSignal;
  param(name: string): string;
  query(name: string): string | undefined;
  queries(name: string): readonly string[];
  /** Counts something that stays open, until it is disposed of. Throws `too-many-requests` beyond what a client may have. */
  hold(kind: Held): Disposable;
  /** Lets the connection be quiet for so long. */
  allowQuiet(seconds: number): void;
  /** Is aborted soon after the caller may not come as who it is any more: its key was revoked, or has ended. */
  watchCaller(): JoinedSignal;
  /** Notes why it is refused, where a page tells what went wrong instead of an error that is thrown. */
  noteRefusal(error: unknown): void;
  /** Throws `forbidden` for a page of another origin: for a route whose requests themselves say whether they have an effect. */
  checkOrigin(): void;
};

/** What the body of a route's requests may be. */
export type RouteBody = {
  readonly mediaTypes: readonly string[];
  /** What the body, or what is read of it, must be. */
  readonly schema: v.GenericSchema;
  /** Those of the types whose bodies the schema does not describe. */
  readonly otherTypes?: readonly string[];
};

type RouteFacts = {
  /** What the API description says of it. */
  readonly about: RouteAbout;
  /** As Hono writes paths: `/jobs/:jobId`. */
  readonly path: string;
  /** `public` routes answer strangers too; others only who has signed in. */
  readonly access?: "public";
  /** It asks nobody who calls, and so answers though the database does not. */
  readonly asksNobody?: boolean;
  /** Its requests say whether they start or change something, whatever their method: it calls `checkOrigin` for those. */
  readonly guardsItself?: true;
  /** Headers of known meaning that it honours, and others do not. */
  readonly honours?: readonly "if-match"[];
  /** It tells who watches the service how it is: no bound of a client holds it. */
  readonly isProbe?: boolean;
  /** What the answer to OPTIONS tells besides the methods of the path. */
  readonly optionsHeaders?: Readonly<Record<string, string>>;
  handle(context: RouteContext): Response | Promise<Response>;
  /** Words what goes wrong, where that is not a problem document. */
  refuse?(error: unknown, request: Request): Response;
};

/** A route: one method on one path. Methods that carry a body say which. */
export type Route = RouteFacts &
  (
    | { readonly method: "GET"; readonly body?: undefined }
    | { readonly method: "DELETE"; readonly body?: RouteBody }
    | { readonly method: "POST" | "PUT" | "PATCH"; readonly body: RouteBody }
  );

/** Tells whether a route starts, stops or changes something: pages of other origins may not ask for it. */
export function hasEffect({ method, guardsItself }: Route): boolean {
  return method !== "GET" && guardsItself !== true;
}

/** Gives the signed-in caller. Throws `unauthorized` for a stranger. */
export function principalOf(context: Pick<RouteContext, "caller">): Principal {
  if (context.caller === undefined) throw unauthorized();
  return context.caller;
}

/**
 * Guards a request that starts, stops or changes something although its route need not: pages of other origins may not send it, nor
 * may HEAD do it. Throws `method-not-allowed`, `forbidden`.
 */
export function guardEffect({ isHead, checkOrigin }: Pick<RouteContext, "isHead" | "checkOrigin">): void {
  if (isHead) throw new Problem("method-not-allowed", "Cannot answer: found method HEAD, wanted GET or POST");
  checkOrigin();
}

/** Words that a key is needed. */
export function unauthorized(): Problem {
  return new Problem("unauthorized", "Cannot answer: found no Authorization, wanted Authorization: Bearer hdl_...");
}

/** Creates the context of a route from Hono's. */
export function routeContext(
  context: Context,
  known: Pick<
    RouteContext,
    | "baseUrl"
    | "calledUrl"
    | "caller"
    | "origin"
    | "isHead"
    | "hold"
    | "allowQuiet"
    | "checkOrigin"
    | "noteRefusal"
    | "watchCaller"
    | "mapTiles"
    | "service"
  > & {
    readonly connection: Request;
  },
): RouteContext {
  const request = context.req.raw;
  return {
    request,
    baseUrl: known.baseUrl,
    calledUrl: known.calledUrl,
    caller: known.caller,
    origin: known.origin,
    isHead: known.isHead,
    hold: known.hold,
    allowQuiet: known.allowQuiet,
    checkOrigin: known.checkOrigin,
    noteRefusal: known.noteRefusal,
    watchCaller: known.watchCaller,
    ...defined({ mapTiles: known.mapTiles, service: known.service }),
    get signal() {
      return known.connection.signal;
    },
    param: (name) => context.req.param(name) ?? "",
    query: (name) => context.req.query(name),
    queries: (name) => context.req.queries(name) ?? [],
  };
}

/** Answers JSON. */
export function jsonResponse(
  value: unknown,
  options: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): Response {
  return new Response(JSON.stringify(value), {
    status: options.status ?? 200,
    headers: { "content-type": "application/json", ...options.headers },
  });
}

/** Sent with all bytes that come from a tool, an upload or a remote: a browser neither guesses nor runs them. */
export const foreignBytes = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "sandbox",
} as const;

/** Builds the context by which the answer to a form is the page at another path, as a GET of it would be. */
export function pageAt(context: RouteContext, path: string): RouteContext {
  const request = new Request(new URL(path, context.request.url).href, { headers: context.request.headers });
  return { ...context, request, query: (name) => (name === "f" ? "html" : undefined) };
}
