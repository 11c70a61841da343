import { defined } from "../../../domain/defined.ts";
import { processUrl, profiles } from "../../../domain/links.ts";
import { parseProcessName } from "../../../domain/processes/process-name.ts";
import {
  type DeployDeps,
  deployProcess,
  type Precondition,
  replaceProcess,
  undeployProcess,
} from "../../../operations/deploy/deploy-process.ts";
import type { NoticesDeps } from "../../../operations/people/notices.ts";
import { AmendmentSchema, amendProcess } from "../../../operations/processes/amend-process.ts";
import { type DescribeDeps, describeProcess, listProcesses } from "../../../operations/processes/describe-processes.ts";
import type { ExamplesDeps } from "../../../operations/processes/package-examples.ts";
import { readRevision, withdrawRevision } from "../../../operations/processes/process-revisions.ts";
import { processStatistics } from "../../../operations/processes/process-statistics.ts";
import type { ReadInputsDeps } from "../../../operations/runs/read-inputs.ts";
import { processListPage } from "../../../pages/processes/process-list.tsx";
import { documentFormat, documentResponse } from "../../answers/document-response.ts";
import { requireMatch } from "../../answers/entity-tag.ts";
import { formOfJob } from "../../answers/form/filled-forms.ts";
import type { FormOutputDeps } from "../../answers/form/form-outputs.ts";
import { processResponse, stateOf } from "../../answers/form/process-form.ts";
import { deployedDocument, processSummary, statisticsOfProcess } from "../../answers/processes/process-document.ts";
import {
  inTurn,
  listView,
  mostWithStatistics,
  namedFirst,
  type ObstacleDeps,
  runnableFirst,
} from "../../answers/processes/process-list-view.ts";
import type { FormSettings } from "../../answers/processes/process-view.ts";
import { ok, tagged } from "../../openapi/about.ts";
import {
  deploymentBody as body,
  type DeploymentDeps,
  deploymentQuery,
  isDryRun,
  readDeployment,
  wantsRepresentation,
} from "../../request/deployment.ts";
import { listPage, pageLinks, pageNumberOf } from "../../request/paging.ts";
import { processNameOf, revisionQuery } from "../../request/process-name.ts";
import { asksStatistics, processFilterOf, processListQuery, statisticsQuery } from "../../request/process-query.ts";
import { readJson, requireContentType } from "../../request/read-body.ts";
import { jsonResponse, principalOf, type Route, type RouteContext } from "../../route.ts";

export type ProcessRouteDeps = DescribeDeps &
  DeployDeps &
  DeploymentDeps &
  ReadInputsDeps &
  ObstacleDeps & { readonly settings: FormSettings } & FormOutputDeps &
  NoticesDeps &
  ExamplesDeps;

const patchBody = { mediaTypes: ["application/merge-patch+json", "application/json"], schema: AmendmentSchema };
const honours = ["if-match"] as const;
/** What a change of a process may be answered with, besides its own. */
const changeProblems = [409, 412, 413, 415, 422];

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
        query: processListQuery,
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
        query: deploymentQuery,
        answers: {
          201: { about: "Deployed; Location is the process", content: { document: "ProcessSummary" } },
          200: { about: "What would be deployed, for a dry run", content: { document: "ProcessSummary" } },
        },
        problems: changeProblems,
      },
      body,
      async handle(context) {
        const isDry = isDryRun(context);
        const deployment = await readDeployment(deps, context);
        const options = { precondition: preconditionOf(context), isDry };
        const deployed = await deployProcess(deps, principalOf(context), deployment, options);
        const document = deployedDocument(deployed, deployment, context.baseUrl);
        if (isDry) return jsonResponse(document);
        const headers = { location: processUrl(context.baseUrl, deployed.process.id) };
        return jsonResponse(document, { status: 201, headers });
      },
    },
  ];
}

function oneProcessRoutes(deps: ProcessRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/processes/:processId",
      about: {
        summary: "Describe a process, or one of its revisions",
        tag: "processes",
        query: {
          ...revisionQuery,
          ...statisticsQuery,
          from: "id of a job whose request fills the form of the page",
          period: "7d, 30d or all: the runs whose figures the page tells",
          inputs: "inputs in JSON that fill the form of the page",
        },
        answers: tagged("Process", "The description"),
      },
      access: "public",
      async handle(context) {
        const name = processNameOf(context);
        if (parseProcessName(name).id === name) {
          const process = await describeProcess(deps, context.caller, name);
          const more = asksStatistics(context) ? await statisticsMember(deps, context, name) : {};
          const form = await formOfJob(deps, context, process);
          return processResponse(deps, context, process, { more, ...defined({ form }) });
        }
        const { process, ...revision } = await readRevision(deps, context.caller, name);
        const form = revision.isDeployed ? await formOfJob(deps, context, process) : undefined;
        return processResponse(deps, context, process, { revision, ...defined({ form }) });
      },
    },
    ...changeRoutes(deps),
  ];
}

