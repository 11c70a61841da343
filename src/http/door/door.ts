import { Problem } from "../../domain/problem.ts";
import { parseForwarded } from "../../wire/forwarded.ts";

export type DoorConfig = {
  /** Where clients find the service, without a slash at the end; undefined when it is where it listens. */
  readonly publicUrl?: string;
  /** The address that the service listens on. */
  readonly listenHost: string;
  /** The same with its scheme and port: what a request without a Host is taken to have called. */
  readonly listenUrl?: string;
  /** Only this machine can reach the service. */
  readonly isLoopback: boolean;
  /** Origins whose pages may call from a browser. */
  readonly corsOrigins: readonly string[];
  /** Tells whether a peer is a proxy whose word on how the client called counts. */
  readonly isTrustedProxy: (address: string) => boolean;
};

/** The service as one client sees it. */
export type Site = {
  /** What links of an answer begin with; no slash at the end. */
  readonly baseUrl: string;
  /** The URL that the client called, as far as is known. */
  readonly calledUrl: string;
};

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const address = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/;
const wholeHost = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/;

const pathPrefix = /^(\/[A-Za-z0-9._~%!$&'()*+,;=:@-]+)*$/;

/**
 * Finds out how a client sees the service: by the public URL, else by what a trusted proxy says, else by what it called.
 * Throws `forbidden` for a `Host` that is not ours.
 */
export function siteOf(config: DoorConfig, request: Request, peer: string | undefined): Site {
  const isProxied = peer !== undefined && config.isTrustedProxy(peer);
  // A trusted proxy answers for the names that it serves.
  const host = isProxied ? hostOf(request) : checkHost(config, request);
  const forwarded = isProxied ? parseForwarded(request.headers, config.isTrustedProxy) : {};
  const scheme = forwarded.scheme ?? (request.url.startsWith("https:") ? "https" : "http");
  const called = forwarded.host ?? host;
  const prefix = forwarded.prefix ?? "";
  refuseForwarded("scheme", scheme, /^https?$/, "http or https");
  refuseForwarded("host", called, wholeHost, "a host, maybe with its port");
  refuseForwarded("prefix", prefix, pathPrefix, "a path that starts with /");
  const calledUrl = `${scheme}://${called}${prefix}`;
  if (!URL.canParse(calledUrl)) throw noAddress(called);
  return { baseUrl: config.publicUrl ?? calledUrl, calledUrl };
}

function refuseForwarded(what: string, found: string, wanted: RegExp, words: string): void {
  if (wanted.test(found)) return;
  throw new Problem("forbidden", `Cannot answer: found forwarded ${what} "${found}", wanted ${words}`);
}

/** A port may be left empty (RFC 9110 4.2.1). */
function hostOf(request: Request): string {
  return (request.headers.get("host") ?? new URL(request.url).host).toLowerCase().replace(/:$/, "");
}

function noAddress(found: string): Problem {
  return new Problem(
    "invalid-parameter-value",
    `Cannot answer: found host "${found}", wanted a name or address, with or without a port`,
  );
}

/**
 * Gives a request its address: HTTP/1.0 knows none without a Host, then it is the one that the service listens on. Throws
 * `invalid-parameter-value` for a Host that no address can have.
 */
export function addressed(config: DoorConfig, request: Request): Request {
  if (URL.canParse(request.url)) return request;
  const host = request.headers.get("host");
  const own = `${config.listenUrl ?? `http://${config.listenHost}`}${request.url}`;
  if (host !== null || !request.url.startsWith("/") || !URL.canParse(own)) throw noAddress(host ?? "");
  return new Request(own, request);
}

/**
 * Checks the `Host` of a request, against pages that point a name of theirs at this machine: loopback, the public
 * host or the listening host. A service that others may reach also answers to its addresses, which no page can make
 * its own. Throws `forbidden`. Gives host and port.
 */
function checkHost(config: DoorConfig, request: Request): string {
  const given = hostOf(request);
  const name = wholeHost.exec(given)?.[1];
  if (name !== undefined && isOurHost(config, name)) return given;
  throw new Problem("forbidden", `Cannot answer: found Host "${given}", wanted the name of this service`);
}

function isOurHost(config: DoorConfig, name: string): boolean {
  if (loopback.test(name) || name === config.listenHost.toLowerCase()) return true;
  if (config.publicUrl !== undefined && name === new URL(config.publicUrl).hostname) return true;
  return !config.isLoopback && address.test(name);
}

/** Tells whether a host name, as it stands in a URL, is this machine's own. */
export function isLocal(hostname: string): boolean {
  return loopback.test(hostname);
}

/** Gives the path that the URLs of the service begin with, for a proxy that leaves it in its requests; else nothing. */
export function basePathOf(config: DoorConfig, request: Request, peer: string | undefined): string {
  if (config.publicUrl !== undefined) return new URL(config.publicUrl).pathname.replace(/\/$/, "");
  if (peer === undefined || !config.isTrustedProxy(peer)) return "";
  const prefix = parseForwarded(request.headers, config.isTrustedProxy).prefix ?? "";
  return pathPrefix.test(prefix) ? prefix : "";
}

/**
 * Guards what starts, stops or changes something, whatever its method: a page of another origin may not ask for it.
 * Throws `forbidden`.
 */
export function checkOrigin(config: DoorConfig, request: Request, called: Site): void {
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  if (origin === null && site === null) return;
  if (origin !== null && [origin, "*"].some((one) => config.corsOrigins.includes(one))) return;
  if (origin !== null && !isOurOrigin(called, origin)) {
    throw new Problem(
      "forbidden",
      `Cannot accept the request: found Origin "${origin}", wanted a page of this service`,
    );
  }
  if (site !== null && site !== "same-origin" && site !== "none") {
    throw new Problem(
      "forbidden",
      `Cannot accept the request: found Sec-Fetch-Site "${site}", wanted a page of this service`,
    );
  }
}

function isOurOrigin({ baseUrl, calledUrl }: Site, origin: string): boolean {
  return origin === new URL(baseUrl).origin || origin === new URL(calledUrl).origin;
}

const exposed = [
  "Accept-Encoding",
  "Content-Language",
  "Content-Profile",
  "Location",
  "Link",
  "Preference-Applied",
  "RateLimit",
  "RateLimit-Policy",
  "Content-Location",
  "Content-Range",
  "Content-Disposition",
  "ETag",
  "Repr-Digest",
  "Retry-After",
  "Tus-Resumable",
  "Tus-Version",
  "Upload-Expires",
  "Upload-Length",
  "Upload-Offset",
  "WWW-Authenticate",
  "X-Next-Offset",
  "X-Log-Size",
  "X-Request-Id",
].join(", ");

/** What a page may send besides the headers that need no leave. */
const sendable = [
  "Accept-Profile",
  "Authorization",
  "Content-Digest",
  "Content-Disposition",
  "Content-Encoding",
  "Content-Type",
  "Prefer",
  "Idempotency-Key",
  "If-None-Match",
  "If-Range",
  "Last-Event-ID",
  "Range",
  "Repr-Digest",
  "Traceparent",
  "Tracestate",
  "Tus-Resumable",
  "Upload-Length",
  "Upload-Metadata",
  "Upload-Offset",
  "X-Auth-Vault",
  "X-Request-Id",
].join(", ");

/** Gives the headers that let a page of an allowed origin read an answer; none for any other origin. */
export function corsHeaders(config: DoorConfig, request: Request): Readonly<Record<string, string>> {
  if (config.corsOrigins.length === 0) return {};
  const origin = request.headers.get("origin");
  // Any page, that is: then the answer is the same for all of them, and never with credentials of the browser.
  if (config.corsOrigins.includes("*")) {
    return { "access-control-allow-origin": "*", "access-control-expose-headers": exposed };
  }
  if (origin === null || !config.corsOrigins.includes(origin)) return { vary: "Origin" };
  return { "access-control-allow-origin": origin, "access-control-expose-headers": exposed, vary: "Origin" };
}

/** Answers the question that a browser asks before a request of another origin. */
export function preflightResponse(config: DoorConfig, request: Request, methods: readonly string[]): Response {
  const headers = new Headers({ allow: methods.join(", ") });
  const cors = corsHeaders(config, request);
  for (const [name, value] of Object.entries(cors)) headers.set(name, value);
  if (cors["access-control-allow-origin"] !== undefined) {
    headers.set("access-control-allow-methods", methods.join(", "));
    headers.set("access-control-allow-headers", sendable);
    headers.set("access-control-max-age", "600");
  }
  return new Response(null, { status: 204, headers });
}
