import { isIP } from "node:net";
import { closedAddressWords } from "../domain/people/closed-address.ts";
import { errorText, Problem } from "../domain/problem.ts";
import { onAbort } from "../domain/waiting/on-abort.ts";
import { startTimer } from "../domain/waiting/timers.ts";
import { type AllowList, isReachable } from "./addresses.ts";
import { type ConnectionPool, createConnectionPool } from "./connection-pool.ts";
import { withoutCoding } from "./content-coding.ts";
import { type ExchangeAnswer, exchange } from "./http-exchange.ts";

/** What the gate needs of its surroundings. */
export type GateDeps = {
  /** Gives the addresses of a host name. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  readonly allowed: AllowList;
  readonly limits: GateLimits;
  /** Keeps connections; one of the gate's own when not given. */
  readonly pool?: ConnectionPool;
};

export type GateLimits = {
  /** The longest quiet time of a connection. */
  readonly idleMilliseconds: number;
  /** The longest time of one request with its redirects and its body. */
  readonly totalMilliseconds: number;
};

/** Headers that go to one origin (scheme, host and port) and nowhere else, redirects included. */
export type Secrets = { readonly origin: string; readonly headers: Readonly<Record<string, string>> };

export type OutboundRequest = {
  readonly url: string;
  readonly method?: "GET" | "HEAD" | "POST" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly secrets?: Secrets;
  readonly body?: string | Uint8Array;
  /** The server may take its time before it answers: it works. */
  readonly isPatient?: boolean;
  /** A redirect is an answer like any other. */
  readonly staysHere?: boolean;
  readonly signal?: AbortSignal;
};

/** An answer of another server, whatever its status. Its body is read, or it is closed. */
export type OutboundAnswer = {
  /** Where the answer came from, after redirects. */
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: AsyncIterable<Uint8Array>;
  close(): void;
};

/** The one way out: each outbound request of the service passes here. */
export type Gate = {
  send(request: OutboundRequest): Promise<OutboundAnswer>;
  /** Tells whether a URL would be refused for the address that stands in it; what a name stands for is not asked. */
  refuses(url: string): boolean;
};

/** The way to a server or the server failed, not what was asked: the same may work a moment later. */
export class PassingProblem extends Problem {}

const maxRedirects = 5;

/**
 * Makes the gate. It connects to the very address that it checked, or uses a connection to it again, asks no proxy, refuses targets that are not of the
 * public internet unless they are allowed, and checks each redirect again. What it refuses, and what does not answer in
 * time or in HTTP, is a Problem `remote-failure` that names the URL without its query.
 */
export function createGate(deps: GateDeps): Gate & Disposable {
  const pool = deps.pool ?? createConnectionPool();
  return {
    async send(request) {
      const deadline = startDeadline(deps.limits.totalMilliseconds, request.signal);
      try {
        return await sendOn({ ...deps, pool }, request, deadline);
      } catch (error) {
        deadline.end();
        throw error;
      }
    },
    refuses(text) {
      const target = targetOf(parseUrl(text));
      return isIP(target.host) !== 0 && !isReachable({ ...target, address: target.host }, deps.allowed);
    },
    [Symbol.dispose]: () => pool[Symbol.dispose](),
  };
}

/** Aborts after a time, or with the caller. What it holds is let go of at its end, not after the time. */
type Deadline = { readonly signal: AbortSignal; end(): void };

function startDeadline(milliseconds: number, caller: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  const timer = startTimer(milliseconds, () => controller.abort(new DOMException("Too late", "TimeoutError")));
  const following = onAbort(caller, () => controller.abort(caller?.reason));
  return {
    signal: controller.signal,
    end() {
      timer.clear();
      following[Symbol.dispose]();
    },
  };
}

/** Sends a request, and follows redirects. */
async function sendOn(deps: GateDeps, request: OutboundRequest, deadline: Deadline): Promise<OutboundAnswer> {
  const { signal } = deadline;
  let url = parseUrl(request.url);
  let { method = "GET", body } = request;
  for (let redirects = 0; ; redirects += 1) {
    const sent = { ...request, method, ...(body === undefined ? {} : { body }) };
    const answer = await sendOnce(deps, sent, url, signal);
    const location = request.staysHere === true ? undefined : redirectOf(answer);
    if (location === undefined) {
      const close = () => {
        deadline.end();
        answer.close();
      };
      const plain = decoded(answer, url);
      return { ...plain, url: url.href, close, body: worded(plain.body, url, deadline) };
    }
    answer.close();
    if (redirects === maxRedirects) throw failure(url, `found more than ${maxRedirects} redirects`);
    const next = parseUrl(location, url);
    if (url.protocol === "https:" && next.protocol === "http:") {
      throw failure(url, "found a redirect from https to http, wanted https");
    }
    if (method !== "GET") {
      // What starts or stops something is not repeated elsewhere; 303 says that its answer lies there (RFC 9110 15.4.4).
      if (answer.status !== 303) {
        throw failure(url, `found a redirect to "${next.origin}${next.pathname}", wanted an answer`);
      }
      method = "GET";
      body = undefined;
    }
    url = next;
  }
}