function changeRoutes(deps: ProcessRouteDeps): readonly Route[] {
  return [
    {
      method: "PUT",
      path: "/processes/:processId",
      honours,
      about: {
        summary: "Replace a process",
        tag: "processes",
        query: deploymentQuery,
        answers: {
          204: { about: "Replaced" },
          200: {
            about: "What was replaced, for Prefer: return=representation; what would be, for a dry run",
            content: { document: "ProcessSummary" },
          },
        },
        problems: changeProblems,
      },
      body,
      async handle(context) {
        const isDry = isDryRun(context);
        const deployment = await readDeployment(deps, context);
        const change = { deployment, precondition: preconditionOf(context), isDry };
        const deployed = await replaceProcess(deps, principalOf(context), context.param("processId"), change);
        if (isDry || wantsRepresentation(context)) {
          return jsonResponse(deployedDocument(deployed, deployment, context.baseUrl));
        }
        return new Response(null, { status: 204 });
      },
    },
    {
      method: "PATCH",
      path: "/processes/:processId",
      honours,
      about: {
        summary: "Change what a process says of itself, who sees it, and how its jobs are run (RFC 7396)",
        tag: "processes",
        answers: ok("ProcessSummary", "The process as it is now"),
        problems: changeProblems,
      },
      body: patchBody,
      async handle(context) {
        requireContentType(context.request, patchBody.mediaTypes);
        const patch = await readJson(context.request, deps.settings);
        const change = { patch, precondition: preconditionOf(context) };
        const process = await amendProcess(deps, principalOf(context), context.param("processId"), change);
        return jsonResponse(processSummary(process, context.baseUrl));
      },
    },
    {
      method: "DELETE",
      path: "/processes/:processId",
      honours,
      about: {
        summary: "Undeploy a process, or withdraw one of its revisions",
        tag: "processes",
        query: revisionQuery,
        answers: { 204: { about: "Undeployed" } },
        problems: [412],
      },
      async handle(context) {
        const name = processNameOf(context);
        const change = parseProcessName(name).id === name ? undeployProcess : withdrawRevision;
        await change(deps, principalOf(context), name, preconditionOf(context));
        return new Response(null, { status: 204 });
      },
    },
  ];
}

/** Reads what a change wants of the process as it is. */
function preconditionOf({ request }: Pick<RouteContext, "request">): Precondition {
  return (current) => requireMatch(request, current === undefined ? undefined : stateOf(current));
}

async function answerList(deps: ProcessRouteDeps, context: RouteContext): Promise<Response> {
  const isPage = documentFormat(context) === "html";
  // Clients that never follow a next link shall see the whole catalogue. Runs are read for each process.
  const withStatistics = asksStatistics(context);
  const filter = processFilterOf(context, isPage ? usualOfPage : withStatistics ? mostWithStatistics : 1000);
  const limit = withStatistics ? Math.min(filter.limit, mostWithStatistics) : filter.limit;
  const listed = await listPage(pageNumberOf(context), { ...filter, limit }, (page) =>
    listProcesses(deps, context.caller, page),
  );
  const { next } = listed;
  const ordered = isPage ? await runnableFirst(deps, context, { items: listed.items, filter }) : listed.items;
  const items = isPage ? await namedFirst(deps, context, { items: ordered, filter }) : ordered;
  const document = {
    processes: await inTurn(items, async (process) => ({
      ...processSummary(process, context.baseUrl),
      ...defined({ cannotRun: await deps.findObstacle?.(process) }),
      ...(withStatistics ? await statisticsMember(deps, context, process.id) : {}),
    })),
    links: pageLinks(context, `${context.baseUrl}/processes`, { next }),
  };
  const page = isPage ? { page: processListPage(await listView(deps, context, { items, filter })) } : {};
  return documentResponse(context, document, { title: "Processes", profile: profiles.processList, ...page });
}

/** The processes of one page for people. */
const usualOfPage = 50;

/** Throws `unauthorized` for a stranger, who sees no runs. */
async function statisticsMember(deps: ProcessRouteDeps, context: RouteContext, processId: string) {
  const statistics = await processStatistics(deps, principalOf(context), processId);
  return { statistics: statisticsOfProcess(statistics, context.baseUrl) };
}
