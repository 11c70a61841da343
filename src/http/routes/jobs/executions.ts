import { ExecuteBodySchema } from "../../../domain/jobs/execution.ts";
import { jobUrl } from "../../../domain/links.ts";
import type { Principal } from "../../../domain/people/access.ts";
import { Problem } from "../../../domain/problem.ts";
import type { Process } from "../../../domain/processes/process.ts";
import type { Provider } from "../../../domain/processes/provider.ts";
import { describeProcess } from "../../../operations/processes/describe-processes.ts";
import type { ExamplesDeps } from "../../../operations/processes/package-examples.ts";
import type { ProcessCache } from "../../../operations/processes/process-cache.ts";
import { type ReadResultsDeps, resultsOfJob } from "../../../operations/results/read-results.ts";
import type { SubmitDeps } from "../../../operations/submit/submission.ts";
import { checkJob, type Submitted, submitJob } from "../../../operations/submit/submit-job.ts";
import { readKvpExecution, withoutEmptyFields } from "../../../wire/kvp-execute.ts";
import { parsePrefer } from "../../../wire/prefer.ts";
import { documentFormats, isDocumentFormat } from "../../answers/document-formats.ts";
import {
  comesToLook,
  type ExecutedProcess,
  formType,
  lookResponse,
  requireOwnForm,
} from "../../answers/form/process-form.ts";
import { ranBefore } from "../../answers/jobs/ran-before.ts";
import { checkedDocument, statusDocument } from "../../answers/jobs/status-document.ts";
import type { FormSettings } from "../../answers/processes/process-view.ts";
import { answerResults } from "../../answers/results/results-answer.ts";
import type { AnswerDeps } from "../../answers/results/results-context.ts";
import { requireAcceptable } from "../../answers/results/results-taken.ts";
import { resultsTarget } from "../../answers/results/results-target.ts";
import { settledAnswer } from "../../answers/settled-answer.ts";
import {
  type BodyLimits,
  bodyText,
  contentTypeOf,
  readBytes,
  readExactJson,
  requireContentType,
} from "../../request/read-body.ts";
import { parseTags, submissionOf } from "../../request/submission.ts";
import { foreignBytes, guardEffect, jsonResponse, principalOf, type Route, type RouteContext } from "../../route.ts";

/** What the API description says of executions, wherever the process is. */
export const executionAbout = {
  query: {
    tags: "tags of the job, separated by commas",
    dryRun:
      "true: the request is checked and answered as it was understood, with the job of yours that ran the same before in ranBefore; nothing is run or stored",
  },
  /** OGC 18-062r2 /req/callback/job-callback. */
  callbacks: { successUri: "Results", inProgressUri: "StatusInfo", failedUri: "StatusInfo" },
  answers: {
    200: { about: "The results of a synchronous execution", content: { document: "Results" } },
    201: { about: "A job; Location is its status", content: { document: "StatusInfo" } },
    204: { about: "Nothing was asked for, or links to the outputs in Link" },
  },
} as const;

/** What it says of executions by a query. */
export const queryExecutionAbout = {
  query: { ...executionAbout.query, f: "stands for Accept", prefer: "stands for Prefer" },
  answers: executionAbout.answers,
  problems: [422, 429, 500],
} as const;

export type ExecutionRouteDeps = SubmitDeps &
  ReadResultsDeps &
  AnswerDeps &
  ExamplesDeps & {
    readonly processes: ProcessCache;
    readonly settings: BodyLimits & FormSettings;
  };

/** What the body of an execution is. */
export const executionBody = { mediaTypes: ["application/json"], schema: ExecuteBodySchema };

/** The route that executes a process. */
export function executionRoutes(deps: ExecutionRouteDeps): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/processes/:processId/execution",
      about: { summary: "Execute a process", tag: "processes", ...executionAbout, problems: [413, 415, 422, 429, 500] },
      body: executionBody,
      handle(context) {
        if (contentTypeOf(context.request) === formType) return executeForm(deps, context);
        const find = (principal: Principal) => describeProcess(deps, principal, context.param("processId"));
        return executeReference(deps, context, find);
      },
    },
    {
      method: "GET",
      path: "/processes/:processId/execution",
      about: {
        summary:
          "Execute a process by a query: a parameter for each input; who asks for HTML gets a form to execute it",
        tag: "processes",
        ...queryExecutionAbout,
      },
      access: "public",
      handle: (context) =>
        executeQuery(deps, context, async (caller) => ({
          process: await describeProcess(deps, caller, context.param("processId")),
        })),
    },
  ];
}

/** Executes the request of a form of our own pages, and leads to the page of the job. */
async function executeForm(deps: ExecutionRouteDeps, context: RouteContext): Promise<Response> {
  requireOwnForm(context);
  const process = await describeProcess(deps, principalOf(context), context.param("processId"));
  const form = bodyText(await readBytes(context.request, deps.settings.maxBodyBytes));
  const { body: payload } = readKvpExecution(withoutEmptyFields(form, process.description), process.description);
  const tags = parseTags(new URLSearchParams(form).get("tags"));
  // The form says all that counts: the headers are those of a browser.
  const submission = submissionOf(deps, context, { payload, prefer: { respondAsync: true }, tags }, new Headers());
  const { job } = await submitJob(deps, submission, process);
  return new Response(null, { status: 303, headers: { location: `${jobUrl(context.baseUrl, job.id)}?f=html` } });
}

