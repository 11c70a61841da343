import { defined } from "../../../domain/defined.ts";
import type { Job } from "../../../domain/jobs/job.ts";
import { givenTags } from "../../../domain/jobs/job-tags.ts";
import { versionWithDigest } from "../../../domain/jobs/short-id.ts";
import { jobUrl, processUrl } from "../../../domain/links.ts";
import { Problem } from "../../../domain/problem.ts";
import type { Process, ProcessDescription } from "../../../domain/processes/process.ts";
import { inputLines } from "../../../domain/values/input-lines.ts";
import { isJsonObject, type Json, type JsonObject, parseExact } from "../../../domain/values/json.ts";
import { excessOfText, jsonBounds } from "../../../domain/values/json-bounds.ts";
import { type DescribeDeps, describeProcess } from "../../../operations/processes/describe-processes.ts";
import { type ReadInputsDeps, readJobWithInputs } from "../../../operations/runs/read-inputs.ts";
import { readRanProcess } from "../../../operations/runs/read-ran-process.ts";
import { type NotificationDeps, readOwnSubscribers } from "../../../operations/submit/subscribers.ts";
import { outputsOf, writeExtras } from "../../../pages/form/extras.ts";
import { fieldsOf } from "../../../pages/form/fields-of.ts";
import { readForm } from "../../../pages/form/read-form.ts";
import { type FormState, plainForm } from "../../../pages/form/state.ts";
import { writeForm } from "../../../pages/form/write-form.ts";
import { readKvpExecution } from "../../../wire/kvp-execute.ts";
import { principalOf, type RouteContext } from "../../route.ts";
import { documentFormat } from "../document-response.ts";
import { inputsDocument } from "../jobs/status-document.ts";
import { toldValues } from "./form-notices.ts";

/** Fills a form by inputs in JSON, or by defaults where there are none. What is no object fills nothing, and is told. */
export function formOfInputs(description: ProcessDescription, text: string | undefined): FormState {
  if (text === undefined) return emptyForm(description);
  const inputs = excessOfText(text, jsonBounds) === undefined ? readObject(text) : undefined;
  if (inputs !== undefined) return formOfRequest(description, { inputs });
  const detail = `Cannot fill the form: found inputs ${JSON.stringify(text.slice(0, 80))}, wanted a JSON object by input`;
  return { ...emptyForm(description), otherFaults: [detail] };
}

export function emptyForm(description: ProcessDescription): FormState {
  const fields = fieldsOf(description);
  return plainForm(fields, writeForm(fields, {}));
}

/** Fills a form by a request of the API. Inputs that the process does not have fill nothing, and are told. */
export function formOfRequest(description: ProcessDescription, { inputs = {}, ...extras }: JsonObject): FormState {
  const fields = fieldsOf(description);
  const outputs = outputsOf(description);
  const given = isJsonObject(inputs) ? inputs : {};
  const values = new Map([...writeForm(fields, given), ...writeExtras(extras, outputs)]);
  const others = Object.keys(given).filter((id) => !fields.some((field) => field.id === id));
  return {
    ...plainForm(fields, values),
    request: readForm(fields, values, outputs).request,
    otherFaults: others.map((id) => `/inputs/${id} was left out: the process has no such input`),
  };
}

function readObject(text: string): JsonObject | undefined {
  try {
    const value = parseExact(text);
    return isJsonObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Fills the form of a page by the request of the job that `from` of the query names; undefined where it names none, or no page
 * is asked for. Who may not read the job is told so in the form: the process is there for him all the same.
 */
export async function formOfJob(
  deps: ReadInputsDeps & NotificationDeps & Pick<DescribeDeps, "database" | "processes" | "rights">,
  context: RouteContext,
  process: Process,
): Promise<FormState | undefined> {
  const { description } = process;
  const jobId = context.query("from");
  if (jobId === undefined || documentFormat(context) !== "html") return undefined;
  try {
    const job = await readJobWithInputs(deps, principalOf(context), jobId);
    const { links: _, mode, inputs, title } = inputsDocument(job, context.baseUrl);
    const { outputs, run } = job.request;
    const request: unknown = JSON.parse(JSON.stringify({ outputs, title, heddle: { priority: run?.priority } }));
    const tags = givenTags(job.tags);
    const form = formOfRequest(description, {
      ...(isJsonObject(request) ? request : {}),
      inputs: asMembers(inputs),
      ...(mode === "sync" ? { mode } : {}),
      ...(tags.length === 0 ? {} : { tags }),
    });
    const told = toldValues(await readOwnSubscribers(deps, principalOf(context), job));
    const values = new Map([...form.values, ...told]);
    const other = await otherVersion(deps, context, { job, process });
    return { ...form, values, filledFrom: { ...filledFrom(job, description, context.baseUrl), ...defined({ other }) } };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { ...emptyForm(description), otherFaults: [error.message] };
  }
}

/** Tells that a job ran another version of a process than a form is of; undefined where it did not, or that is not for who looks. */
async function otherVersion(
  deps: Pick<DescribeDeps, "database" | "processes" | "rights">,
  context: RouteContext,
  { job, process }: { readonly job: Job; readonly process: Process },
): Promise<NonNullable<FormState["filledFrom"]>["other"]> {
  const { processId, processRevision, providerId } = job;
  if (providerId !== undefined || processId !== process.id || processRevision === process.revision) return undefined;
  const { revision } = await readRanProcess(deps, principalOf(context), job);
  if (revision === undefined) return undefined;
  const name = `${processId}@${processRevision}`;
  const isRun = await isDescribed(deps, context, name);
  const isSameNumber = revision.description.version === process.description.version;
  const called = (one: Process) =>
    isSameNumber ? versionWithDigest(one.description.version, one.revision) : one.description.version;
  const url = `${processUrl(context.baseUrl, name)}?f=html&from=${job.id}`;
  return { ran: called(revision), here: called(process), ...(isRun ? { url } : {}) };
}

/** Tells whether who looks can run what is called so. */
async function isDescribed(
  deps: Pick<DescribeDeps, "processes" | "rights">,
  { caller }: RouteContext,
  name: string,
): Promise<boolean> {
  try {
    await describeProcess(deps, caller, name);
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

/** Names a job as lists do: by what it ran, and its inputs in a line. */
function filledFrom(
  { id, request: { inputs } }: Job,
  { title, id: processId }: ProcessDescription,
  baseUrl: string,
): NonNullable<FormState["filledFrom"]> {
  const line = inputLines([{ id, group: processId, inputs, defaults: {} }]).get(id);
  return { id, url: `${jobUrl(baseUrl, id)}?f=html`, title: title ?? processId, ...defined({ line }) };
}

function asMembers(value: unknown): Json {
  return isJsonObject(value) ? value : {};
}

/** Fills a form by a query that would execute; what cannot be read of it fills nothing. */
export function formOfQuery(url: string, { description }: Process): FormState {
  const { search, searchParams } = new URL(url);
  try {
    const { inputs = {}, outputs } = readKvpExecution(search, description).body;
    const tags = searchParams.get("tags");
    const { request: _, ...form } = formOfRequest(description, {
      inputs,
      ...(outputs === undefined ? {} : { outputs }),
      ...(tags === null ? {} : { tags }),
    });
    return form;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { ...emptyForm(description), otherFaults: [error.message] };
  }
}
