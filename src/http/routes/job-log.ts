import { defined } from "../../domain/defined.ts";
import { Problem } from "../../domain/problem.ts";
import { type LogDeps, type LogPage, readLog, readLogPage } from "../../operations/read-log.ts";
import { preferredType } from "../answers/negotiate.ts";
import { fileResponse } from "../answers/send-file.ts";
import { foreignBytes, principalOf, type Route, type RouteContext } from "../route.ts";

const log = {
  summary: "Log of a job",
  tag: "jobs",
  query: {
    offset: "first byte of a page; X-Next-Offset tells where the next one begins",
    limit: "the most bytes of a page",
    tail: "the last so many lines",
    attempt: "the number of an attempt, from 1; the last one if not given",
    f: "text, or json for a list of lines",
  },
  answers: {
    200: { about: "The lines", content: { mediaType: "text/plain" } },
    206: { about: "A part of them", content: { mediaType: "text/plain" } },
    304: { about: "Not changed" },
  },
  problems: [406, 416],
} as const;
/** Lists the routes of a job's log. */
export function logRoutes(deps: LogDeps): readonly Route[] {
  // OGC has no name for it: some clients ask for the one, some for the other.
  return ["/jobs/:jobId/log", "/jobs/:jobId/logs"].map(
    (path): Route => ({
      method: "GET",
      path,
      about: log,
      handle: (context) => answerLog(deps, context),
    }),
  );
}

/** Answers with a log as text, or with its lines as JSON. */
async function answerLog(deps: LogDeps, context: RouteContext): Promise<Response> {
  const attempt = wholeOf(context, "attempt");
  const page = logPageOf(context);
  const [principal, jobId] = [principalOf(context), context.param("jobId")];
  if (logFormatOf(context) === "json") {
    const part = page ?? { offset: 0, limit: largestPageBytes };
    return logPageResponse(await readLogPage(deps, principal, jobId, { ...part, ...defined({ attempt }) }), "json");
  }
  if (page !== undefined) {
    return logPageResponse(await readLogPage(deps, principal, jobId, { ...page, ...defined({ attempt }) }), "text");
  }
  const log = await readLog(deps, principal, jobId, attempt);
  if (log.kind === "file") return fileResponse(context.request, log.file, { vary: "accept" });
  const text = log.lines.map((line) => `${line}\n`).join("");
  return new Response(text, {
    headers: { "content-type": "text/plain; charset=utf-8", vary: "accept", ...foreignBytes },
  });
}

/** Chooses text or JSON: `f` wins over `Accept`; text when the client names nothing, or takes anything. */
function logFormatOf(context: RouteContext): "text" | "json" {
  const format = context.query("f");
  if (format === "json" || format === "text") return format;
  if (format !== undefined) {
    throw new Problem("invalid-query-parameter-value", `Cannot answer: found f "${format}", wanted text or json`);
  }
  const accept = context.request.headers.get("accept");
  const type = preferredType(accept, ["text/plain", "application/json"]);
  if (type !== undefined) return type === "application/json" ? "json" : "text";
  const detail = `Cannot answer: found Accept "${accept}", wanted text/plain or application/json`;
  throw new Problem("not-acceptable", detail);
}

const largestPageBytes = 16 * 2 ** 20;
const mostLines = 10_000;

/** Reads which part of a log the request names; undefined for all of it. */
function logPageOf(context: RouteContext) {
  const [offset, limit, tail] = ["offset", "limit", "tail"].map((name) => wholeOf(context, name));
  if (tail !== undefined) {
    if (offset === undefined && limit === undefined) return { tail: Math.min(tail, mostLines) };
    throw new Problem(
      "invalid-query-parameter-value",
      "Cannot read log: found tail together with offset or limit, wanted only one of them",
    );
  }
  if (offset === undefined && limit === undefined) return undefined;
  return { offset: offset ?? 0, limit: Math.min(limit ?? 2 ** 20, largestPageBytes) };
}

function wholeOf(context: RouteContext, name: string): number | undefined {
  const text = context.query(name);
  if (text === undefined || /^\d{1,15}$/.test(text)) return text === undefined ? undefined : Number(text);
  const detail = `Cannot read log: found ${name} "${text}", wanted a whole number`;
  throw new Problem("invalid-query-parameter-value", detail);
}

function logPageResponse(page: LogPage, format: "text" | "json"): Response {
  const text = Buffer.from(page.bytes).toString("utf8").replace(/\n$/, "");
  const lines = text === "" ? [] : text.split("\n");
  const body = format === "text" ? new Blob([new Uint8Array(page.bytes)]) : JSON.stringify(lines);
  return new Response(body, {
    headers: {
      "content-type": format === "text" ? "text/plain; charset=utf-8" : "application/json",
      vary: "accept",
      "x-next-offset": String(page.nextOffset),
      "x-log-size": String(page.sizeBytes),
      ...foreignBytes,
    },
  });
}
