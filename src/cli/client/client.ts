import * as v from "valibot";
import { defined } from "../../domain/defined.ts";
import { commandLineAgent } from "../../domain/people/origin.ts";
import { errorText, type Fault, Problem, type ProblemKind, problemKinds } from "../../domain/problem.ts";
import { isJsonObject, type Json, parseExact } from "../../domain/values/json.ts";
import { nearNames } from "../../domain/words/near-names.ts";
import { withoutEndSlashes } from "../../domain/words/text.ts";
import { hasCode } from "../../files/disk/file-errors.ts";
import { type Arguments, type Io, textOption, Unreachable, UsageError } from "../command.ts";
import type { Option } from "../option.ts";
import { tokenFor } from "./kept-login.ts";
import { type Profile, readProfiles } from "./profiles.ts";

const group = "Service";

/** The options that say which service, and who asks. */
export const serviceOptions = {
  url: {
    type: "string",
    value: "URL",
    about: "address of the service (HEDDLE_URL; default http://127.0.0.1:8080)",
    group,
  },
  profile: {
    type: "string",
    value: "NAME",
    about: "the service of a profile (HEDDLE_PROFILE; default: the current one of heddle profiles)",
    group,
  },
  key: { type: "string", value: "KEY", about: "API key (HEDDLE_KEY); the login of heddle login if not given", group },
} as const satisfies Record<string, Option>;

/** The options of every command that talks to a service. */
export const clientOptions = {
  json: { type: "boolean", about: "print one JSON document" },
  ...serviceOptions,
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
  const { url, key } = serviceOf(args, io);
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
        headers: {
          "user-agent": commandLineAgent,
          accept: "application/json, */*;q=0.5",
          ...credentials,
          ...options.headers,
        },
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

const ownAddress = "http://127.0.0.1:8080";

/**
 * Tells which service a command talks to, and with which key: the words of the command line win over the environment, and both over
 * the current profile. The key of a profile goes to its own address only. Throws UsageError.
 */
function serviceOf(args: Arguments, io: Io): Profile {
  // An empty variable is none.
  const key = textOption(args, "key") ?? (io.environment.HEDDLE_KEY || undefined);
  const [flag, variable] = [textOption(args, "url"), io.environment.HEDDLE_URL];
  const named = textOption(args, "profile");
  if (flag !== undefined && named !== undefined) {
    throw new UsageError("Cannot choose the service: found --url and --profile, wanted only one of them");
  }
  const written = flag ?? (named === undefined ? variable : undefined);
  if (written === undefined) {
    const profile = profileOf(named ?? io.environment.HEDDLE_PROFILE, io) ?? { url: ownAddress };
    return { ...profile, ...defined({ key: key ?? profile.key }) };
  }
  return { url: checkedAddress(written, flag === undefined ? "HEDDLE_URL" : "--url"), ...defined({ key }) };
}

/** Returns the profile of a name; the current one without a name, if there is one. */
function profileOf(name: string | undefined, { environment }: Io): Profile | undefined {
  const { current, profiles } = readProfiles(environment);
  const wanted = name ?? current;
  if (wanted === undefined) return undefined;
  const profile = Object.entries(profiles).find(([other]) => other === wanted)?.[1];
  if (profile !== undefined) return { ...profile, url: checkedAddress(profile.url, `profile "${wanted}"`) };
  const [near] = nearNames(wanted, Object.keys(profiles));
  const hint = near === undefined ? '"heddle profiles" lists them' : `Did you mean ${near}?`;
  throw new UsageError(`Cannot use profile "${wanted}": found no such one. ${hint}`);
}

/** Checks the address of a service; `origin` says where it was written. Throws UsageError. */
export function checkedAddress(text: string, origin: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return withoutEndSlashes(text);
  throw new UsageError(`Cannot use ${origin}: found "${text}", wanted an http or https URL`);
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
