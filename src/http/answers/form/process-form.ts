import { defined } from "../../../domain/defined.ts";
import { readRunPeriod } from "../../../domain/figures/run-period.ts";
import { profiles } from "../../../domain/links.ts";
import { Problem } from "../../../domain/problem.ts";
import type { Process } from "../../../domain/processes/process.ts";
import type { Provider } from "../../../domain/processes/provider.ts";
import { lackedImages } from "../../../operations/deploy/lacked-images.ts";
import type { NoticesDeps } from "../../../operations/people/notices.ts";
import type { ExamplesDeps } from "../../../operations/processes/package-examples.ts";
import type { ProcessRevision } from "../../../operations/processes/process-revisions.ts";
import { refusedForKeyAt } from "../../../operations/submit/refused-runs.ts";
import type { FormState } from "../../../pages/form/state.ts";
import { processPage } from "../../../pages/processes/process.tsx";
import { type BodyLimits, bodyText, readBytes, requireContentType } from "../../request/read-body.ts";
import type { RouteContext } from "../../route.ts";
import { documentFormat, documentResponse } from "../document-response.ts";
import { prefersPage } from "../negotiate.ts";
import { processDocument, providerProcessDocument } from "../processes/process-document.ts";
import { type FormDeps, processView } from "../processes/process-view.ts";
import { readRunFigures } from "../processes/run-figures.ts";
import { formOfInputs, formOfQuery } from "./filled-forms.ts";
import { withNotices } from "./form-notices.ts";
import { type FormOutputDeps, withOutputs } from "./form-outputs.ts";
import { withUploads } from "./form-uploads.ts";

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

/** A process of this service, or of a provider. */
export type ExecutedProcess = { readonly process: Process; readonly provider?: Provider };

/** Names the state of a process, by what a change of it changes. */
export function stateOf({ revision, visibility }: Pick<Process, "revision" | "visibility">): string {
  return `${revision} ${visibility}`;
}

/** What the page of a process with its form is made of. */
export type FormPageDeps = FormDeps & FormOutputDeps & NoticesDeps & ExamplesDeps;

type PageOptions = {
  /** The provider whose process it is; one of this service when absent. */
  readonly provider?: Provider;
  /** What a form of it was filled with; the query fills it otherwise. */
  readonly form?: FormState;
  /** That form was sent: what it does not say is meant so. */
  readonly isSent?: boolean;
  readonly revision?: ProcessRevision;
  /** Stands beside the members of the description. */
  readonly more?: object;
};

/**
 * Answers with the description of a process; its page has a form to execute it, filled by `inputs` of the query. One of its
 * revisions is told of with what became of it.
 */
export async function processResponse(
  deps: FormPageDeps,
  context: RouteContext,
  process: Process,
  { provider, form: given, isSent = false, revision, more = {} }: PageOptions = {},
): Promise<Response> {
  const { baseUrl } = context;
  const name = revision === undefined ? process.id : `${process.id}@${process.revision}`;
  const document =
    provider === undefined
      ? processDocument(process, baseUrl, revision)
      : providerProcessDocument(process, provider, baseUrl);
  const isPage = documentFormat(context) === "html";
  const filled = given ?? formOfInputs(process.description, context.query("inputs"));
  const offered = isPage ? await withOffers(deps, context, process, { form: filled, provider }) : filled;
  const form = isPage ? await withNotices(deps, context, offered, { isSent }) : offered;
  const hasRuns = isPage && provider === undefined && revision === undefined;
  const figures = hasRuns
    ? await readRunFigures(deps, context, process.id, {
        period: readRunPeriod(context.query("period")),
        current: process,
      })
    : undefined;
  const refusedAt = isPage && provider !== undefined ? await refusedForKeyAt(deps.database, provider.id) : undefined;
  const lacked = hasRuns ? await lackedImages(deps, process) : [];
  const shown = { process, name, form, lacked, ...defined({ provider, revision, figures, refusedAt }) };
  // Figures of runs, uploads and where one is told change while the process does not; a provider is asked again and again.
  const isOfReader = form.uploads !== undefined || form.outputs !== undefined || form.notices !== undefined;
  const isAlways = Object.keys(more).length === 0 && provider === undefined && !isOfReader && figures === undefined;
  return documentResponse(
    context,
    { ...document, ...more },
    {
      title: process.description.title ?? process.id,
      profile: profiles.processDescription,
      ...(isPage ? { page: processPage(processView(deps, context, shown)) } : {}),
      ...(isAlways ? { state: stateOf(process) } : {}),
    },
  );
}

type Offering = { readonly form: FormState; readonly provider: Provider | undefined };

/** Adds to a form the files that its inputs may be: uploads, and outputs of earlier jobs; and the examples of its package. */
async function withOffers(
  deps: FormPageDeps,
  context: RouteContext,
  process: Process,
  { form, provider }: Offering,
): Promise<FormState> {
  const withFiles = await withOutputs(
    deps,
    context,
    process,
    await withUploads(deps, context, process.description, form),
  );
  const examples = provider === undefined ? await deps.examples.of(context.caller, process) : [];
  return { ...withFiles, ...(examples.length === 0 ? {} : { examples: examples.map(({ name }) => name) }) };
}

/** Answers a browser that came to the execution of a process: with the page of the process, whatever `f` it named. */
export async function lookResponse(
  deps: FormPageDeps,
  context: RouteContext,
  { process, provider }: ExecutedProcess,
): Promise<Response> {
  const form = formOfQuery(context.request.url, process);
  const response = await processResponse(deps, asPage(context), process, { form, ...defined({ provider }) });
  response.headers.set("x-robots-tag", "noindex, nofollow");
  return response;
}

/** Gives the context of a request that is answered by a page, whatever it asks for. */
export function asPage(context: RouteContext): RouteContext {
  return { ...context, query: (name) => (name === "f" ? "html" : context.query(name)) };
}

/** A form is sent by a browser, which says of which page it is: one that does not say so may be of any. Throws `forbidden`. */
export function requireOwnForm({ request }: Pick<RouteContext, "request">): void {
  if (request.headers.has("origin") || request.headers.has("sec-fetch-site")) return;
  throw new Problem(
    "forbidden",
    "Cannot accept the request: found a form without Origin, wanted a form of this service",
  );
}

/** Reads the fields of a form of our own pages. Throws `forbidden` for any other, and `content-too-large`. */
export async function readOwnForm(
  { settings }: { readonly settings: BodyLimits },
  context: RouteContext,
): Promise<URLSearchParams> {
  requireContentType(context.request, [formType]);
  requireOwnForm(context);
  return new URLSearchParams(bodyText(await readBytes(context.request, settings.maxBodyBytes)));
}
