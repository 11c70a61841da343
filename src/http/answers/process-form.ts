import { mayDo } from "../../domain/access.ts";
import { isJsonObject, type JsonObject, parseExact } from "../../domain/json.ts";
import { excessOfText, jsonBounds } from "../../domain/json-bounds.ts";
import { processUrl, profiles } from "../../domain/links.ts";
import { Problem } from "../../domain/problem.ts";
import type { Process, ProcessDescription } from "../../domain/process.ts";
import type { ProcessRevision } from "../../operations/process-revisions.ts";
import { ownNames } from "../../pages/form/field.ts";
import { fieldsOf } from "../../pages/form/fields-of.ts";
import { readForm } from "../../pages/form/read-form.ts";
import { type FormState, plainForm } from "../../pages/form/state.ts";
import { writeForm } from "../../pages/form/write-form.ts";
import { type ProcessView, processPage } from "../../pages/process.tsx";
import { readKvpExecution } from "../../wire/kvp-execute.ts";
import { exampleRequest } from "../openapi/example-request.ts";
import type { RouteContext } from "../route.ts";
import { documentFormat, documentResponse } from "./document-response.ts";
import { prefersPage } from "./negotiate.ts";
import { processDocument } from "./process-document.ts";
import { usesOf } from "./process-uses.ts";

/** What a browser sends of a form. */
export const formType = "application/x-www-form-urlencoded";

/**
 * Tells whether somebody, or a program that follows links, came to look: a browser's navigation or its reading ahead,
 * whoever asks for HTML before anything else, and whoever asks for nothing but a page. Nothing is executed for them.
 */
export function comesToLook({ headers, url }: Request): boolean {
  const { searchParams } = new URL(url);
  const ahead = [headers.get("sec-purpose"), headers.get("purpose"), headers.get("x-moz")];
  return (
    prefersPage(headers.get("accept")) ||
    headers.get("sec-fetch-mode") === "navigate" ||
    ahead.some((purpose) => /prefetch|preview/i.test(purpose ?? "")) ||
    (searchParams.size === 1 && searchParams.get("f") === "html")
  );
}

/** Names the state of a process, by what a change of it changes. */
export function stateOf({ revision, visibility }: Pick<Process, "revision" | "visibility">): string {
  return `${revision} ${visibility}`;
}

type PageOptions = {
  /** What a form of it was filled with; the query fills it otherwise. */
  readonly form?: FormState;
  readonly revision?: ProcessRevision;
  /** Stands beside the members of the description. */
  readonly more?: object;
};

/**
 * Answers with the description of a process; its page has a form to execute it, filled by `inputs` of the query. One of its
 * revisions is told of with what became of it.
 */
export function processResponse(
  context: RouteContext,
  process: Process,
  { form, revision, more = {} }: PageOptions = {},
): Response {
  const { baseUrl } = context;
  const name = revision === undefined ? process.id : `${process.id}@${process.revision}`;
  const document = { ...processDocument(process, baseUrl, revision), ...more };
  const { description } = process;
  const isPage = documentFormat(context) === "html";
  return documentResponse(context, document, {
    title: description.title ?? process.id,
    profile: profiles.processDescription,
    ...(isPage ? { page: processPage(processView(context, process, name, form)) } : {}),
    // Figures of runs change while the process does not.
    ...(Object.keys(more).length === 0 ? { state: stateOf(process) } : {}),
  });
}

function processView(context: RouteContext, process: Process, name: string, form: FormState | undefined): ProcessView {
  const { baseUrl, caller } = context;
  const { description, isMutable } = process;
  const url = processUrl(baseUrl, name);
  const filled = form ?? formOfInputs(description, context.query("inputs"));
  const request = filled.request ?? exampleRequest(description);
  const mayRun = caller !== undefined && mayDo(caller, "execute");
  return {
    description,
    action: `${url}/form`,
    form: filled,
    uses: usesOf({
      baseUrl,
      name,
      request,
      needsKey: caller?.user !== undefined || !mayRun,
    }),
    ways: [
      { title: "Runs", href: `${baseUrl}/jobs?processID=${encodeURIComponent(process.id)}&f=html` },
      ...(isMutable
        ? [
            { title: "Revisions", href: `${processUrl(baseUrl, process.id)}/revisions?f=html` },
            { title: "Package", href: `${url}/package` },
          ]
        : []),
      { title: "Use it from", href: "#use" },
    ],
    ...(mayRun ? {} : { refusal: "To run this, a key is needed whose role may execute processes." }),
  };
}

/** Fills a form by inputs in JSON. What is no object fills nothing, and is told. */
function formOfInputs(description: ProcessDescription, text: string | undefined): FormState {
  const fields = fieldsOf(description);
  if (text === undefined) return plainForm(fields, writeForm(fields, {}));
  const inputs = excessOfText(text, jsonBounds) === undefined ? readObject(text) : undefined;
  if (inputs !== undefined) {
    const values = writeForm(fields, inputs);
    return { ...plainForm(fields, values), request: readForm(fields, values).request };
  }
  const detail = `Cannot fill the form: found inputs ${JSON.stringify(text.slice(0, 80))}, wanted a JSON object by input`;
  return { ...plainForm(fields, writeForm(fields, {})), otherFaults: [detail] };
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

/** Answers a browser that came to the execution of a process: with the page of the process, whatever `f` it named. */
export function lookResponse(context: RouteContext, process: Process): Response {
  const response = processResponse(asPage(context), process, { form: formOfQuery(context.request.url, process) });
  response.headers.set("x-robots-tag", "noindex, nofollow");
  return response;
}

/** Gives the context of a request that is answered by a page, whatever it asks for. */
export function asPage(context: RouteContext): RouteContext {
  return { ...context, query: (name) => (name === "f" ? "html" : context.query(name)) };
}

/** Fills a form by a query that would execute; what cannot be read of it fills nothing. */
function formOfQuery(url: string, { description }: Process): FormState {
  const { search, searchParams } = new URL(url);
  const fields = fieldsOf(description);
  try {
    const { inputs, outputs } = readKvpExecution(search, description).body;
    const values = new Map(writeForm(fields, isJsonObject(inputs) ? inputs : {}));
    const tags = searchParams.get("tags");
    if (tags !== null) values.set(ownNames.tags, [tags]);
    if (outputs !== undefined) values.set(ownNames.outputs, [JSON.stringify(outputs)]);
    return plainForm(fields, values);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { ...plainForm(fields, writeForm(fields, {})), otherFaults: [error.message] };
  }
}

/** A form is sent by a browser, which says of which page it is: one that does not say so may be of any. Throws `forbidden`. */
export function requireOwnForm({ request }: Pick<RouteContext, "request">): void {
  if (request.headers.has("origin") || request.headers.has("sec-fetch-site")) return;
  throw new Problem(
    "forbidden",
    "Cannot accept the request: found a form without Origin, wanted a form of this service",
  );
}
