import { Problem } from "../domain/problem.ts";

export type DoorConfig = {
  /** Where clients find the service, without a slash at the end; undefined when it is where it listens. */
  readonly publicUrl?: string;
  /** The address that the service listens on. */
  readonly listenHost: string;
  /** Only this machine can reach the service. */
  readonly isLoopback: boolean;
  /** Origins whose pages may call from a browser. */
  readonly corsOrigins: readonly string[];
};

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const address = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/;
const wholeHost = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/;

/**
 * Checks the `Host` of a request, against pages that point a name of theirs at this machine: loopback, the public
 * host or the listening host. A service that others may reach also answers to its addresses, which no page can make
 * its own. Throws `forbidden`. Gives host and port.
 */
export function checkHost(config: DoorConfig, request: Request): string {
  const given = (request.headers.get("host") ?? new URL(request.url).host).toLowerCase();
  const name = wholeHost.exec(given)?.[1];
  if (name !== undefined && isOurHost(config, name)) return given;
  throw new Problem("forbidden", `Cannot answer: found Host "${given}", wanted the name of this service`);
}

function isOurHost(config: DoorConfig, name: string): boolean {
  if (loopback.test(name) || name === config.listenHost.toLowerCase()) return true;
  if (config.publicUrl !== undefined && name === new URL(config.publicUrl).hostname) return true;
  return !config.isLoopback && address.test(name);
}

/** Gives the URL that links of an answer begin with: the public one, else the one that the client called. */
export function resolveBaseUrl(config: Pick<DoorConfig, "publicUrl">, request: Request, host: string): string {
  if (config.publicUrl !== undefined) return config.publicUrl;
  const scheme = request.url.startsWith("https:") ? "https" : "http";
  return `${scheme}://${host}`;
}

/**
 * Guards what starts, stops or changes something, whatever its method: a page of another origin may not ask for it.
 * Throws `forbidden`.
 */
export function checkOrigin(config: DoorConfig, request: Request, host: string): void {
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  if (origin === null && site === null) return;
  if (origin !== null && config.corsOrigins.includes(origin)) return;
  if (origin !== null && !isOurOrigin(config, request, host, origin)) {
    throw new Problem("forbidden", `Cannot act: found Origin "${origin}", wanted a page of this service`);
  }
  if (site !== null && site !== "same-origin" && site !== "none") {
    throw new Problem("forbidden", `Cannot act: found Sec-Fetch-Site "${site}", wanted a page of this service`);
  }
}

function isOurOrigin(config: DoorConfig, request: Request, host: string, origin: string): boolean {
  if (config.publicUrl !== undefined && origin === new URL(config.publicUrl).origin) return true;
  return origin === new URL(resolveBaseUrl({}, request, host)).origin;
}

const exposed = "Location, Link, Preference-Applied, Content-Location, Content-Range, ETag";

/** Gives the headers that let a page of an allowed origin read an answer; none for any other origin. */
export function corsHeaders(config: DoorConfig, request: Request): Readonly<Record<string, string>> {
  if (config.corsOrigins.length === 0) return {};
  const origin = request.headers.get("origin");
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
    headers.set("access-control-allow-headers", "Authorization, Content-Type, Prefer, Idempotency-Key, X-Auth-Vault");
    headers.set("access-control-max-age", "600");
  }
  return new Response(null, { status: 204, headers });
}
