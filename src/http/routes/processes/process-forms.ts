import * as v from "valibot";
import { defined } from "../../../domain/defined.ts";
import { jobUrl } from "../../../domain/links.ts";
import type { Principal } from "../../../domain/people/access.ts";
import { type Fault, Problem } from "../../../domain/problem.ts";
import type { Provider } from "../../../domain/processes/provider.ts";
import { describeProcess } from "../../../operations/processes/describe-processes.ts";
import { checkJob, submitJob } from "../../../operations/submit/submit-job.ts";
import type { VaultDeps } from "../../../operations/uploads/keep-vault-file.ts";
import type { NamedText } from "../../../operations/uploads/read-input-file.ts";
import { outputsOf } from "../../../pages/form/extras.ts";
import { type FormValues, ownNames, textIn } from "../../../pages/form/field.ts";
import { fieldsOf } from "../../../pages/form/fields-of.ts";
import { fillNames } from "../../../pages/form/fill-view.tsx";
import { fieldOfFault, type ReadForm, readForm } from "../../../pages/form/read-form.ts";
import { type FormState, plainForm } from "../../../pages/form/state.ts";
import { sentQuery } from "../../answers/form/draft-keeping.ts";
import { fieldNamed, withFaults } from "../../answers/form/fault-fields.ts";
import {
  asPage,
  type ExecutedProcess,
  type FormPageDeps,
  processResponse,
  requireOwnForm,
} from "../../answers/form/process-form.ts";
import { ranBefore } from "../../answers/jobs/ran-before.ts";
import { problemDocument } from "../../answers/problem-response.ts";
import { readFormValues } from "../../request/form-values.ts";
import { requireContentType, tooLarge } from "../../request/read-body.ts";
import { submissionOf } from "../../request/submission.ts";
import { principalOf, type Route, type RouteContext } from "../../route.ts";
import type { ExecutionRouteDeps } from "../jobs/executions.ts";

export type ProcessFormDeps = ExecutionRouteDeps & VaultDeps;

const mediaTypes = ["multipart/form-data"];

/** What the API description says of such forms, wherever the process is. */
export const processFormAbout = {
  answers: {
    303: { about: "Location is the page of the job" },
    200: {
      about: "The page again: the request was checked, or a list has more rows",
      content: { mediaType: "text/html" },
    },
  },
  problems: [422],
} as const;

/** What a browser sends of such a form. */
export const processFormBody = { mediaTypes, schema: v.looseObject({}) };

/** Lists the route that the form on the page of a process is sent to. */
export function processFormRoutes(deps: ProcessFormDeps): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/processes/:processId/form",
      about: {
        summary: "Execute a process by the form on its page",
        tag: "pages",
        ...processFormAbout,
      },
      body: processFormBody,
      handle: (context) =>
        answerProcessForm(deps, context, async (caller) => ({
          process: await describeProcess(deps, caller, context.param("processId")),
        })),
    },
  ];
}

/** Checks or executes what the form of a process was filled with: the job is the one that a request in JSON would make. */
export async function answerProcessForm(
  deps: ProcessFormDeps,
  context: RouteContext,
  find: (caller: Principal) => Promise<ExecutedProcess>,
): Promise<Response> {
  requireContentType(context.request, mediaTypes);
  requireOwnForm(context);
  const executed = await find(principalOf(context));
  const { process } = executed;
  const { values, refused: notTaken, tooLong, file } = await readFormValues(deps, context);
  const fields = fieldsOf(process.description);
  const moreRows = textIn(values, ownNames.moreRows);
  const form = readForm(fields, values, outputsOf(process.description));
  const { maxBodyBytes } = deps.settings;
  // Text without a field is none of this form.
  const isForm = tooLong.every(({ pointer }) => fieldNamed(form.places, pointer) !== undefined);
  if (!isForm) throw tooLarge(`more than ${maxBodyBytes}`, maxBodyBytes);
  // The texts to copy would say many times what is too long for one.
  const from = textIn(values, ownNames.from);
  const filled = { ...plainForm(fields, values), ...(from === "" ? {} : { from }) };
  const shown = { ...filled, ...(tooLong.length > 0 ? {} : { request: form.request }) };
  const unread = [...notTaken, ...tooLong];
  const named = (faults: readonly Fault[]) => withFaults(shown, faults, (name) => fieldNamed(form.places, name));
  if (moreRows !== "") return pageAgain(deps, context, executed, { ...named(unread), moreRows });
  const unfilled = file ?? pastedIn(values);
  if (unfilled !== undefined) return pageAgain(deps, context, executed, tellUnfilled(named(unread), unfilled));
  const faults = [...unread, ...form.faults];
  if (faults.length > 0) return pageAgain(deps, context, executed, named(faults));
  try {
    return await order(deps, context, executed, { form, shown });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const told = context.caller?.role === "admin" ? error.faults : error.faults.map(withoutSettings);
    const placed = withFaults(shown, told, (place) => fieldOfFault(form.places, place));
    if (error.faults.length > 0) return pageAgain(deps, context, executed, placed);
    return refused(await pageAgain(deps, context, executed, { ...shown, otherFaults: [error.message] }), error);
  }
}

