import { defined } from "../../domain/defined.ts";
import { shortageOf } from "../../domain/figures/shortage.ts";
import type { Logger } from "../../domain/logger.ts";
import type { Principal } from "../../domain/people/access.ts";
import { Problem, type ProblemKind } from "../../domain/problem.ts";
import { withoutKeys } from "../../domain/words/text.ts";
import { policyOf } from "../../pages/shared/page.ts";
import { problemPage } from "../../pages/shared/problem.tsx";
import { styleSheetPath } from "../console-files.ts";
import { challengeOf } from "../door/challenge.ts";
import { programFacts } from "../program.ts";
import { pageOfRequest, readerOf } from "./document-response.ts";
import { preferredType, prefersPlainJson } from "./negotiate.ts";

const processes = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0";
const deployment = "http://www.opengis.net/def/exceptions/ogcapi-processes-2/1.0";
const jobs = "http://www.opengis.net/def/exceptions/ogcapi-processes-4/1.0";
/** For what the standards have no URI. */
const own = "urn:heddle:problem";

/** How each kind is answered: its status, its type URI (RFC 9457; OGC 18-062r2, 18-062r3, 20-044) and its title. */
const answers = {
  "invalid-parameter-value": {
    status: 400,
    type: `${processes}/InvalidParameterValue`,
    title: "Invalid parameter value",
  },
  "invalid-query-parameter-value": {
    status: 400,
    type: `${processes}/invalid-query-parameter-value`,
    title: "Invalid query parameter value",
  },
  "no-such-process": { status: 404, type: `${processes}/no-such-process`, title: "No such process" },
  "no-such-job": { status: 404, type: `${processes}/no-such-job`, title: "No such job" },
  "no-such-output": { status: 400, type: `${processes}/no-such-output`, title: "No such output" },
  "not-found": { status: 404, type: `${own}:not-found`, title: "Not found" },
  "result-not-ready": { status: 404, type: `${processes}/result-not-ready`, title: "Result not ready" },
  "result-not-available": { status: 404, type: `${processes}/result-not-available`, title: "Result not available" },
  "job-failed": { status: 500, type: `${own}:job-failed`, title: "Job failed" },
  gone: { status: 410, type: `${own}:gone`, title: "Gone" },
  "kept-job": { status: 409, type: `${own}:kept-job`, title: "The job is kept for good" },
  "removed-job": { status: 410, type: `${own}:gone`, title: "Gone" },
  "workflow-not-found": { status: 400, type: `${deployment}/workflow-not-found`, title: "Workflow not found" },
  "duplicated-process": { status: 409, type: `${deployment}/duplicated-process`, title: "Duplicated process" },
  "immutable-process": { status: 403, type: `${deployment}/immutable-process`, title: "Immutable process" },
  "unsupported-media-type": {
    status: 415,
    type: `${deployment}/unsupported-media-type`,
    title: "Unsupported media type",
  },
  "unsupported-content-coding": {
    status: 415,
    type: `${own}:unsupported-content-coding`,
    title: "Unsupported content coding",
  },
  "not-acceptable": { status: 406, type: `${own}:not-acceptable`, title: "Not acceptable" },
  "method-not-allowed": { status: 405, type: `${own}:method-not-allowed`, title: "Method not allowed" },
  "content-too-large": { status: 413, type: `${own}:content-too-large`, title: "Content too large" },
  "idempotency-conflict": { status: 422, type: `${own}:idempotency-conflict`, title: "Idempotency conflict" },
  "precondition-failed": { status: 412, type: `${own}:precondition-failed`, title: "Precondition failed" },
  conflict: { status: 409, type: `${own}:conflict`, title: "Conflict" },
  unauthorized: { status: 401, type: `${own}:unauthorized`, title: "Unauthorized" },
  forbidden: { status: 403, type: `${own}:forbidden`, title: "Forbidden" },
  "too-many-requests": { status: 429, type: `${own}:too-many-requests`, title: "Too many requests" },
  "range-not-satisfiable": { status: 416, type: `${own}:range-not-satisfiable`, title: "Range not satisfiable" },
  "unprocessable-content": { status: 422, type: `${own}:unprocessable-content`, title: "Unprocessable content" },
  "unsupported-schema": { status: 422, type: `${jobs}/unsupported-schema`, title: "Unsupported schema" },
  "remote-failure": { status: 502, type: `${own}:remote-failure`, title: "Remote failure" },
  unavailable: { status: 503, type: `${own}:unavailable`, title: "Service unavailable" },
  "insufficient-storage": { status: 507, type: `${own}:insufficient-storage`, title: "Insufficient storage" },
  internal: { status: 500, type: `${own}:internal`, title: "Internal error" },
} as const satisfies Record<ProblemKind, { status: number; type: string; title: string }>;