function decoded(answer: ExchangeAnswer, url: URL): ExchangeAnswer {
  try {
    return withoutCoding(answer, url);
  } catch (cause) {
    answer.close();
    throw failure(url, errorText(cause), cause);
  }
}

async function sendOnce(
  deps: GateDeps,
  request: OutboundRequest & { readonly method: string },
  url: URL,
  signal: AbortSignal,
): Promise<ExchangeAnswer> {
  const { secrets } = request;
  const headers = {
    accept: "*/*",
    "user-agent": "heddle",
    ...lowerCased(request.headers ?? {}),
    ...(secrets !== undefined && secrets.origin === url.origin ? lowerCased(secrets.headers) : {}),
  };
  let isConnecting = false;
  try {
    const addresses = await checkedAddresses(deps, url, signal);
    isConnecting = true;
    const { method, body } = request;
    const idleMilliseconds = request.isPatient === true ? deps.limits.totalMilliseconds : deps.limits.idleMilliseconds;
    const { pool } = deps;
    return await exchange({
      ...{ addresses, url, method, headers, idleMilliseconds, signal },
      ...(body === undefined ? {} : { body }),
      // What starts something has a connection of its own: of one that breaks, nobody could know what had reached the server.
      ...(pool === undefined || startsSomething(url, method) ? {} : { pool }),
    });
  } catch (cause) {
    const isPassing =
      !startsSomething(url, request.method) &&
      (isConnecting || (cause instanceof Error && "code" in cause && cause.code === "EAI_AGAIN"));
    throw worstOf(cause, url, signal, isPassing);
  }
}

/** The address is resolved once and connected to as it is: a resolver that changes its answer changes nothing. */
async function checkedAddresses(
  deps: GateDeps,
  url: URL,
  signal: AbortSignal,
): Promise<readonly [string, ...string[]]> {
  const { host, port } = targetOf(url);
  const addresses = isIP(host) === 0 ? await before(deps.resolve(host), signal) : [host];
  const [address, ...others] = addresses;
  if (address === undefined) throw new Error("the host has no address");
  // Every address must be fit: one that is not shows that the name is not what it says.
  if (!addresses.every((one) => isReachable({ host, port, address: one }, deps.allowed))) {
    throw new Error(closedAddressWords(url.host));
  }
  return [address, ...others];
}

/** Tells whether a request may start something where it goes: it is sent once. A query executes too (KVP of OGC API and of WPS). */
export function startsSomething({ pathname, searchParams }: URL, method: string): boolean {
  if (method !== "GET" || /\/execution\/?$/.test(pathname)) return true;
  return [...searchParams].some(([name, value]) => /^request$/i.test(name) && /^execute$/i.test(value));
}

function targetOf(url: URL): { readonly host: string; readonly port: number } {
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port };
}

function before<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const listening = onAbort(signal, () => reject(new Error("no answer in time")));
    work.then(resolve, reject).finally(() => listening[Symbol.dispose]());
  });
}

function parseUrl(text: string, base?: URL): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base?.href) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === "") {
    throw new Problem(
      "remote-failure",
      `Cannot fetch: found ${JSON.stringify(text.slice(0, 200))}, wanted an http or https URL`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new Problem("remote-failure", `Cannot fetch from "${url.host}": found a user in the URL, wanted none`);
  }
  return url;
}

function redirectOf({ status, headers }: ExchangeAnswer): string | undefined {
  return [301, 302, 303, 307, 308].includes(status) ? (headers.get("location") ?? undefined) : undefined;
}

async function* worded(body: AsyncIterable<Uint8Array>, url: URL, deadline: Deadline): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw worstOf(cause, url, deadline.signal, !startsSomething(url, "GET"));
  } finally {
    deadline.end();
  }
}

function worstOf(cause: unknown, url: URL, signal: AbortSignal, isPassing: boolean): Problem {
  if (cause instanceof Problem) return cause;
  const isLate = signal.aborted && signal.reason instanceof DOMException && signal.reason.name === "TimeoutError";
  const { kind, message } = failure(url, isLate ? "no whole answer in time" : errorText(cause));
  // Who gave up, or waited as long as may be, does not try again.
  return new (isPassing && !signal.aborted ? PassingProblem : Problem)(kind, message, { cause });
}

function failure(url: URL, reason: string, cause?: unknown): Problem {
  return new Problem("remote-failure", `Cannot fetch "${url.origin}${url.pathname}": ${reason}`, { cause });
}

function lowerCased(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Reads a whole answer as bytes. Throws `remote-failure` past the limit. */
export async function readAnswer(answer: Pick<OutboundAnswer, "url" | "body">, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of answer.body) {
    size += piece.byteLength;
    if (size > maxBytes) throw failure(new URL(answer.url), `found more than ${maxBytes} bytes, wanted at most that`);
    pieces.push(piece.slice());
  }
  return Buffer.concat(pieces);
}
