import { defined } from "../../../domain/defined.ts";
import { jsonLink, type Link, providerProcessUrl, providerUrl } from "../../../domain/links.ts";
import type { Principal } from "../../../domain/people/access.ts";
import { partlyFitting, readNeedles, searchedText } from "../../../domain/processes/process-search.ts";
import {
  describeProviderProcess,
  listProviderProcesses,
  type ProviderDeps,
  readProvider,
  requireProvider,
} from "../../../operations/providers/manage-providers.ts";
import type { ReadInputsDeps } from "../../../operations/runs/read-inputs.ts";
import { providerOfferPage } from "../../../pages/providers/provider-processes.tsx";
import { documentFormat, documentResponse } from "../../answers/document-response.ts";
import { formOfJob } from "../../answers/form/filled-forms.ts";
import { type ExecutedProcess, processResponse } from "../../answers/form/process-form.ts";
import { tellingOfFailedLook } from "../../answers/processes/provider-failure.ts";
import { tagged } from "../../openapi/about.ts";
import { processFilters, requireKnownQuery } from "../../request/known-query.ts";
import { pageNumberOf, pageOf } from "../../request/paging.ts";
import { principalOf, type Route, type RouteContext } from "../../route.ts";
import {
  executeQuery,
  executeReference,
  executionAbout,
  executionBody,
  queryExecutionAbout,
} from "../jobs/executions.ts";
import { answerFillForm, fillFormAbout, fillFormBody } from "../processes/fill-forms.ts";
import {
  answerProcessForm,
  type ProcessFormDeps,
  processFormAbout,
  processFormBody,
} from "../processes/process-forms.ts";

export type ProviderProcessDeps = ProviderDeps & ProcessFormDeps & ReadInputsDeps;

/** Lists the routes of what a provider offers: its list, descriptions, executions. */
export function providerProcessRoutes(deps: ProviderProcessDeps): readonly Route[] {
  return [...offerRoutes(deps), ...executionRoutes(deps)];
}

function offerRoutes(deps: ProviderProcessDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/providers/:providerId/processes",
      about: {
        summary: "List the processes of a provider",
        tag: "providers",
        query: {
          q: "words that all stand in the id, the title or the description of a process",
          limit: "the most items of one page; the list is whole without it",
          page: "number of the page, from 0",
        },
        answers: tagged("ProviderProcessList", "What the provider offers"),
        problems: [502],
      },
      handle: (context) => tellingOfFailedLook(deps, context, () => answerOffer(deps, context)),
    },
    {
      method: "GET",
      path: "/providers/:providerId/processes/:processId",
      about: {
        summary: "Describe a process of a provider",
        tag: "providers",
        query: {
          from: "id of a job whose request fills the form of the page",
          inputs: "inputs in JSON that fill the form of the page",
        },
        answers: tagged("Process", "The description"),
        problems: [502],
      },
      handle: (context) =>
        tellingOfFailedLook(deps, context, async () => {
          const { process, provider } = await findExecuted(deps, context, principalOf(context));
          const form = await formOfJob(deps, context, process);
          return processResponse(deps, context, process, defined({ provider, form }));
        }),
    },
  ];
}

