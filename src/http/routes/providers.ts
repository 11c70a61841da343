import { defined } from "../../domain/defined.ts";
import { jsonLink, profiles, providerUrl, relations } from "../../domain/links.ts";
import { type Provider, ProviderBodySchema } from "../../domain/provider.ts";
import {
  describeProviderProcess,
  listProviderProcesses,
  listProviders,
  type ProbedProvider,
  type ProviderDeps,
  readProvider,
  registerProvider,
  removeProvider,
  requireProvider,
} from "../../operations/manage-providers.ts";
import { documentResponse } from "../answers/document-response.ts";
import { processFilters, requireKnownQuery } from "../known-query.ts";
import { tagged } from "../openapi/about.ts";
import { type BodyLimits, readJson, requireContentType } from "../read-body.ts";
import { jsonResponse, principalOf, type Route, type RouteContext } from "../route.ts";
import { type ExecutionRouteDeps, executeReference, executionAbout, executionBody } from "./executions.ts";

export type ProviderRouteDeps = ProviderDeps & ExecutionRouteDeps & { readonly settings: BodyLimits };

/** Lists of providers and of their processes are given whole. */
const noFilters = { filters: [], others: [], elsewhere: processFilters } as const;

const body = { mediaTypes: ["application/json"], schema: ProviderBodySchema };

/** Lists the routes of the registered servers and of their processes. */
export function providerRoutes(deps: ProviderRouteDeps): readonly Route[] {
  return [...registryRoutes(deps), ...oneProviderRoutes(deps), ...offerRoutes(deps)];
}

function registryRoutes(deps: ProviderRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/providers",
      about: {
        summary: "List providers",
        tag: "providers",
        answers: tagged("ProviderList", "The servers whose processes can run from here, each with its state"),
      },
      async handle(context) {
        requireKnownQuery(context, "providers", noFilters);
        const providers = await listProviders(deps, principalOf(context));
        const document = {
          providers: providers.map((state) => providerDocument(state, context.baseUrl)),
          links: [jsonLink(`${context.baseUrl}/providers`, "self")],
        };
        return documentResponse(context, document, { title: "Providers" });
      },
    },
    {
      method: "POST",
      path: "/providers",
      about: {
        summary: "Register a provider",
        tag: "providers",
        answers: { 201: { about: "Registered; Location is the provider", content: { document: "Provider" } } },
        problems: [409, 413, 415, 422],
      },
      body,
      async handle(context) {
        const principal = principalOf(context);
        requireContentType(context.request, body.mediaTypes);
        const registration = await readJson(context.request, deps.settings);
        const provider = await registerProvider(deps, principal, registration);
        const headers = { location: providerUrl(context.baseUrl, provider.id) };
        const probe = { state: "up", at: provider.createdAt } as const;
        return jsonResponse(providerDocument({ provider, probe }, context.baseUrl), { status: 201, headers });
      },
    },
  ];
}

function oneProviderRoutes(deps: ProviderRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/providers/:providerId",
      about: { summary: "One provider", tag: "providers", answers: tagged("Provider", "The provider with its state") },
      async handle(context) {
        const state = await readProvider(deps, principalOf(context), context.param("providerId"));
        const title = `Provider ${state.provider.id}`;
        return documentResponse(context, providerDocument(state, context.baseUrl), { title });
      },
    },
    {
      method: "DELETE",
      path: "/providers/:providerId",
      about: { summary: "Forget a provider", tag: "providers", answers: { 204: { about: "Forgotten" } } },
      async handle(context) {
        await removeProvider(deps, principalOf(context), context.param("providerId"));
        return new Response(null, { status: 204 });
      },
    },
  ];
}

/** What a provider offers. */
function offerRoutes(deps: ProviderRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/providers/:providerId/processes",
      about: {
        summary: "List the processes of a provider",
        tag: "providers",
        answers: tagged("ProviderProcessList", "What the provider offers"),
        problems: [502],
      },
      handle: (context) => answerOffer(deps, context),
    },
    {
      method: "GET",
      path: "/providers/:providerId/processes/:processId",
      about: {
        summary: "Describe a process of a provider",
        tag: "providers",
        answers: tagged("Process", "The description"),
        problems: [502],
      },
      handle: (context) => answerDescription(deps, context),
    },
    {
      method: "POST",
      path: "/providers/:providerId/processes/:processId/execution",
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
  ];
}

async function answerOffer(deps: ProviderRouteDeps, context: RouteContext): Promise<Response> {
  const id = context.param("providerId");
  requireKnownQuery(context, `processes of provider "${id}"`, noFilters);
  const processes = await listProviderProcesses(deps, principalOf(context), id);
  const url = `${providerUrl(context.baseUrl, id)}/processes`;
  const document = {
    processes: processes.map((process) => ({
      ...process,
      links: [jsonLink(`${url}/${encodeURIComponent(process.id)}`, "self", "Process description")],
    })),
    links: [jsonLink(url, "self")],
  };
  return documentResponse(context, document, { title: `Processes of provider ${id}` });
}

async function answerDescription(deps: ProviderRouteDeps, context: RouteContext): Promise<Response> {
  const id = context.param("providerId");
  const process = await describeProviderProcess(deps, principalOf(context), id, context.param("processId"));
  const url = `${providerUrl(context.baseUrl, id)}/processes/${encodeURIComponent(process.id)}`;
  const document = {
    ...process.description,
    mutable: false,
    revision: process.revision,
    links: [
      jsonLink(url, "self", "Process description"),
      jsonLink(`${url}/execution`, relations.execute, "Execute this process"),
    ],
  };
  const title = process.description.title ?? process.id;
  return documentResponse(context, document, { title, profile: profiles.processDescription });
}

/** Builds the document of a provider, which never has its credentials. */
function providerDocument({ provider, probe }: ProbedProvider, baseUrl: string): Readonly<Record<string, unknown>> {
  const { id, url, type, isPublic, forwardHeaders, hasAuth, createdAt }: Provider = provider;
  const own = providerUrl(baseUrl, id);
  return {
    id,
    url,
    type,
    public: isPublic,
    forwardHeaders,
    auth: hasAuth,
    created: new Date(createdAt).toISOString(),
    status: probe.state,
    checked: new Date(probe.at).toISOString(),
    ...defined({ title: probe.title, message: probe.message }),
    links: [jsonLink(own, "self"), jsonLink(`${own}/processes`, relations.processes, "Processes")],
  };
}
