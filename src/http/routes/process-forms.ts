import * as v from "valibot";
import type { Principal } from "../../domain/access.ts";
import { defined } from "../../domain/defined.ts";
import { jobUrl } from "../../domain/links.ts";
import { type Fault, Problem } from "../../domain/problem.ts";
import type { Provider } from "../../domain/provider.ts";
import { describeProcess } from "../../operations/describe-processes.ts";
import type { VaultDeps } from "../../operations/keep-vault-file.ts";
import { checkJob, submitJob } from "../../operations/submit-job.ts";
import { outputsOf } from "../../pages/form/extras.ts";
import { type FormValues, ownNames, parts, textIn } from "../../pages/form/field.ts";
import { fieldsOf } from "../../pages/form/fields-of.ts";
import { fieldOfFault, type ReadForm, readForm } from "../../pages/form/read-form.ts";
import { type FormState, plainForm } from "../../pages/form/state.ts";
import { boundaryOf, type MultipartPart, parseDisposition, parseMultipart } from "../../wire/multipart.ts";
import { problemDocument } from "../answers/problem-response.ts";
import { asPage, type ExecutedProcess, processResponse, requireOwnForm } from "../answers/process-form.ts";
import { keepFormFile } from "../form-file.ts";
import { bodyText, passingChunks, requireContentType, tooLarge } from "../read-body.ts";
import { principalOf, type Route, type RouteContext } from "../route.ts";
import { submissionOf } from "../submission.ts";
import type { ExecutionRouteDeps } from "./executions.ts";

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
        tag: "processes",
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
  const { values, refused: notTaken } = await readValues(deps, context);
  const fields = fieldsOf(process.description);
  const moreRows = textIn(values, ownNames.moreRows);
  const form = readForm(fields, values, outputsOf(process.description));
  const shown = { ...plainForm(fields, values), request: form.request };
  const faults = [...notTaken, ...form.faults];
  if (moreRows !== "") return pageAgain(deps, context, executed, { ...withFaults(shown, form, notTaken), moreRows });
  if (faults.length > 0) return pageAgain(deps, context, executed, withFaults(shown, form, faults));
  try {
    return await order(deps, context, executed, { form, shown });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.faults.length > 0) return pageAgain(deps, context, executed, withFaults(shown, form, error.faults));
    return refused(await pageAgain(deps, context, executed, { ...shown, otherFaults: [error.message] }), error);
  }
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
    await checkJob(deps, submission, provider ?? process);
    return pageAgain(deps, context, executed, { ...shown, isChecked: true });
  }
  const { job } = await submitJob(deps, submission, provider ?? process);
  return new Response(null, { status: 303, headers: { location: `${jobUrl(context.baseUrl, job.id)}?f=html` } });
}

/** The form says all that counts. Headers of a browser go along where the provider wants them. */
function headersOf({ headers }: Request, provider: Provider | undefined): Headers {
  const wanted = provider?.forwardHeaders ?? [];
  return new Headers([...headers].filter(([name]) => wanted.includes(name)));
}

function withFaults(shown: FormState, { places }: ReadForm, found: Problem["faults"]): FormState {
  const faults = new Map<string, string[]>();
  const otherFaults: string[] = [];
  for (const { pointer, detail: said } of found) {
    const detail = inWordsOfForm(said);
    const name = pointer.startsWith("/") ? fieldOfFault(places, pointer) : pointer;
    if (name === undefined || name === "") otherFaults.push(`${pointer} ${detail}`.trim());
    else faults.set(name, [...(faults.get(name) ?? []), detail]);
  }
  return { ...shown, faults, otherFaults };
}

/** What the API says of addresses that only programs write. */
const wordsOfApi: readonly (readonly [string, string])[] = [
  [
    "vault://ID of your upload, with its token in X-Auth-Vault or behind the id",
    "an upload of yours that is still kept: upload the file again",
  ],
  [
    "an http:, https:, data:, vault: or file: reference",
    "an address that begins with https:// or http://, or an upload",
  ],
];

function inWordsOfForm(detail: string): string {
  return wordsOfApi.reduce((words, [said, meant]) => words.replaceAll(said, meant), detail);
}

/** Answers with the page of the process and the form as it was sent: nothing that was entered is lost. */
async function pageAgain(
  deps: ProcessFormDeps,
  context: RouteContext,
  { process, provider }: ExecutedProcess,
  form: FormState,
): Promise<Response> {
  const isWrong = form.faults.size > 0 || form.otherFaults.length > 0;
  const { pathname } = new URL(context.request.url);
  const url = new URL(pathname.replace(/\/form\/?$/, ""), context.request.url);
  const asked = { ...asPage(context), request: new Request(String(url)) };
  const page = await processResponse(deps, asked, process, { form, ...defined({ provider }) });
  const headers = new Headers(page.headers);
  headers.delete("etag");
  headers.set("cache-control", "no-store");
  return new Response(page.body, { status: isWrong ? 422 : 200, headers });
}

/** What a browser sent, and which of its files were not taken. */
type SentForm = { readonly values: FormValues; readonly refused: readonly Fault[] };

/** Reads the fields of a form; files in it are kept as uploads are, and their fields are references. */
async function readValues(deps: ProcessFormDeps, context: RouteContext): Promise<SentForm> {
  const { request } = context;
  const boundary = boundaryOf(request.headers.get("content-type") ?? "");
  if (boundary === undefined) throw refuse("no boundary in Content-Type", "multipart/form-data with its boundary");
  using _upload = context.hold("uploads");
  const values = new Map<string, string[]>();
  const uploads = new Map<string, string>();
  const refused: Fault[] = [];
  let leftBytes = deps.settings.maxBodyBytes;
  for await (const part of parseMultipart(passingChunks(request), boundary)) {
    const { name, filename } = parseDisposition(part.headers.get("content-disposition"));
    if (name === undefined) throw refuse("a part without a name", "fields of the form");
    if (filename !== undefined) {
      if (!name.endsWith(parts.upload)) throw refuse(`a file in field "${name}"`, "a file in the field of one");
      if (filename === "") continue;
      const [field, file] = [name.slice(0, -parts.upload.length), await keepFormFile(deps, context, part, filename)];
      if ("reference" in file) uploads.set(field, file.reference);
      else refused.push({ pointer: field, detail: file.refusal });
      continue;
    }
    const bytes = await wholeOf(part, leftBytes, deps.settings.maxBodyBytes);
    leftBytes -= bytes.byteLength + name.length;
    values.set(name, [...(values.get(name) ?? []), bodyText(bytes)]);
    if (values.size > maxFields) throw refuse(`more than ${maxFields} fields`, "fields of the form");
  }
  for (const [name, reference] of uploads) {
    // The file that was chosen last takes the place of what stood there.
    values.delete(name + parts.address);
    values.set(name + parts.stored, [reference]);
  }
  return { values, refused };
}

const maxFields = 5000;

async function wholeOf({ content }: MultipartPart, leftBytes: number, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of content) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > leftBytes) throw tooLarge(`more than ${maxBytes}`, maxBytes);
    chunks.push(Uint8Array.from(chunk));
  }
  return Buffer.concat(chunks);
}

function refuse(found: string, wanted: string): Problem {
  return new Problem("invalid-parameter-value", `Cannot read the form: found ${found}, wanted ${wanted}`);
}
