import { defined } from "../../../domain/defined.ts";
import { processUrl, providerProcessUrl, providerUrl } from "../../../domain/links.ts";
import { type Action, mayDo, type Principal, wishes } from "../../../domain/people/access.ts";
import type { Process, ProcessDescription } from "../../../domain/processes/process.ts";
import type { Provider } from "../../../domain/processes/provider.ts";
import { essenceOf } from "../../../domain/values/media-type.ts";
import type { DeployDeps } from "../../../operations/deploy/deploy-process.ts";
import { mayRun as mayExecute } from "../../../operations/people/guard.ts";
import type { ProcessRevision } from "../../../operations/processes/process-revisions.ts";
import { readGraph } from "../../../operations/runs/read-graph.ts";
import type { SubmitSettings } from "../../../operations/submit/submission.ts";
import { deployPath } from "../../../pages/deploy/deploy.tsx";
import { type Offers, outputsOf } from "../../../pages/form/extras.ts";
import { withoutToken } from "../../../pages/form/field.ts";
import { fieldsOf } from "../../../pages/form/fields-of.ts";
import type { FormState } from "../../../pages/form/state.ts";
import { type ToPut, type UsedFile, withoutMadeUp, withRequiredFiles } from "../../../pages/form/uses/used-files.ts";
import { incompleteWords, isEnough, missingOf, usesOf, usesTitle } from "../../../pages/form/uses.ts";
import type { ProcessView } from "../../../pages/processes/process.tsx";
import { changePart, undeployPart } from "../../../pages/processes/revision-changes.tsx";
import type { RunFigures } from "../../../pages/processes/run-figures.tsx";
import { signInPart } from "../../../pages/providers/provider.tsx";
import { refusalWords } from "../../../pages/shared/refusal-words.ts";
import { exampleRequest } from "../../openapi/example-request.ts";
import { isSample } from "../../openapi/sample-files.ts";
import type { RouteContext } from "../../route.ts";
import { draftKeeping } from "../form/draft-keeping.ts";

/** What the form of a process offers by. */
export type FormSettings = Pick<SubmitSettings, "wishBounds" | "sendsMail" | "syncJobs"> & {
  readonly maxBodyBytes: number;
  readonly maxUploadBytes: number;
};
export type FormDeps = { readonly settings: FormSettings } & Pick<DeployDeps, "imageWarnings">;

/** A process as a page shows it. */
type ShownProcess = {
  readonly process: Process;
  /** What it is called in addresses: with its revision, where the page is of one. */
  readonly name: string;
  readonly provider?: Provider;
  /** Which of its revisions, where the page is of one. */
  readonly revision?: ProcessRevision;
  readonly form: FormState;
  readonly figures?: RunFigures;
  /** Why images that it names cannot be had here. */
  readonly lacked: readonly string[];
  /** When the provider refused a run since it wants a key, in milliseconds since 1970. */
  readonly refusedAt?: number;
};

/** Builds what the page of a process shows besides its description: the form, the texts to copy, the ways to pages beside it. */
export function processView(deps: FormDeps, context: RouteContext, shown: ShownProcess): ProcessView {
  const { process, name, provider, form: filled } = shown;
  const { baseUrl, caller } = context;
  const { description } = process;
  const url = provider === undefined ? processUrl(baseUrl, name) : providerProcessUrl(baseUrl, provider.id, name);
  const { request, files } = copiedRequest(description, filled, caller?.user);
  const mayRun = caller !== undefined && mayExecute(caller, process.id);
  const graph = readGraph(caller, process);
  const fields = fieldsOf(description);
  const missing = missingOf(fields, filled.request ?? request);
  const needsKey = caller?.user !== undefined || !mayRun;
  const target = { baseUrl, name, needsKey, ...defined({ provider: provider?.id }) };
  return {
    description,
    action: `${url}/form`,
    fillAction: `${url}/fill-form`,
    descriptionUrl: `${url}?f=json`,
    form: filled,
    uses: usesOf({
      ...{ ...target, request, files },
      missing: missingOf(fields, request),
    }),
    target,
    ...defined({ graph, figures: shown.figures, incomplete: incompleteWords(fields, missing) }),
    ...(isClosed(process, caller) ? { isClosed: true } : {}),
    ...(filled.request !== undefined && namedUploads(filled).some(({ href }) => isEnough(href, caller?.user))
      ? { namesUploads: true }
      : {}),
    ...(provider === undefined ? {} : { provider: shownProvider(provider, baseUrl) }),
    ...refusedForKeyOf(shown, context),
    // What a machine has is told to who may do something about it.
    ...(shown.lacked.length === 0
      ? {}
      : { lacked: caller !== undefined && mayDo(caller, "deploy") ? shown.lacked : [] }),
    ...(shown.revision === undefined ? {} : { ofRevision: ofRevision(process, shown.revision, baseUrl) }),
    revision: process.revision,
    ways: waysOf(context, shown, { url, hasGraph: graph !== undefined }),
    offers: offersOf(deps, process, caller),
    limits: limitsOf(deps, context),
    ...(mayRun ? {} : { refusal: caller === undefined ? "strangers" : refusalOf(context, caller, process.id) }),
  };
}

/** Tells whether it has a package, which the caller may not read. */
function isClosed({ definition }: Process, caller: Principal | undefined): boolean {
  return definition.kind === "cwl" && (caller === undefined || !mayDo(caller, "read-package"));
}

