import { defined } from "../../../domain/defined.ts";
import type { ProviderDocument, ProviderListDocument } from "../../../domain/documents/provider.ts";
import { jsonLink, providerUrl, relations } from "../../../domain/links.ts";
import { mayDo } from "../../../domain/people/access.ts";
import { type Provider, ProviderBodySchema } from "../../../domain/processes/provider.ts";
import {
  listProviders,
  type ProbedProvider,
  readProvider,
  registerProvider,
  removeProvider,
} from "../../../operations/providers/manage-providers.ts";
import { providerPage } from "../../../pages/providers/provider.tsx";
import { type ProviderListView, providerListPage } from "../../../pages/providers/providers.tsx";
import { documentResponse } from "../../answers/document-response.ts";
import { tagged } from "../../openapi/about.ts";
import { processFilters, requireKnownQuery } from "../../request/known-query.ts";
import { readJson, requireContentType } from "../../request/read-body.ts";
import { jsonResponse, pageAt, principalOf, type Route, type RouteContext } from "../../route.ts";
import { type ProviderRouteDeps, providerFormRoutes } from "./provider-forms.ts";
import { providerProcessRoutes } from "./provider-processes.ts";

/** The list of providers is given whole. */
const noFilters = { filters: [], others: [], elsewhere: processFilters } as const;

const body = { mediaTypes: ["application/json"], schema: ProviderBodySchema };

/** Lists the routes of the registered servers and of their processes. */
export function providerRoutes(deps: ProviderRouteDeps): readonly Route[] {
  return [
    ...registryRoutes(deps),
    ...providerFormRoutes(deps, (context, failed) => providersResponse(deps, pageAt(context, "/providers"), failed)),
    ...oneProviderRoutes(deps),
    ...providerProcessRoutes(deps),
  ];
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
      handle(context) {
        requireKnownQuery(context, "providers", noFilters);
        return providersResponse(deps, context);
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

async function providersResponse(
  deps: ProviderRouteDeps,
  context: RouteContext,
  failed: Partial<ProviderListView> = {},
): Promise<Response> {
  const principal = principalOf(context);
  const providers = await listProviders(deps, principal);
  const document: ProviderListDocument = {
    providers: providers.map((state) => providerDocument(state, context.baseUrl)),
    links: [jsonLink(`${context.baseUrl}/providers`, "self")],
  };
  const page = providerListPage({ mayManage: mayDo(principal, "manage-providers"), ...failed });
  return documentResponse(context, document, { title: "Providers", page });
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
        const page = providerPage({ mayManage: mayDo(principalOf(context), "manage-providers") });
        return documentResponse(context, providerDocument(state, context.baseUrl), { title, page });
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

/** Builds the document of a provider, which never has its credentials. */
function providerDocument({ provider, probe, refusedAt }: ProbedProvider, baseUrl: string): ProviderDocument {
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
    ...defined({
      title: probe.title,
      message: probe.message,
      refusedForKey: refusedAt === undefined ? undefined : new Date(refusedAt).toISOString(),
    }),
    links: [jsonLink(own, "self"), jsonLink(`${own}/processes`, relations.processes, "Processes")],
  };
}
