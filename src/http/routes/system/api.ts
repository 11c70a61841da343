import styles from "swagger-ui-dist/swagger-ui.css" with { type: "file" };
import bundle from "swagger-ui-dist/swagger-ui-bundle.js" with { type: "file" };
import { defined } from "../../../domain/defined.ts";
import type { Principal } from "../../../domain/people/access.ts";
import type { ServiceIdentity } from "../../../domain/people/service-identity.ts";
import { Problem } from "../../../domain/problem.ts";
import type { Process } from "../../../domain/processes/process.ts";
import type { JsonObject } from "../../../domain/values/json.ts";
import { mayRun } from "../../../operations/people/guard.ts";
import { type DescribeDeps, describeProcess, listProcesses } from "../../../operations/processes/describe-processes.ts";
import { apiPage } from "../../../pages/system/api.tsx";
import { readerOf } from "../../answers/document-response.ts";
import { taggedResponse } from "../../answers/entity-tag.ts";
import { apiStylesPath, scriptPaths, styleSheetPath } from "../../console-files.ts";
import { notChanged } from "../../openapi/about.ts";
import type { ApiOptions, OpenApiVersion } from "../../openapi/api-options.ts";
import { openApiDocument, openApiType, processApiDocument } from "../../openapi/openapi.ts";
import { operationsOf } from "../../openapi/operations.ts";
import { programFacts } from "../../program.ts";
import { processNameOf, revisionQuery } from "../../request/process-name.ts";
import type { Route, RouteContext } from "../../route.ts";

/** Of more processes than this none has an execution path of its own in the API description, which would be too large to read. */
const maxProcesses = 50;

/** The page's own scripts, and the styles that it sets itself. */
const policy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

const assets: Readonly<Record<string, { readonly type: string; readonly content: () => Blob }>> = {
  "swagger-ui-bundle.js": { type: "text/javascript", content: () => Bun.file(bundle) },
  "swagger-ui.css": { type: "text/css", content: () => Bun.file(styles) },
};

export type ApiRouteDeps = DescribeDeps & {
  readonly identity: ServiceIdentity;
  /** The provider of identities, when there is one. */
  readonly identities?: { readonly configurationUrl: string };
};

/** Lists the routes of the API description; `routes` gives all routes of the service. */
export function apiRoutes(deps: ApiRouteDeps, routes: () => readonly Route[]): readonly Route[] {
  // Without processes of its own it is the same each time.
  let kept: { readonly of: string; readonly document: JsonObject } | undefined;
  const withoutProcesses = (options: ApiOptions) => {
    const of = `${options.version} ${options.baseUrl}`;
    if (kept?.of !== of) kept = { of, document: openApiDocument(routes(), [], { ...options, hasMore: true }) };
    return kept.document;
  };
  return [
    {
      method: "GET",
      path: "/api",
      about: {
        summary: "API description",
        tag: "service",
        answers: {
          200: { about: "This document", content: { mediaType: "application/vnd.oai.openapi+json;version=3.0" } },
          ...notChanged,
        },
      },
      access: "public",
      async handle(context) {
        const { items, next } = await listProcesses(deps, context.caller, { limit: maxProcesses });
        return apiResponse(deps, context, (options) =>
          next === undefined
            ? openApiDocument(routes(), ownFirst(items, context.caller), { ...options, hasMore: false })
            : withoutProcesses(options),
        );
      },
    },
    {
      method: "GET",
      path: "/processes/:processId/api",
      about: {
        summary: "API description of one process",
        tag: "processes",
        query: revisionQuery,
        answers: {
          200: { about: "OpenAPI", content: { mediaType: "application/vnd.oai.openapi+json;version=3.0" } },
          ...notChanged,
        },
      },
      access: "public",
      async handle(context) {
        const name = processNameOf(context);
        const process = await describeProcess(deps, context.caller, name);
        return apiResponse(deps, context, (options) => processApiDocument(routes(), { name, process }, options));
      },
    },
    ...pageRoutes(deps, routes),
  ];
}

/** Puts the processes that a caller may run before all others. */
function ownFirst(processes: readonly Process[], caller: Principal | undefined): readonly Process[] {
  const place = ({ id }: Process) => (caller === undefined || mayRun(caller, id) ? 0 : 1);
  return processes.toSorted((one, other) => place(one) - place(other));
}

/** Lists the routes of the page for people, with what it loads. */
function pageRoutes(deps: ApiRouteDeps, routes: () => readonly Route[]): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/api.html",
      about: {
        summary: "API description for people",
        tag: "pages",
        answers: { 200: { about: "A page", content: { mediaType: "text/html" } } },
      },
      access: "public",
      async handle(context) {
        const { baseUrl, caller } = context;
        const reader = readerOf(caller);
        const { items, next } = await listProcesses(deps, caller, { limit: maxProcesses });
        const frame = {
          title: "API",
          baseUrl,
          styleSheet: styleSheetPath,
          program: programFacts,
          here: "/api.html",
          ...defined({ reader }),
        };
        const own = { script: scriptPaths.api, styles: apiStylesPath };
        return new Response(apiPage(frame, own, operationsOf(routes(), next === undefined ? items : [], caller)), {
          headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": policy },
        });
      },
    },
    {
      method: "GET",
      path: "/api/:asset",
      about: {
        summary: "Scripts and styles of the page",
        tag: "pages",
        answers: { 200: { about: "A file", content: { mediaType: "text/css" } } },
      },
      access: "public",
      handle(context) {
        const asset = assets[context.param("asset")];
        if (asset === undefined) {
          throw new Problem("not-found", `Cannot find "${context.param("asset")}": no file of the page has this name`);
        }
        const headers = { "content-type": `${asset.type}; charset=utf-8`, "cache-control": "max-age=86400" };
        return new Response(asset.content(), { headers });
      },
    },
  ];
}

function apiResponse(deps: ApiRouteDeps, context: RouteContext, make: (options: ApiOptions) => JsonObject): Response {
  const openIdConnectUrl = deps.identities?.configurationUrl;
  const version = versionOf(context.request.headers.get("accept"), context.query("f"));
  return taggedResponse(
    context.request,
    JSON.stringify(
      make({ version, baseUrl: context.baseUrl, identity: deps.identity, ...defined({ openIdConnectUrl }) }),
    ),
    {
      "content-type": openApiType(version),
      "content-language": "en",
      vary: "accept",
    },
  );
}

/** Returns 3.0 unless the client names 3.1. */
function versionOf(accept: string | null, format: string | undefined): OpenApiVersion {
  return format === "oas31" || /openapi\+json\s*;\s*version=["']?3\.1/i.test(accept ?? "") ? "3.1" : "3.0";
}
