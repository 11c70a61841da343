import { defined } from "../defined.ts";

/** Where a request comes from: what the log, the audit and the job that it made are found by. */
export type Origin = {
  readonly requestId: string;
  /** The request's own place in its trace (W3C Trace Context); what it calls is told this. */
  readonly traceparent: string;
  readonly tracestate?: string;
  /** The address of the client, as far as it is known. */
  readonly address?: string;
  /** What kind of program the client says it is, at most 100 printable characters (`clientKind`); undefined where it says nothing. */
  readonly client?: string;
};

/** What the command line of this program calls itself in `User-Agent`. */
export const commandLineAgent = "heddle-command";

/** The kinds of clients that have a word of their own. */
export const clientKinds = { browser: "browser", commandLine: "command line" } as const;

/** A name and a version, as RFC 9110 10.1.5 has them, of which only some signs are kept. */
const productToken = /^[A-Za-z][\w.+-]*(?:\/[\w.+-]+)?/;
const longestClient = 100;

/**
 * Reads from `User-Agent` what kind of program a client is: `browser`, `command line` (of this program), or the name and version that it
 * gives first, such as `curl/8.5.0`; of a browser no more is told, as the rest would tell who has it. Another text than a name is `other`.
 * At most 100 characters, ASCII, without a key. Undefined without the header. A client may claim what it likes.
 */
export function clientKind(userAgent: string | null): string | undefined {
  const said = userAgent?.trim() ?? "";
  if (said === "") return undefined;
  if (/^(?:Mozilla|Opera)\//.test(said)) return clientKinds.browser;
  const [name] = productToken.exec(said) ?? [];
  if (name === undefined) return "other";
  if (name.split("/")[0] === commandLineAgent) return clientKinds.commandLine;
  // A key that somebody put there by mistake is no name.
  return /hdl_/i.test(name) ? "other" : name.slice(0, longestClient);
}

/** What is passed on of a trace. */
export type Trace = Pick<Origin, "traceparent" | "tracestate">;

/** A key that somebody put there by mistake is none. */
const saneId = /^(?!.*hdl_)[A-Za-z0-9][\w.:+/=@-]{0,127}$/i;
const parent = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const saneState = /^[\x20-\x7e]{1,512}$/;

/** Reads the origin of a request from its headers; what is missing or not sane is made of `drawn`, a UUID. */
export function readOrigin(headers: { get(name: string): string | null }, drawn: string): Origin {
  const given = headers.get("x-request-id");
  const hex = drawn.replaceAll("-", "").padStart(32, "0");
  const requestId = given !== null && saneId.test(given) ? given : drawn;
  const known = traceOf(headers.get("traceparent"));
  const span = hex.slice(-16);
  const client = defined({ client: clientKind(headers.get("user-agent")) });
  if (known === undefined) return { requestId, traceparent: `00-${hex}-${span}-01`, ...client };
  const state = headers.get("tracestate");
  const traceparent = `00-${known.id}-${span}-${known.flags}`;
  return {
    requestId,
    traceparent,
    ...client,
    ...(state !== null && saneState.test(state) ? { tracestate: state } : {}),
  };
}

/** Reads a `traceparent`; undefined for one that is not as the standard wants it. Of later versions the known parts count. */
function traceOf(text: string | null): { readonly id: string; readonly flags: string } | undefined {
  const [, version = "", id = "", span = "", flags = "", more] = parent.exec(text ?? "") ?? [];
  const isValid = version !== "" && version !== "ff" && /[1-9a-f]/.test(id) && /[1-9a-f]/.test(span);
  if (!isValid || (version === "00" && more !== undefined)) return undefined;
  // The only flag that is known is whether the trace is recorded.
  return { id, flags: Number.parseInt(flags, 16) % 2 === 1 ? "01" : "00" };
}

/** Returns the id of the whole trace. */
export function traceIdOf({ traceparent }: Trace): string {
  return traceparent.slice(3, 35);
}

/** Builds the headers that pass a trace on. */
export function traceHeaders(trace: Trace | undefined): Readonly<Record<string, string>> {
  if (trace === undefined) return {};
  const { traceparent, tracestate } = trace;
  return { traceparent, ...(tracestate === undefined ? {} : { tracestate }) };
}

/** Builds the variables by which a tool learns of its trace. */
export function traceVariables(trace: Trace | undefined): Readonly<Record<string, string>> {
  if (trace === undefined) return {};
  const { traceparent, tracestate } = trace;
  return { TRACEPARENT: traceparent, ...(tracestate === undefined ? {} : { TRACESTATE: tracestate }) };
}
