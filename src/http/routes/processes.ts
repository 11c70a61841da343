import { processUrl, profiles } from "../../domain/links.ts";
import { Problem } from "../../domain/problem.ts";
import {
  type ApplicationPackage,
  ApplicationPackageSchema,
  readCwlText,
  readPackage,
} from "../../operations/application-package.ts";
import { type DeployDeps, deployProcess, replaceProcess, undeployProcess } from "../../operations/deploy-process.ts";
import { type DescribeDeps, describeProcess, listProcesses } from "../../operations/describe-processes.ts";
import { documentResponse } from "../answers/document-response.ts";
import { processSummary } from "../answers/process-document.ts";
import { processResponse } from "../answers/process-form.ts";
import { processFilters, requireKnownQuery } from "../known-query.ts";
import { paging, tagged } from "../openapi/about.ts";
import { listPage, pageLinks, pageNumberOf, pageOf } from "../paging.ts";
import { type BodyLimits, bodyText, parseJson, readBytes, requireContentType } from "../read-body.ts";
import { jsonResponse, principalOf, type Route, type RouteContext } from "../route.ts";

export type ProcessRouteDeps = DescribeDeps & DeployDeps & { readonly settings: BodyLimits };

const jsonTypes = ["application/ogcapppkg+json", "application/json"];
const cwlTypes = [
  "application/cwl",
  "application/cwl+json",
  "application/cwl+yaml",
  "application/x-cwl",
  "application/yaml",
  "application/x-yaml",
  "text/yaml",
];
const body = { mediaTypes: [...jsonTypes, ...cwlTypes], schema: ApplicationPackageSchema };

/** Lists the routes of the process list, of descriptions and of deployment (OGC 20-044). */
export function processRoutes(deps: ProcessRouteDeps): readonly Route[] {
  return [...catalogueRoutes(deps), ...oneProcessRoutes(deps)];
}

function catalogueRoutes(deps: ProcessRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/processes",
      about: {
        summary: "List processes",
        tag: "processes",
        query: { ...paging, visibility: "public or private: only these of the processes that may be seen" },
        answers: tagged("ProcessList", "One page of processes"),
      },
      access: "public",
      handle: (context) => answerList(deps, context),
    },
    {
      method: "POST",
      path: "/processes",
      about: {
        summary: "Deploy a process",
        tag: "processes",
        answers: { 201: { about: "Deployed; Location is the process", content: { document: "ProcessSummary" } } },
        problems: [409, 413, 415],
      },
      body,
      async handle(context) {
        const deployment = await readDeployment(deps, context);
        const process = await deployProcess(deps, principalOf(context), deployment);
        const headers = { location: processUrl(context.baseUrl, process.id) };
        return jsonResponse(processSummary(process, context.baseUrl), { status: 201, headers });
      },
    },
  ];
}

function oneProcessRoutes(deps: ProcessRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/processes/:processId",
      about: { summary: "Describe a process", tag: "processes", answers: tagged("Process", "The description") },
      access: "public",
      async handle(context) {
        const process = await describeProcess(deps, context.caller, context.param("processId"));
        return processResponse(context, process);
      },
    },
    {
      method: "PUT",
      path: "/processes/:processId",
      about: {
        summary: "Replace a process",
        tag: "processes",
        answers: { 204: { about: "Replaced" } },
        problems: [409, 413, 415],
      },
      body,
      async handle(context) {
        const deployment = await readDeployment(deps, context);
        await replaceProcess(deps, principalOf(context), context.param("processId"), deployment);
        return new Response(null, { status: 204 });
      },
    },
    {
      method: "DELETE",
      path: "/processes/:processId",
      about: { summary: "Undeploy a process", tag: "processes", answers: { 204: { about: "Undeployed" } } },
      async handle(context) {
        await undeployProcess(deps, principalOf(context), context.param("processId"));
        return new Response(null, { status: 204 });
      },
    },
  ];
}

async function answerList(deps: DescribeDeps, context: RouteContext): Promise<Response> {
  // Clients that never follow a next link shall see the whole catalogue.
  const filter = { ...pageOf(context, 1000), ...visibilityOf(context) };
  const { items, next } = await listPage(pageNumberOf(context), filter, (page) =>
    listProcesses(deps, context.caller, page),
  );
  const document = {
    processes: items.map((process) => processSummary(process, context.baseUrl)),
    links: pageLinks(context, `${context.baseUrl}/processes`, { next }),
  };
  return documentResponse(context, document, { title: "Processes", profile: profiles.processList });
}

/** Reads which processes the request wants: all that the caller may see, or only public or private ones. */
function visibilityOf(context: RouteContext): { readonly visibility?: "public" | "private" } {
  requireKnownQuery(context, "processes", {
    filters: ["visibility"],
    others: ["limit", "after", "page"],
    elsewhere: processFilters,
  });
  const visibility = context.query("visibility");
  if (visibility === undefined) return {};
  if (visibility === "public" || visibility === "private") return { visibility };
  const detail = `Cannot list processes: found visibility "${visibility}", wanted public or private`;
  throw new Problem("invalid-query-parameter-value", detail);
}

async function readDeployment(deps: ProcessRouteDeps, { request }: RouteContext): Promise<ApplicationPackage> {
  const type = requireContentType(request, body.mediaTypes);
  const bytes = await readBytes(request, deps.settings.maxBodyBytes);
  if (jsonTypes.includes(type)) return readPackage(parseJson(bytes, deps.settings));
  return readCwlText(bodyText(bytes));
}
