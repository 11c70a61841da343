import * as v from "valibot";
import { defined } from "../../../domain/defined.ts";
import type { DeployDocument, DeployTyped, DeployView, Understood } from "../../../domain/documents/deploy.ts";
import { jsonLink, processUrl, relations } from "../../../domain/links.ts";
import { mayDo } from "../../../domain/people/access.ts";
import { Problem } from "../../../domain/problem.ts";
import type { Process } from "../../../domain/processes/process.ts";
import { stepOf } from "../../../domain/processes/version-step.ts";
import { decodeText } from "../../../domain/values/charset.ts";
import { essenceOf } from "../../../domain/values/media-type.ts";
import {
  type DeployDeps,
  type Deployed,
  type Deployment,
  deployProcess,
  replaceProcess,
} from "../../../operations/deploy/deploy-process.ts";
import { makeProcess, saysVersion } from "../../../operations/deploy/make-process.ts";
import { readPackageOf } from "../../../operations/deploy/read-package.ts";
import { readGraph } from "../../../operations/runs/read-graph.ts";
import { deployPage, deployPath } from "../../../pages/deploy/deploy.tsx";
import { documentResponse, seeOther } from "../../answers/document-response.ts";
import { draftKeeping, sentQuery } from "../../answers/form/draft-keeping.ts";
import { asPage, requireOwnForm } from "../../answers/form/process-form.ts";
import { problemDocument } from "../../answers/problem-response.ts";
import { compareRevisions } from "../../answers/processes/revision-text.ts";
import {
  asDeployment,
  type DeployForm,
  idOfLabel,
  messageAbove,
  readDeployForm,
  withPicked,
} from "../../request/deploy-form.ts";
import { inWordsOfPage } from "../../request/deploy-words.ts";
import { type DeploymentDeps, readDeployment } from "../../request/deployment.ts";
import { filesMediaTypes } from "../../request/deployment-files.ts";
import { requireContentType } from "../../request/read-body.ts";
import { principalOf, type Route, type RouteContext } from "../../route.ts";

type DeployPageDeps = DeployDeps & DeploymentDeps;

const mediaTypes = ["multipart/form-data"];

/** Lists the routes of the page by which people deploy. */
export function deployPageRoutes(deps: DeployPageDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: deployPath,
      about: {
        summary: "A page to deploy a process by",
        tag: "pages",
        query: { of: "id of a process: the form begins with its package, for a new version of it" },
        answers: {
          200: { about: "The page, or whether one may deploy as JSON", content: { mediaType: "application/json" } },
        },
      },
      async handle(context) {
        const id = context.query("of");
        return pageOf(context, id === undefined ? { typed: nothing } : await newVersion(deps, context, id));
      },
    },
    {
      method: "POST",
      path: deployPath,
      about: {
        summary: "Look at a package, or deploy it, by the form of the page",
        tag: "pages",
        answers: {
          303: { about: "Deployed; Location is the page of the process" },
          200: { about: "What was understood", content: { mediaType: "text/html" } },
        },
        problems: [409, 413, 415, 422],
      },
      body: { mediaTypes, schema: v.looseObject({}) },
      async handle(context) {
        requireContentType(context.request, mediaTypes);
        requireOwnForm(context);
        return answerForm(deps, context, await readDeployForm(deps.settings, context));
      },
    },
  ];
}

const nothing: DeployTyped = {
  text: "",
  href: "",
  id: "",
  workflow: "",
  start: "",
  version: "",
  replaces: false,
  picked: [],
};

/** Characters of a text that a form takes. */
const longestText = 200_000;

/** Begins with what is deployed, where that is one text. */
async function newVersion(deps: DeployPageDeps, { caller }: RouteContext, name: string): Promise<DeployView> {
  if (caller === undefined || !mayDo(caller, "deploy")) return { typed: nothing };
  const { process, source } = await readPackageOf(deps, caller, name);
  const isText = source !== undefined && !filesMediaTypes.includes(essenceOf(source.mediaType));
  const decoded = isText && source.bytes.length <= longestText ? decodeText(source.bytes) : undefined;
  const text = decoded?.kind === "text" ? decoded.text : "";
  return { newVersionOf: process.id, typed: { ...nothing, text, id: process.id, replaces: true } };
}

async function answerForm(deps: DeployPageDeps, context: RouteContext, form: DeployForm): Promise<Response> {
  const { isLook } = form;
  try {
    const deployment = await readDeployment(deps, await asDeployment(context, form), wishOf(form));
    const placed = await place(deps, context, deployment, form);
    if (isLook) return again(pageOf(asPage(context), await viewOf(deps, context, form, { deployment, ...placed })));
    const url = processUrl(context.baseUrl, placed.process.id);
    const { replaced, isSame, lacksImage } = placed;
    const sent = sentQuery(form.draft);
    if (isSame && replaced !== undefined) return seeOther(url, "unchanged", sent);
    const done = replaced === undefined ? "deployed" : "replaced";
    return seeOther(url, lacksImage ? `${done}-without-image` : done, sent);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    context.noteRefusal(error);
    const { status, detail, errors = [] } = problemDocument(error);
    const faults = errors.map((one) => ({ pointer: inWordsOfPage(one.pointer), detail: inWordsOfPage(one.detail) }));
    const problem = { message: inWordsOfPage(messageAbove(detail, errors)), faults };
    const typed = await withPicked(form);
    const lacksId = typed.id === "" && errors.some((one) => one.pointer === "/id");
    const proposed = { ...typed, id: lacksId ? (idOfLabel(typed.text) ?? "") : typed.id };
    const replaced = typed.replaces && typed.id !== "" ? await deps.processes.find(typed.id) : undefined;
    const heading = defined({ newVersionOf: replaced?.id });
    return again(pageOf(asPage(context), { typed: proposed, problem, ...heading }), status);
  }
}

