import { defined } from "../../../domain/defined.ts";
import { type LogSearch, logLevels } from "../../../domain/documents/found-log.ts";
import { isFinished } from "../../../domain/jobs/job-state.ts";
import { jobUrl } from "../../../domain/links.ts";
import { Problem } from "../../../domain/problem.ts";
import { readJob } from "../../../operations/jobs/follow-jobs.ts";
import { type LogDeps, type LogPage, readLog, readLogPage } from "../../../operations/runs/read-log.ts";
import { searchLog } from "../../../operations/runs/search-log.ts";
import { logPage } from "../../../pages/job/log.tsx";
import { shortId } from "../../../pages/shared/words.ts";
import { documentResponse } from "../../answers/document-response.ts";
import { preferredType } from "../../answers/negotiate.ts";
import { fileResponse } from "../../answers/send-file.ts";
import { foreignBytes, principalOf, type Route, type RouteContext } from "../../route.ts";

const log = {
  summary: "Log of a job",
  tag: "jobs",
  query: {
    offset: "first byte of a page; X-Next-Offset tells where the next one begins",
    limit: "the most bytes of a page",
    tail: "the last so many lines",
    attempt: "the number of an attempt, from 1; the last one if not given",
    q: "of the page in HTML: words that each line must have",
    level: "of the page: all, faults (lines that tell an error or a warning), or tools (what tools said)",
    step: "of the page: lines of this step only",
    from: "of the page: the number of the first line, from 1",
    f: "text, json for a list of lines, or html for a page",
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
  const format = logFormatOf(context);
  if (format === "html") return logPageIn(deps, context, attempt);
  if (format === "json") {
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

/** Answers with a page of the lines that are looked for. */
async function logPageIn(deps: LogDeps, context: RouteContext, attempt: number | undefined): Promise<Response> {
  const [principal, jobId] = [principalOf(context), context.param("jobId")];
  const search = searchOf(context);
  const job = await readJob(deps, principal, jobId);
  const found = await searchLog(deps, principal, { jobId, ...defined({ attempt }) }, search);
  const isRunning = !isFinished(job.status) && (attempt === undefined || attempt === job.attempt);
  const title = `Log of job ${shortId(job.id)}${attempt === undefined ? "" : `, attempt ${attempt}`}`;
  const view = { jobUrl: jobUrl(context.baseUrl, job.id), search, found, isRunning, ...defined({ attempt }) };
  return documentResponse(context, {}, { title, page: logPage(view) });
}

function searchOf(context: RouteContext): LogSearch {
  const level = context.query("level") ?? "all";
  const known = logLevels.find((one) => one === level);
  if (known === undefined) {
    const detail = `Cannot read log: found level "${level}", wanted one of ${logLevels.join(", ")}`;
    throw new Problem("invalid-query-parameter-value", detail);
  }
  const step = context.query("step") || undefined;
  const from = Math.max(1, wholeOf(context, "from") ?? 1);
  return { words: context.query("q") ?? "", level: known, from, ...defined({ step }) };
}

/** Chooses text, JSON or a page: `f` wins over `Accept`; text when the client names nothing, or takes anything. */
function logFormatOf(context: RouteContext): "text" | "json" | "html" {
  const format = context.query("f");
  if (format === "json" || format === "text" || format === "html") return format;
  if (format !== undefined) {
    throw new Problem("invalid-query-parameter-value", `Cannot answer: found f "${format}", wanted text, json or html`);
  }
  const accept = context.request.headers.get("accept");
  const type = preferredType(accept, ["text/plain", "application/json", "text/html"]);
  if (type !== undefined) return type === "text/html" ? "html" : type === "application/json" ? "json" : "text";
  const detail = `Cannot answer: found Accept "${accept}", wanted text/plain, application/json or text/html`;
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