function executionRoutes(deps: ProviderProcessDeps): readonly Route[] {
  const path = "/providers/:providerId/processes/:processId";
  return [
    {
      method: "POST",
      path: `${path}/execution`,
      about: {
        summary: "Execute a process of a provider",
        tag: "providers",
        ...executionAbout,
        problems: [413, 415, 422, 429, 500, 502],
      },
      body: executionBody,
      handle: (context) =>
        executeReference(deps, context, (principal) => requireProvider(deps, principal, context.param("providerId"))),
    },
    {
      method: "GET",
      path: `${path}/execution`,
      about: {
        summary: "Execute a process of a provider by a query; who asks for HTML gets a form to execute it",
        tag: "providers",
        ...queryExecutionAbout,
        problems: [...queryExecutionAbout.problems, 502],
      },
      handle: (context) =>
        tellingOfFailedLook(deps, context, () =>
          executeQuery(deps, context, () => findExecuted(deps, context, principalOf(context))),
        ),
    },
    {
      method: "POST",
      path: `${path}/fill-form`,
      about: {
        summary: "Fill in the form of a process of a provider from a file of inputs",
        tag: "pages",
        ...fillFormAbout,
        problems: [...fillFormAbout.problems, 502],
      },
      body: fillFormBody,
      handle: (context) =>
        tellingOfFailedLook(deps, context, () =>
          answerFillForm(deps, context, () => findExecuted(deps, context, principalOf(context))),
        ),
    },
    {
      method: "POST",
      path: `${path}/form`,
      about: {
        summary: "Execute a process of a provider by the form on its page",
        tag: "pages",
        ...processFormAbout,
        problems: [...processFormAbout.problems, 502],
      },
      body: processFormBody,
      handle: (context) =>
        tellingOfFailedLook(deps, context, () =>
          answerProcessForm(deps, context, (principal) => findExecuted(deps, context, principal)),
        ),
    },
  ];
}

async function findExecuted(
  deps: ProviderProcessDeps,
  context: RouteContext,
  principal: Principal,
): Promise<ExecutedProcess> {
  const id = context.param("providerId");
  const process = await describeProviderProcess(deps, principal, id, context.param("processId"));
  return { process, provider: await requireProvider(deps, principal, id) };
}

/** The processes of one page for people. */
const usualOfPage = 50;

async function answerOffer(deps: ProviderProcessDeps, context: RouteContext): Promise<Response> {
  const id = context.param("providerId");
  requireKnownQuery(context, `processes of provider "${id}"`, {
    filters: ["q"],
    others: ["limit", "page"],
    elsewhere: processFilters,
  });
  const needles = readNeedles(context.queries("q"), []);
  const isPage = documentFormat(context) === "html";
  const principal = principalOf(context);
  const found = await listProviderProcesses(deps, principal, id, needles);
  // Programs that name no limit get the whole list.
  const { limit } = pageOf(context, isPage ? usualOfPage : Math.max(1, found.length));
  const page = pageNumberOf(context);
  const document = {
    processes: found.slice(page * limit, (page + 1) * limit).map((process) => ({
      ...process,
      links: [jsonLink(providerProcessUrl(context.baseUrl, id, process.id), "self", "Process description")],
    })),
    links: offerLinks(context, id, { page, pages: Math.ceil(found.length / limit) }),
  };
  const title = `Processes of provider ${id}`;
  if (!isPage) return documentResponse(context, document, { title });
  const { provider, probe } = await readProvider(deps, principal, id);
  const shown = { id, url: provider.url, type: provider.type, ...defined({ title: probe.title }) };
  const q = context.queries("q").join(" ").trim();
  const some = found.length === 0 && q !== "" ? await partlyFound(deps, principal, { id, q }) : [];
  const view = { provider: shown, q, count: found.length, some };
  return documentResponse(context, document, { title, page: providerOfferPage(view) });
}

/** So many processes that have some words of a search are shown. */
const mostPartly = 20;

async function partlyFound(
  deps: ProviderProcessDeps,
  principal: Principal,
  { id, q }: { readonly id: string; readonly q: string },
) {
  const all = await listProviderProcesses(deps, principal, id);
  const found = partlyFitting(q, all, (one) => searchedText([one.id, one.title, one.description]));
  return found.slice(0, mostPartly).map(({ item, has }) => ({ ...item, has }));
}

function offerLinks(
  { baseUrl, request }: RouteContext,
  id: string,
  { page, pages }: { readonly page: number; readonly pages: number },
): readonly Link[] {
  const url = `${providerUrl(baseUrl, id)}/processes`;
  const turned = (to: number) => {
    const { searchParams } = new URL(request.url);
    searchParams.set("page", String(to));
    return `${url}?${searchParams}`;
  };
  return [
    jsonLink(url, "self"),
    ...(page + 1 < pages ? [jsonLink(turned(page + 1), "next", "Next page")] : []),
    ...(page > 0 && pages > 0 ? [jsonLink(turned(Math.min(page, pages) - 1), "prev", "Previous page")] : []),
  ];
}