/** Says why a caller may not run a process, and whom to ask. */
function refusalOf(
  { service }: RouteContext,
  caller: Principal,
  processId: string,
): NonNullable<ProcessView["refusal"]> {
  return { words: refusalWords(caller, processId), ...defined({ contact: service?.contact }) };
}

/** Gives the request that the texts execute: what was filled in as it stands, or an example; where no file was chosen, one puts one. */
function copiedRequest(description: ProcessDescription, filled: FormState, user: string | undefined): ToPut {
  if (filled.request === undefined) return withoutMadeUp(exampleRequest(description), isSample);
  const { request, files } = withRequiredFiles(fieldsOf(description), filled.request);
  const again = namedUploads(filled).filter(({ href }) => !isEnough(href, user));
  return { request, files: [...again.map((file) => ({ ...file, href: withoutToken(file.href) })), ...files] };
}

/** Lists the uploads that a form names, by the references that it has: who copies a text has the files, too, by their names. */
function namedUploads({ uploads }: FormState): readonly UsedFile[] {
  return [...(uploads?.named ?? [])].flatMap(([href, upload]) =>
    upload === undefined ? [] : [{ href, name: upload.name, mediaType: essenceOf(upload.type) }],
  );
}

function ofRevision(
  { id }: Process,
  { isDeployed, withdrawnAt }: ProcessRevision,
  baseUrl: string,
): NonNullable<ProcessView["ofRevision"]> {
  const url = processUrl(baseUrl, id);
  const withdrawn = withdrawnAt === undefined ? undefined : new Date(withdrawnAt).toISOString();
  return {
    currentUrl: `${url}?f=html`,
    revisionsUrl: `${url}/revisions?f=html`,
    isDeployed,
    ...defined({ withdrawn }),
  };
}

/** Says of a provider that it wants a key, with the way to give it one for who may. */
function refusedForKeyOf(
  { provider, refusedAt }: ShownProcess,
  { baseUrl, caller }: RouteContext,
): Pick<ProcessView, "refusedForKey"> {
  if (provider === undefined || refusedAt === undefined) return {};
  const mayGive = caller !== undefined && mayDo(caller, "manage-providers");
  const url = mayGive ? `${providerUrl(baseUrl, provider.id)}?f=html#${signInPart}` : undefined;
  return { refusedForKey: { at: new Date(refusedAt).toISOString(), ...defined({ url }) } };
}

function shownProvider({ id, url, type }: Provider, baseUrl: string): NonNullable<ProcessView["provider"]> {
  return { id, url, type, href: `${providerUrl(baseUrl, id)}?f=html` };
}

/** Lists the pages about a process. One of a provider has no revisions and no package here. */
function waysOf(
  { baseUrl, caller }: RouteContext,
  { process, provider, revision }: ShownProcess,
  { url, hasGraph }: { readonly url: string; readonly hasGraph: boolean },
): ProcessView["ways"] {
  const use = { title: usesTitle, href: "#use" };
  if (provider !== undefined) {
    return [
      { title: "Runs", href: `${url}/jobs?f=html` },
      { title: `Processes of ${provider.id}`, href: `${providerUrl(baseUrl, provider.id)}/processes?f=html` },
      use,
    ];
  }
  const own = processUrl(baseUrl, process.id);
  const may = (action: Action) => caller !== undefined && mayDo(caller, action);
  return [
    { title: "Runs", href: `${baseUrl}/jobs?processID=${encodeURIComponent(process.id)}&f=html` },
    ...(process.isMutable
      ? [
          { title: "Revisions", href: `${own}/revisions?f=html` },
          ...(may("read-package") ? [{ title: "Package", href: `${url}/package?f=html` }] : []),
          // Of one that nobody can run, the notice leads to the revisions.
          ...(may("deploy") && revision?.isDeployed !== false
            ? [
                { title: "New version", href: `${baseUrl}${deployPath}?f=html&of=${encodeURIComponent(process.id)}` },
                revision === undefined
                  ? { title: "Undeploy", href: `${own}/revisions/${undeployPart}-form`, id: undeployPart }
                  : { title: "Undeploy", href: `${own}/revisions?f=html#${changePart("withdraw", process.revision)}` },
              ]
            : []),
        ]
      : []),
    ...(hasGraph ? [{ title: "Workflow", href: "#workflow" }] : []),
    // The page of one that nobody can run has no texts to copy.
    ...(revision?.isDeployed === false ? [] : [use]),
  ];
}

/** Tells how much a form takes, and where a script uploads files to: nowhere for who may not. */
function limitsOf({ settings }: FormDeps, { baseUrl, caller }: RouteContext): ProcessView["limits"] {
  const { maxBodyBytes, maxUploadBytes } = settings;
  const mayUpload = caller !== undefined && mayDo(caller, "upload");
  const uploadUrl = mayUpload ? `${baseUrl}/vault` : undefined;
  return { maxBodyBytes, maxUploadBytes, ...defined({ uploadUrl }), ...draftKeeping(caller) };
}

/** Tells what a form offers besides the inputs: only what this service and the caller can do. */
function offersOf({ settings }: FormDeps, { description }: Process, caller: Principal | undefined): Offers {
  const { wishBounds = wishes, sendsMail, syncJobs } = settings;
  const { jobControlOptions } = description;
  return {
    outputs: outputsOf(description),
    // A run that is no job has no page to lead to.
    mayWait:
      syncJobs !== "never" && jobControlOptions.includes("sync-execute") && jobControlOptions.includes("async-execute"),
    ...wishBounds[caller?.role ?? "viewer"],
    sendsMail,
  };
}
