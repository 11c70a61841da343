import * as v from "valibot";
import { defined } from "../domain/defined.ts";
import { isJsonObject, type Json, parseExact } from "../domain/json.ts";
import { errorText, type Fault, Problem, type ProblemKind, problemKinds } from "../domain/problem.ts";
import { withoutEndSlashes } from "../domain/text.ts";
import { hasCode } from "../files/file-errors.ts";
import { type Arguments, type Io, type Option, textOption, Unreachable, UsageError } from "./command.ts";
import { tokenFor } from "./kept-login.ts";

/** The options of every command that talks to a service. */
export const clientOptions = {
  url: { type: "string", value: "URL", about: "address of the service (HEDDLE_URL; default http://127.0.0.1:8080)" },
  key: { type: "string", value: "KEY", about: "API key (HEDDLE_KEY); the login of heddle login if not given" },
  json: { type: "boolean", about: "print one JSON document" },
} as const satisfies Record<string, Option>;

export type RequestOptions = {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Blob;
};

/** A client of one service. Paths are relative to its address; absolute URLs are used as they are. */
export type Client = {
  /** The address of the service, without a slash at the end. */
  readonly url: string;
  /** Sends a request. Throws Unreachable, or the Problem that the service answered. */
  send(method: string, path: string, options?: RequestOptions): Promise<Response>;
  /** Sends a request and reads the JSON answer. */
  json(method: string, path: string, options?: RequestOptions): Promise<Json>;
};

/** Creates the client that a command's options and environment name. Without a key it uses the login at the service, if there is one. */
export function createClient(
  args: Arguments,
  io: Io,
  { isAnonymous = false }: { readonly isAnonymous?: boolean } = {},
): Client {
  const url = addressOf(args, io);
  const key = textOption(args, "key") ?? io.environment.HEDDLE_KEY;
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key)) {
    throw new UsageError("Cannot use the API key: found blanks or letters that no key has");
  }
  const origin = new URL(url).origin;
  const send = async (method: string, path: string, options: RequestOptions = {}) => {
    const target = new URL(/^https?:/.test(path) ? path : `${url}/${path.replace(/^\/+/, "")}`);
    // The key belongs to this service only: results may lie on another host.
    const token = isAnonymous || target.origin !== origin ? undefined : (key ?? (await tokenFor(io.environment, url)));
    const credentials = token === undefined ? {} : { authorization: `Bearer ${token}` };
    let response: Response;
    try {
      response = await fetch(target, {
        method,
        headers: { accept: "application/json, */*;q=0.5", ...credentials, ...options.headers },
        ...defined({ body: options.body }),
        signal: io.signal,
      });
    } catch (cause) {
      if (io.signal.aborted) throw io.signal.reason;
      throw new Unreachable(`Cannot reach ${target.origin}: ${reasonOf(cause)}`);
    }
    if (response.ok) return response;
    throw await problemOf(response);
  };
  return {
    url,
    send,
    json: async (method, path, options) => parseExact(await (await send(method, path, options)).text()),
  };
}

function reasonOf(cause: unknown): string {
  const text = errorText(cause);
  const isRefused = /refused/i.test(text) || hasCode(cause, "ConnectionRefused", "ECONNREFUSED");
  return isRefused ? 'no service listens there ("heddle serve" starts one, --url names another)' : text;
}

function addressOf(args: Arguments, io: Io): string {
  const named = textOption(args, "url") ?? io.environment.HEDDLE_URL ?? "http://127.0.0.1:8080";
  if (URL.canParse(named) && /^https?:$/.test(new URL(named).protocol)) return withoutEndSlashes(named);
  const origin = textOption(args, "url") === undefined ? "HEDDLE_URL" : "--url";
  throw new UsageError(`Cannot use ${origin}: found "${named}", wanted an http or https URL`);
}

const kindOfStatus: Readonly<Record<number, ProblemKind>> = {
  400: "invalid-parameter-value",
  401: "unauthorized",
  403: "forbidden",
  404: "not-found",
  409: "conflict",
  410: "gone",
  413: "content-too-large",
  415: "unsupported-media-type",
  422: "invalid-parameter-value",
  429: "too-many-requests",
  503: "unavailable",
};

/** The type of a problem, a URI that ends in its kind, tells more than the status. */
function kindOfType(type: Json | undefined): ProblemKind | undefined {
  const name = typeof type === "string" ? /[^/:]*$/.exec(type)?.[0] : undefined;
  return problemKinds.find((kind) => kind === name);
}

const FaultsSchema = v.fallback(v.array(v.object({ pointer: v.string(), detail: v.string() })), []);

async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  const byStatus = kindOfStatus[response.status] ?? "internal";
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return new Problem(byStatus, `The service answered ${response.status}: ${text.slice(0, 500)}`);
  }
  if (!isJsonObject(body))
    return new Problem(byStatus, `The service answered ${response.status}: ${text.slice(0, 500)}`);
  const kind = kindOfType(body.type) ?? byStatus;
  const faults: readonly Fault[] = v.parse(FaultsSchema, body.errors ?? []);
  return new Problem(kind, String(body.detail ?? body.title ?? `The service answered ${response.status}`), {
    faults,
  });
}
