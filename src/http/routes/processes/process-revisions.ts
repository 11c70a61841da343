import * as v from "valibot";
import { defined } from "../../../domain/defined.ts";
import { processUrl } from "../../../domain/links.ts";
import type { DeployDeps } from "../../../operations/deploy/deploy-process.ts";
import { readPackageOf } from "../../../operations/deploy/read-package.ts";
import type { DescribeDeps } from "../../../operations/processes/describe-processes.ts";
import { listRevisions, restoreRevision } from "../../../operations/processes/process-revisions.ts";
import { revisionsPage } from "../../../pages/processes/revisions.tsx";
import { documentFormat, documentResponse } from "../../answers/document-response.ts";
import { packageResponse } from "../../answers/processes/package-answer.ts";
import { processSummary, revisionList } from "../../answers/processes/process-document.ts";
import { compareQuery, readRevisionsView } from "../../answers/processes/revisions-view.ts";
import { ok, paging, tagged } from "../../openapi/about.ts";
import { pageLinks, pageOf } from "../../request/paging.ts";
import { processNameOf, revisionQuery } from "../../request/process-name.ts";
import type { BodyLimits } from "../../request/read-body.ts";
import { jsonResponse, principalOf, type Route } from "../../route.ts";
import { revisionFormRoutes } from "./revision-forms.ts";

/** Nothing is read of it. */
const noBody = { mediaTypes: ["application/json"], schema: v.optional(v.looseObject({})) };

/** Lists the routes of what was deployed: packages and revisions (OGC 20-044, requirements class deploy-replace-undeploy). */
export function processRevisionRoutes(
  deps: DescribeDeps & DeployDeps & { readonly settings: BodyLimits },
): readonly Route[] {
  return [...readingRoutes(deps), ...revisionFormRoutes(deps)];
}

function readingRoutes(deps: DescribeDeps & DeployDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/processes/:processId/package",
      about: {
        summary: "Read the package of a process: as it was deployed, as packed CWL, or as a page",
        tag: "processes",
        query: { ...revisionQuery, f: "json, yaml, html, or deployed for the bytes that were sent: stands for Accept" },
        answers: { 200: { about: "The package", content: { mediaType: "application/cwl" } } },
        problems: [406],
      },
      async handle(context) {
        return packageResponse(context, await readPackageOf(deps, context.caller, processNameOf(context)));
      },
    },
    {
      method: "GET",
      path: "/processes/:processId/revisions",
      about: {
        summary: "List the revisions of a process, those that were deployed last first",
        tag: "processes",
        query: { ...paging, ...compareQuery },
        answers: tagged("RevisionList", "One page of revisions"),
      },
      access: "public",
      async handle(context) {
        const id = context.param("processId");
        const { items, next } = await listRevisions(deps, context.caller, id, pageOf(context, 100));
        const url = `${processUrl(context.baseUrl, id)}/revisions`;
        const revisions = revisionList(id, items, context.baseUrl);
        const document = { revisions, links: pageLinks(context, url, { next }) };
        const isPage = documentFormat(context) === "html";
        const page = isPage ? revisionsPage(await readRevisionsView(deps, context, id)) : undefined;
        return documentResponse(context, document, { title: `Revisions of ${id}`, ...defined({ page }) });
      },
    },
    {
      method: "POST",
      path: "/processes/:processId/revisions/:version/restore",
      about: {
        summary: "Make an earlier revision the current one again: by its version, or by its digest",
        tag: "processes",
        answers: ok("ProcessSummary", "The process as it is now"),
      },
      body: noBody,
      async handle(context) {
        const [id, version] = [context.param("processId"), context.param("version")];
        const name = version.startsWith("sha256:") ? `${id}@${version}` : `${id}:${version}`;
        const process = await restoreRevision(deps, principalOf(context), name);
        return jsonResponse(processSummary(process, context.baseUrl));
      },
    },
  ];
}
