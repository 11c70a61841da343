import { defined } from "../../domain/defined.ts";
import { Problem } from "../../domain/problem.ts";
import type { Credentials } from "../../operations/people/authenticate.ts";
import { isLocal, type Site } from "./door.ts";

/** What a cookie of ours is called and held to, at the address by which a client sees the service. */
type CookieRules = { readonly name: string; readonly attributes: string };

/**
 * Names a cookie: behind https by a prefix that no page without TLS, and none of a neighbouring host, can set (RFC 6265bis 4.1.3).
 * One below a path of its own cannot have the stricter prefix.
 */
function cookieRules({ baseUrl }: Pick<Site, "baseUrl">, part: "" | "-sign-in"): CookieRules {
  const { protocol, pathname } = new URL(baseUrl);
  const path = pathname.replace(/\/$/, "");
  // Lax: a link on another site leads to a job as its reader, and no form or script of another site does anything.
  const attributes = `Path=${path === "" ? "/" : path}; HttpOnly; SameSite=Lax`;
  if (protocol !== "https:") return { name: `heddle${part}`, attributes };
  return { name: `${path === "" ? "__Host-" : "__Secure-"}heddle${part}`, attributes: `${attributes}; Secure` };
}

function readCookie(request: Request, name: string): string | undefined {
  const header = request.headers.get("cookie");
  if (header === null) return undefined;
  for (const pair of header.split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/** Names the cookie of a session at an address. */
export function sessionCookieName(site: Pick<Site, "baseUrl">): string {
  return cookieRules(site, "").name;
}

/** Reads the token of a session from its cookie. */
export function readSession(request: Request, site: Pick<Site, "baseUrl">): string | undefined {
  if (!request.headers.has("cookie")) return undefined;
  const token = readCookie(request, cookieRules(site, "").name);
  return token !== undefined && /^[A-Za-z0-9]{20,100}$/.test(token) ? token : undefined;
}

/** Formats the cookie of a session, or the one that takes it away. */
export function sessionCookie(
  site: Pick<Site, "baseUrl">,
  begun?: { readonly token: string; readonly seconds: number },
): string {
  return cookieText(
    cookieRules(site, ""),
    begun === undefined ? undefined : { value: begun.token, seconds: begun.seconds },
  );
}

/** Reads what was noted for the way to a provider and back. */
export function readJourney(request: Request, site: Pick<Site, "baseUrl">): string | undefined {
  return readCookie(request, cookieRules(site, "-sign-in").name);
}

/** Formats the cookie of the way to a provider and back, or the one that takes it away. */
export function journeyCookie(
  site: Pick<Site, "baseUrl">,
  noted?: { readonly value: string; readonly seconds: number },
): string {
  return cookieText(cookieRules(site, "-sign-in"), noted);
}

function cookieText(
  { name, attributes }: CookieRules,
  kept: { readonly value: string; readonly seconds: number } | undefined,
): string {
  return `${name}=${kept?.value ?? ""}; ${attributes}; Max-Age=${kept === undefined ? 0 : Math.max(1, Math.floor(kept.seconds))}`;
}

/** A cookie and a key that are typed in need a way that nobody listens on. Throws `forbidden` for http at an address that others can reach. */
export function requireSafeWay(site: Pick<Site, "baseUrl">): void {
  const { protocol, hostname, origin } = new URL(site.baseUrl);
  if (protocol === "https:" || isLocal(hostname)) return;
  throw new Problem(
    "forbidden",
    `Cannot sign in with a browser: found "${origin}", wanted https, or an address of this machine`,
  );
}

/**
 * A browser sends its cookie whoever asks it to. So what has an effect must say that a page of ours asks: by `Origin` or
 * `Sec-Fetch-Site` (whose values the door checks, too), and an execution by GET by `Sec-Fetch-Site: same-origin`. Throws `forbidden`.
 */
export function requireOwnPage(request: Request, called: Site): void {
  const origin = request.headers.get("origin");
  const from = request.headers.get("sec-fetch-site");
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (isRead && from !== "same-origin") {
    throw notOwn(`Sec-Fetch-Site ${from === null ? "missing" : `"${from}"`}`, "same-origin");
  }
  // Signing in ends with a navigation of our own, to an address that a link of anybody may have named.
  if (isRead && request.headers.get("sec-fetch-mode") === "navigate") {
    throw notOwn('Sec-Fetch-Mode "navigate"', "a script of this service, or POST");
  }
  if (origin === null && from === null) throw notOwn("neither Origin nor Sec-Fetch-Site", "a page of this service");
  if (origin !== null && ![called.baseUrl, called.calledUrl].some((one) => new URL(one).origin === origin)) {
    throw notOwn(`Origin "${origin}"`, "a page of this service");
  }
}

function notOwn(found: string, wanted: string): Problem {
  return new Problem(
    "forbidden",
    `Cannot accept the request by the cookie of a session: found ${found}, wanted ${wanted}`,
  );
}

/** Reads what says who sends a request: a key or token wins over a cookie. */
export function credentialsOf(request: Request, site: Pick<Site, "baseUrl">): Credentials {
  const authorization = request.headers.get("authorization");
  return authorization === null ? defined({ session: readSession(request, site) }) : { authorization };
}

/** Keeps an answer for one browser: what a cookie led to is for nobody else (RFC 9111 3.5 says so of `Authorization` only). */
export function keepPrivate({ headers }: Response): void {
  headers.append("vary", "cookie");
  if (!headers.has("cache-control")) headers.set("cache-control", "private, no-cache");
}