/** How a job is told of that was removed: as one that is gone when not given. */
export type RemovedJobs = { readonly removedJobs?: "410" | "404" };

/** Some testers want a removed job to be as one that never was, at each edge. */
export function asTold<E>({ removedJobs }: RemovedJobs, error: E): E | Problem {
  const isRemoved = error instanceof Problem && error.kind === "removed-job";
  return isRemoved && removedJobs === "404" ? new Problem("no-such-job", error.message) : error;
}

/** What a caller sees of an error that is not its own; the log keeps the cause. */
export const internalDetail = "The server met an error of its own; its log tells more";

/** A problem document (RFC 9457, exception.yaml), with the faults as `errors`. */
export type ProblemDocument = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
};

/** Builds the document of a problem. */
export function problemDocument(problem: Problem): ProblemDocument {
  const { status, type, title } = answers[problem.kind];
  const detail = problem.kind === "internal" ? internalDetail : withoutKeys(problem.message);
  const document = { type, title, status, detail };
  if (problem.faults.length === 0) return document;
  return { ...document, errors: problem.faults.map((one) => ({ ...one, detail: withoutKeys(one.detail) })) };
}

/** Who is told of a problem. */
export type ProblemReader = {
  readonly accept: string | null;
  /** What links of a page begin with; no slash at the end. */
  readonly basePath: string;
  /** Who asks, where that is known: the menu of a page names them. */
  readonly caller?: Principal | undefined;
  /** What is answered: who signs in comes back to it. */
  readonly request?: Request;
};

/**
 * Answers a thrown error: as JSON, or as a page to whoever asks for HTML. A Problem is shown; anything else becomes
 * "internal", a fixed sentence, and is logged.
 */
export function problemResponse(
  error: unknown,
  { accept, basePath, caller, request }: ProblemReader,
  logger: Logger,
): Response {
  const problem = error instanceof Problem ? error : problemOf(error);
  if (problem.kind === "internal") logger.error("Request failed", { error });
  else if (problem.kind === "unavailable") logger.warn("Request not served", { error });
  const document = problemDocument(problem);
  const headers: Record<string, string> = {
    "content-type": typeOf(accept),
    "content-language": "en",
    "x-content-type-options": "nosniff",
  };
  const challenge = challengeOf(problem);
  if (challenge !== undefined) headers["www-authenticate"] = challenge;
  // Said only where the coding is what was wrong (RFC 9110 15.5.16).
  if (problem.kind === "unsupported-content-coding") headers["accept-encoding"] = "gzip";
  if (problem.retryAfterSeconds !== undefined) headers["retry-after"] = String(problem.retryAfterSeconds);
  const { status } = document;
  if (headers["content-type"] !== "text/html") return new Response(JSON.stringify(document), { status, headers });
  headers["content-security-policy"] = policyOf();
  // The page names who asked: it is for nobody else.
  if (caller !== undefined) headers["cache-control"] = "private, no-cache";
  const known = defined({
    reader: readerOf(caller),
    here: request === undefined ? undefined : pageOfRequest(request),
  });
  const frame = {
    title: document.title,
    baseUrl: basePath,
    styleSheet: styleSheetPath,
    program: programFacts,
    ...known,
  };
  const page = problemPage(frame, document);
  return new Response(page, { status, headers: { ...headers, "content-type": "text/html; charset=utf-8" } });
}

const shortageRetrySeconds = 10;

/** What the machine is short of is no error of ours: the same may work later. */
function problemOf(error: unknown): Problem {
  const shortage = shortageOf(error);
  if (shortage === undefined) return new Problem("internal", internalDetail, { cause: error });
  const detail = `Cannot answer now: the server is short of ${shortage}`;
  return new Problem("unavailable", detail, { cause: error, retryAfterSeconds: shortageRetrySeconds });
}

/** Suites of 1.0 ask for application/json and want just that; browsers ask for HTML before anything else. */
function typeOf(accept: string | null): "application/problem+json" | "application/json" | "text/html" {
  if (preferredType(accept, ["application/problem+json", "application/json", "text/html"]) === "text/html")
    return "text/html";
  return prefersPlainJson(accept) ? "application/json" : "application/problem+json";
}
