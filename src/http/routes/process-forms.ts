import * as v from "valibot";
import { jobUrl } from "../../domain/links.ts";
import { Problem } from "../../domain/problem.ts";
import type { Process } from "../../domain/process.ts";
import { describeProcess } from "../../operations/describe-processes.ts";
import { keepVaultFile, type VaultDeps } from "../../operations/keep-vault-file.ts";
import { secretReference } from "../../operations/references.ts";
import { checkJob, submitJob } from "../../operations/submit-job.ts";
import { type FormValues, ownNames, parts, textIn } from "../../pages/form/field.ts";
import { fieldsOf } from "../../pages/form/fields-of.ts";
import { fieldOfFault, type ReadForm, readForm } from "../../pages/form/read-form.ts";
import { type FormState, plainForm } from "../../pages/form/state.ts";
import { boundaryOf, type MultipartPart, parseDisposition, parseMultipart } from "../../wire/multipart.ts";
import { asPage, processResponse, requireOwnForm } from "../answers/process-form.ts";
import { bodyText, passingChunks, requireContentType, tooLarge } from "../read-body.ts";
import { principalOf, type Route, type RouteContext } from "../route.ts";
import { parseTags, submissionOf } from "../submission.ts";
import { checkedFacts } from "../upload-facts.ts";
import type { ExecutionRouteDeps } from "./executions.ts";

type ProcessFormDeps = ExecutionRouteDeps & VaultDeps;

const mediaTypes = ["multipart/form-data"];
const body = { mediaTypes, schema: v.looseObject({}) };

/** Lists the route that the form on the page of a process is sent to. */
export function processFormRoutes(deps: ProcessFormDeps): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/processes/:processId/form",
      about: {
        summary: "Execute a process by the form on its page",
        tag: "processes",
        answers: {
          303: { about: "Location is the page of the job" },
          200: {
            about: "The page again: the request was checked, or a list has more rows",
            content: { mediaType: "text/html" },
          },
        },
        problems: [422],
      },
      body,
      handle: (context) => answerForm(deps, context),
    },
  ];
}

async function answerForm(deps: ProcessFormDeps, context: RouteContext): Promise<Response> {
  requireContentType(context.request, mediaTypes);
  requireOwnForm(context);
  const process = await describeProcess(deps, principalOf(context), context.param("processId"));
  const values = await readValues(deps, context);
  const fields = fieldsOf(process.description);
  const moreRows = textIn(values, ownNames.moreRows);
  const form = readForm(fields, values);
  const shown = { ...plainForm(fields, values), request: form.request };
  if (moreRows !== "") return pageAgain(context, process, { ...shown, moreRows });
  if (form.faults.length > 0) return pageAgain(context, process, withFaults(shown, form, form.faults));
  try {
    return await order(deps, context, process, { form, shown });
  } catch (error) {
    if (!(error instanceof Problem) || error.faults.length === 0) throw error;
    return pageAgain(context, process, withFaults(shown, form, error.faults));
  }
}

/** Checks or executes the request of a form, as a request in JSON would be. */
async function order(
  deps: ProcessFormDeps,
  context: RouteContext,
  process: Process,
  { form, shown }: { readonly form: ReadForm; readonly shown: FormState },
): Promise<Response> {
  const tags = parseTags(form.tags);
  const wanted = { payload: form.request, prefer: { respondAsync: true }, tags };
  // The form says all that counts: the headers are those of a browser.
  const submission = submissionOf(deps, context, wanted, new Headers());
  if (textIn(shown.values, ownNames.doing) === "check") {
    await checkJob(deps, submission, process);
    return pageAgain(context, process, { ...shown, isChecked: true });
  }
  const { job } = await submitJob(deps, submission, process);
  return new Response(null, { status: 303, headers: { location: `${jobUrl(context.baseUrl, job.id)}?f=html` } });
}

function withFaults(shown: FormState, { places }: ReadForm, found: Problem["faults"]): FormState {
  const faults = new Map<string, string[]>();
  const otherFaults: string[] = [];
  for (const { pointer, detail } of found) {
    const name =
      pointer.startsWith("/inputs") || pointer.startsWith("/outputs") ? fieldOfFault(places, pointer) : pointer;
    if (name === undefined || name === "") otherFaults.push(`${pointer} ${detail}`.trim());
    else faults.set(name, [...(faults.get(name) ?? []), detail]);
  }
  return { ...shown, faults, otherFaults };
}

/** Answers with the page of the process and the form as it was sent: nothing that was entered is lost. */
function pageAgain(context: RouteContext, process: Process, form: FormState): Response {
  const isWrong = form.faults.size > 0 || form.otherFaults.length > 0;
  const { pathname } = new URL(context.request.url);
  const url = new URL(pathname.replace(/\/form\/?$/, ""), context.request.url);
  const page = processResponse({ ...asPage(context), request: new Request(String(url)) }, process, { form });
  const headers = new Headers(page.headers);
  headers.delete("etag");
  headers.set("cache-control", "no-store");
  return new Response(page.body, { status: isWrong ? 422 : 200, headers });
}

/** Reads the fields of a form; files in it are kept as uploads are, and their fields are references. */
async function readValues(deps: ProcessFormDeps, context: RouteContext): Promise<FormValues> {
  const { request } = context;
  const boundary = boundaryOf(request.headers.get("content-type") ?? "");
  if (boundary === undefined) throw refuse("no boundary in Content-Type", "multipart/form-data with its boundary");
  using _upload = context.hold("uploads");
  const values = new Map<string, string[]>();
  const uploads = new Map<string, string>();
  let leftBytes = deps.settings.maxBodyBytes;
  for await (const part of parseMultipart(passingChunks(request), boundary)) {
    const { name, filename } = parseDisposition(part.headers.get("content-disposition"));
    if (name === undefined) throw refuse("a part without a name", "fields of the form");
    if (filename !== undefined) {
      if (!name.endsWith(parts.upload)) throw refuse(`a file in field "${name}"`, "a file in the field of one");
      const reference = filename === "" ? undefined : await keepPart(deps, context, part, filename);
      if (reference !== undefined) uploads.set(name.replace(parts.upload, parts.address), reference);
      continue;
    }
    const bytes = await wholeOf(part, leftBytes, deps.settings.maxBodyBytes);
    leftBytes -= bytes.byteLength + name.length;
    values.set(name, [...(values.get(name) ?? []), bodyText(bytes)]);
    if (values.size > maxFields) throw refuse(`more than ${maxFields} fields`, "fields of the form");
  }
  for (const [name, reference] of uploads) values.set(name, [reference]);
  return values;
}

const maxFields = 5000;

async function keepPart(deps: ProcessFormDeps, context: RouteContext, part: MultipartPart, filename: string) {
  const facts = checkedFacts(filename, part.headers.get("content-type") ?? null);
  const { file, token } = await keepVaultFile(deps, principalOf(context), { ...facts, content: part.content });
  return secretReference(file.id, token);
}

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