function wishOf({ typed: { version } }: DeployForm): { readonly version?: string } {
  return version === "" ? {} : { version };
}

type Placed = Deployed & { readonly replaced?: Process; readonly isSame: boolean };

/** Deploys a process, or the next revision of one that it may replace; a look changes nothing. */
async function place(
  deps: DeployPageDeps,
  context: RouteContext,
  deployment: Deployment,
  { typed, isLook }: DeployForm,
): Promise<Placed> {
  const principal = principalOf(context);
  // Whoever looks at a package whose id is taken sees what it would replace; only the button, which says so, does it.
  const { id } = typed.replaces || isLook ? await makeProcess(deps, deployment) : { id: "" };
  const replaced = id === "" ? undefined : await deps.processes.find(id);
  if (replaced?.isMutable !== true) {
    return { ...(await deployProcess(deps, principal, deployment, { isDry: isLook })), isSame: false };
  }
  const looked = await replaceProcess(deps, principal, id, { deployment, isDry: true });
  const { revision, visibility } = looked.process;
  const isSame = revision === replaced.revision && visibility === replaced.visibility;
  const isDone = isLook || isSame;
  const made = isDone ? looked : await replaceProcess(deps, principal, id, { deployment });
  return { ...made, replaced, isSame };
}

/** Files of a form are gone when it is shown again: what was made of them stands as a text in their place. */
async function viewOf(
  deps: DeployPageDeps,
  { caller }: RouteContext,
  form: DeployForm,
  { deployment, process, warnings, replaced, isSame }: Placed & { readonly deployment: Deployment },
): Promise<DeployView> {
  const { typed, files } = form;
  // A single file stays as its author wrote it.
  const own = files.length === 1 ? (await withPicked({ ...form, typed: nothing })).text : "";
  const text = files.length === 0 ? typed.text : own === "" ? keptText(deployment, process) : own;
  const lines =
    replaced === undefined || isSame ? undefined : await linesOf(deps, caller, { deployment, process, replaced });
  const understood: Understood = {
    description: process.description,
    warnings,
    others: deployment.chosen?.others ?? [],
    isKept: text !== undefined,
    isSame,
    saysVersion: saysVersion(deployment),
    ...(replaced === undefined ? {} : { step: stepOf(replaced.description, process.description) }),
    isWorkflow: process.isWorkflow,
    definition: process.definition,
    ...defined({
      replaced,
      lines,
      graph: readGraph(caller, process),
      files: deployment.cwl === undefined ? undefined : deployment.files,
    }),
  };
  // A file may have named the process.
  const id = files.length === 0 && typed.picked.length === 0 ? typed.id : process.id;
  const workflow = files.length === 0 ? typed.workflow : typed.workflow && (deployment.chosen?.main ?? "");
  const replaces = replaced !== undefined;
  const newVersionOf = replaced?.id;
  return {
    typed: { ...typed, text: text ?? "", id, workflow, replaces, picked: [] },
    understood,
    ...defined({ newVersionOf }),
  };
}

/** Compares what a package would be deployed as with what is there; undefined for who may not read packages. */
async function linesOf(
  deps: DeployPageDeps,
  caller: RouteContext["caller"],
  {
    deployment,
    process,
    replaced,
  }: { readonly deployment: Deployment; readonly process: Process; readonly replaced: Process },
): Promise<Understood["lines"]> {
  if (caller === undefined || !mayDo(caller, "read-package")) return undefined;
  const before = await readPackageOf(deps, caller, replaced.id);
  return compareRevisions(before, { process, ...defined({ source: deployment.source }) });
}

/** Writes a package as one text; undefined for one that runs deployed processes, which only its files name. */
function keptText(deployment: Deployment, { definition }: Deployed["process"]): string | undefined {
  if (deployment.cwl === undefined || deployment.deployed.length > 0 || definition.kind !== "cwl") return undefined;
  const { document: unit } = definition;
  const { description: processDescription } = deployment;
  if (Object.keys(processDescription).length === 0) return JSON.stringify(unit, undefined, 2);
  return JSON.stringify({ processDescription, executionUnit: { type: "application/cwl", unit } }, undefined, 2);
}

function pageOf(context: RouteContext, view: DeployView): Response {
  const { baseUrl, caller } = context;
  const mayDeploy = caller !== undefined && mayDo(caller, "deploy");
  const document: DeployDocument = {
    mayDeploy,
    links: [
      jsonLink(`${baseUrl}${deployPath}`, "self", "This page"),
      jsonLink(`${baseUrl}/processes`, relations.processes, "Processes"),
    ],
  };
  const refusal = mayDeploy ? undefined : "You may not deploy here: a key is needed whose role is deployer or admin.";
  return documentResponse(context, document, {
    title: view.newVersionOf === undefined ? "Deploy a process" : `New version of ${view.newVersionOf}`,
    page: deployPage({ ...view, keeping: draftKeeping(caller), ...defined({ refusal }) }),
  });
}

/** Answers a form with its page: nothing of it is kept by browsers or on the way. */
function again(page: Response, status = 200): Response {
  const headers = new Headers(page.headers);
  headers.delete("etag");
  headers.set("cache-control", "no-store");
  return new Response(page.body, { status, headers });
}