/** The text to fill in from, where some was pasted. */
function pastedIn(values: FormValues): NamedText | undefined {
  const text = textIn(values, fillNames.text).replaceAll("\r\n", "\n");
  return text.trim() === "" ? undefined : { name: "the text", text };
}

/** Whoever chose a file to fill in from, and ran, would run without what it says. */
function tellUnfilled(form: FormState, { name, text }: NamedText): FormState {
  const told = `${name} has not filled in the form yet: press "Fill in" above, or take it out there`;
  return { ...form, otherFaults: [...form.otherFaults, told], fromFile: { name, text } };
}

/** Gives a page the status of the problem that it tells of: what is wrong is not in the fields, such as a queue that is full. */
function refused({ body: page, headers }: Response, problem: Problem): Response {
  if (problem.retryAfterSeconds !== undefined) headers.set("retry-after", String(problem.retryAfterSeconds));
  return new Response(page, { status: problemDocument(problem).status, headers });
}

/** Checks or executes the request of a form, as a request in JSON would be. */
async function order(
  deps: ProcessFormDeps,
  context: RouteContext,
  executed: ExecutedProcess,
  { form, shown }: { readonly form: ReadForm; readonly shown: FormState },
): Promise<Response> {
  const { process, provider } = executed;
  const wanted = {
    payload: form.request,
    prefer: { respondAsync: form.request.mode !== "sync" },
    tags: [],
    processId: context.param("processId"),
  };
  const submission = submissionOf(deps, context, wanted, headersOf(context.request, provider));
  if (textIn(shown.values, ownNames.doing) === "check") {
    const checked = await checkJob(deps, submission, provider ?? process);
    const before = await ranBefore(deps, submission, {
      ...{ checked, reference: provider ?? process, baseUrl: context.baseUrl },
    });
    return pageAgain(deps, context, executed, { ...shown, checked: defined({ before }) });
  }
  const { job } = await submitJob(deps, submission, provider ?? process);
  const sent = sentQuery(textIn(shown.values, ownNames.draft));
  const location = `${jobUrl(context.baseUrl, job.id)}?f=html${sent}`;
  return new Response(null, { status: 303, headers: { location } });
}

/** The form says all that counts. Headers of a browser go along where the provider wants them. */
function headersOf({ headers }: Request, provider: Provider | undefined): Headers {
  const wanted = provider?.forwardHeaders ?? [];
  return new Headers([...headers].filter(([name]) => wanted.includes(name)));
}

/** Leaves out which setting of the server a refusal comes from: who may not set it can do nothing with its name. */
function withoutSettings({ pointer, detail }: Fault): Fault {
  return { pointer, detail: detail.replaceAll(/ \(--[a-z-]+\)/g, "") };
}

/** Answers with the page of the process and the form as it was sent: nothing that was entered is lost. */
export async function pageAgain(
  deps: FormPageDeps,
  context: RouteContext,
  { process, provider }: ExecutedProcess,
  form: FormState,
): Promise<Response> {
  const isWrong = form.faults.size > 0 || form.otherFaults.length > 0;
  const { pathname } = new URL(context.request.url);
  const url = new URL(pathname.replace(/\/(?:fill-)?form\/?$/, ""), context.request.url);
  const asked = { ...asPage(context), request: new Request(String(url)) };
  const page = await processResponse(deps, asked, process, { form, isSent: true, ...defined({ provider }) });
  const headers = new Headers(page.headers);
  headers.delete("etag");
  headers.set("cache-control", "no-store");
  return new Response(page.body, { status: isWrong ? 422 : 200, headers });
}
