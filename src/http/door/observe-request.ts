import { type Principal, type ToldRole, toldRole } from "../../domain/people/access.ts";
import { saysClosedAddress } from "../../domain/people/closed-address.ts";
import { HeldProblem, type Tried } from "../../domain/people/held-problem.ts";
import type { Origin } from "../../domain/people/origin.ts";
import { Problem } from "../../domain/problem.ts";
import { withoutKeys } from "../../domain/words/text.ts";
import { hasEffect, type Route } from "../route.ts";
import type { Held } from "./client-limits.ts";

/** What becomes known of a request while it is answered. */
export type SeenRequest = {
  readonly origin: Origin;
  /** The pattern of its route; undefined when none fits. */
  route?: string;
  principal?: Principal;
  /** Why it was refused, where that is for what somebody may, or by a setting. */
  refusal?: string;
  /** What it would have removed, had that not been kept for good or in use. */
  held?: readonly Tried[];
  /** It came without a key, and would have started, stopped or changed something. */
  lacksKey?: boolean;
};

/** Notes what a request was refused by, where that is who asks, a setting, or what holds the thing that it would have removed: not what is wrong in what was sent. */
export function noteRefusal(seen: SeenRequest, error: unknown): void {
  if (!(error instanceof Problem)) return;
  if (error instanceof HeldProblem) seen.held = [...(seen.held ?? []), error.tried];
  else if (error.kind === "forbidden" || saysClosedAddress(error.message)) seen.refusal = error.message;
}

/** Notes that a request lacked a key for what it would have started, stopped or changed; what is only read is not noted. */
export function noteMissingKey(seen: SeenRequest, error: unknown, { url }: Request, route: Route): void {
  if (!(error instanceof Problem) || error.kind !== "unauthorized" || seen.principal !== undefined) return;
  // Signing in has lines of its own.
  const mayChange = route.access !== "public" && hasEffect(route);
  const isWps = route.path.endsWith("/wps") && (route.method === "POST" || /[?&]request=execute(&|$)/i.test(url));
  const mayExecute = isWps || route.path.endsWith("/execution");
  if (mayChange || mayExecute) seen.lacksKey = true;
}

/** A request that was answered. */
export type AnsweredRequest = {
  readonly method: string;
  /** The pattern of the route; undefined when none fits. */
  readonly route?: string | undefined;
  /** Without the query and without what opens something. */
  readonly path: string;
  readonly status: number;
  /** Until the head of the answer was made. */
  readonly milliseconds: number;
  /** Of the body, where that is known before it is sent. */
  readonly bytes?: number | undefined;
  readonly user?: string | undefined;
  readonly role?: ToldRole | undefined;
  /** The id of the key that it came with, whether or not that holds; `unknown` for credentials of another form. */
  readonly keyId?: string | undefined;
  /** The id of the key that it was answered for, also where a browser's session stands for it. */
  readonly heldKeyId?: string | undefined;
  /** Why it was refused, where that is for what somebody may, or by a setting. */
  readonly refusal?: string | undefined;
  /** What it would have removed, had that not been kept for good or in use. */
  readonly held?: readonly Tried[];
  /** It came without a key, and would have started, stopped or changed something. */
  readonly lacksKey?: boolean;
  readonly origin: Origin;
};

/** Who is told of requests. Nothing of it may throw. */
export type RequestObserver = {
  answered(request: AnsweredRequest): void;
  /** Something of a client's was opened, or closed. */
  held(kind: Held, by: 1 | -1): void;
};

const maxPathCharacters = 512;

/** Cuts what opens something out of a path: the token of a share or an upload, and a key wherever somebody put one. */
export function withoutSecrets(path: string): string {
  const begin = path.slice(0, maxPathCharacters);
  const shared = begin.includes("/s/") ? begin.replace(/\/s\/[^/]+/, "/s/***") : begin;
  return withoutKeys(shared.includes("/vault/") ? shared.replace(/(\/vault\/[^/]+)\/[^/]+/, "$1/***") : shared);
}

/** Builds what is told of a request that was answered. */
export function answeredRequest(
  request: Request,
  { origin, route, principal, refusal, held = [], lacksKey = false }: SeenRequest,
  response: Response,
  milliseconds: number,
): AnsweredRequest {
  const length = response.headers.get("content-length");
  return {
    method: request.method,
    path: withoutSecrets(pathOf(request.url)),
    status: response.status,
    milliseconds,
    origin,
    route,
    refusal,
    held,
    lacksKey,
    bytes: length === null ? undefined : Number(length),
    user: principal?.user,
    role: principal === undefined ? undefined : toldRole(principal),
    heldKeyId: principal?.keyId,
    keyId: keyIdOf(request.headers.get("authorization")),
  };
}

/** The part of a key that names it is no secret. */
function keyIdOf(authorization: string | null): string | undefined {
  if (authorization === null) return undefined;
  return /^Bearer +hdl_([A-Za-z0-9]{1,16})_/i.exec(authorization)?.[1] ?? "unknown";
}

/** Without making a URL of it, which takes longer than all the rest; a request of HTTP/1.0 has its path alone. */
function pathOf(url: string): string {
  const begin = url.startsWith("/") ? 0 : url.indexOf("/", url.indexOf("//") + 2);
  if (begin < 0) return "/";
  const end = url.indexOf("?", begin);
  return end < 0 ? url.slice(begin) : url.slice(begin, end);
}