/** Executes the process of the path, which is one of this service or of the provider that `find` gives. */
export async function executeReference(
  deps: ExecutionRouteDeps,
  context: RouteContext,
  find: (principal: Principal) => Promise<Process | Provider>,
): Promise<Response> {
  requireContentType(context.request, executionBody.mediaTypes);
  const dry = isDryRun(context.query("dryRun"));
  const payload = await readExactJson(context.request, deps.settings);
  return execute(deps, context, await find(principalOf(context)), { payload, isDryRun: dry });
}

/**
 * Executes the process of the path by the query of the request, or shows its form to who came to look (OGC 18-062r3, requirements
 * class kvp-execute). Whether a request executes is known once it was read: origin and caller are checked then.
 */
export async function executeQuery(
  deps: ExecutionRouteDeps,
  context: RouteContext,
  find: (caller: Principal | undefined) => Promise<ExecutedProcess>,
): Promise<Response> {
  if (comesToLook(context.request)) return lookResponse(deps, context, await find(context.caller));
  guardEffect(context);
  const { process, provider } = await find(principalOf(context));
  const { search } = new URL(context.request.url);
  if (search === "") {
    const wanted = "wanted parameters for inputs, outputs or the answer, or a request by POST";
    throw new Problem("invalid-parameter-value", `Cannot execute process "${process.id}": found no query, ${wanted}`);
  }
  const { body: payload, prefer, format, dryRun } = readKvpExecution(search, process.description);
  const order = { payload, isDryRun: isDryRun(dryRun) };
  return execute(deps, withHeaders(context, prefer, format), provider ?? process, order);
}

/** Checks whether the request is a dry run. Throws for a misspelt value, which must not start a job. */
function isDryRun(text: string | undefined): boolean {
  if (text === undefined || text === "false") return false;
  if (text === "true") return true;
  throw new Problem("invalid-query-parameter-value", `Cannot execute: found dryRun "${text}", wanted true or false`);
}

/** Builds the request whose headers come from the query, which wins over them (OGC 18-062r3 /req/kvp-execute/f-response and prefer-response). */
function withHeaders(context: RouteContext, prefer: string | undefined, format: string | undefined): RouteContext {
  const headers = new Headers(context.request.headers);
  if (prefer !== undefined) headers.set("prefer", headerText("prefer", prefer));
  if (format !== undefined) headers.set("accept", headerText("f", typeOf(format)));
  return { ...context, request: new Request(context.request.url, { headers }), signal: context.signal };
}

/** Returns the media type of a format; another text counts as a media type itself. */
function typeOf(format: string): string {
  return isDocumentFormat(format) ? documentFormats[format].mediaType : format;
}

/** Checks that a text can stand in a header. */
function headerText(name: string, text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const detail = `Cannot execute: found ${name} ${JSON.stringify(text)}, wanted printable ASCII`;
  throw new Problem("invalid-query-parameter-value", detail);
}

async function execute(
  deps: ExecutionRouteDeps,
  context: RouteContext,
  reference: Process | Provider,
  order: { readonly payload: unknown; readonly isDryRun: boolean },
): Promise<Response> {
  const { request, baseUrl } = context;
  const prefer = parsePrefer(request.headers.get("prefer"));
  const submission = submissionOf(deps, context, {
    payload: order.payload,
    prefer,
    tags: parseTags(context.query("tags")),
    processId: context.param("processId"),
    requireAnswer: (checked) => requireAcceptable(context, checked),
  });
  if (order.isDryRun) {
    const checked = await checkJob(deps, submission, reference);
    return jsonResponse(checkedDocument(checked, await ranBefore(deps, submission, { checked, reference, baseUrl })));
  }
  const submitted = await submitJob(deps, submission, reference);
  if (submitted.kind === "created") return createdResponse(deps, submitted, baseUrl, prefer.respondAsync);
  const response = await settledAnswer(deps, context, submitted, async () => {
    const outcome = await resultsOfJob(deps, submitted.job, submitted.results);
    return answerResults(deps, context, { ...outcome, preferences: prefer, isSync: true });
  });
  if (submitted.waitSeconds !== undefined) {
    const others = response.headers.get("preference-applied");
    const wait = `wait=${submitted.waitSeconds}`;
    response.headers.set("preference-applied", others === null ? wait : `${wait}, ${others}`);
  }
  if (submitted.job.hidden === undefined) {
    response.headers.append("link", `<${jobUrl(baseUrl, submitted.job.id)}>; rel="monitor"; type="application/json"`);
  }
  for (const [name, value] of Object.entries(foreignBytes)) response.headers.set(name, value);
  return response;
}

async function createdResponse(
  deps: ExecutionRouteDeps,
  { job, waitSeconds }: Submitted,
  baseUrl: string,
  prefersAsync: boolean,
): Promise<Response> {
  const applied = [
    ...(prefersAsync ? ["respond-async"] : []),
    ...(waitSeconds === undefined ? [] : [`wait=${waitSeconds}`]),
  ];
  return jsonResponse(statusDocument(job, baseUrl, { results: await resultsTarget(deps, job) }), {
    status: 201,
    headers: {
      location: jobUrl(baseUrl, job.id),
      ...(applied.length === 0 ? {} : { "preference-applied": applied.join(", ") }),
    },
  });
}
