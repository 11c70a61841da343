import * as v from "valibot";
import { defined } from "../../../domain/defined.ts";
import { processUrl } from "../../../domain/links.ts";
import {
  type DeployDeps,
  mayChangeProcess,
  requireUndeployable,
  undeployProcess,
} from "../../../operations/deploy/deploy-process.ts";
import type { ListDeps } from "../../../operations/jobs/list-jobs.ts";
import type { DescribeDeps } from "../../../operations/processes/describe-processes.ts";
import {
  goBack,
  listRevisions,
  type ProcessRevision,
  type RevisionOfProcess,
  readRevision,
  restoreRevision,
  withdrawRevision,
} from "../../../operations/processes/process-revisions.ts";
import { readUndeployFacts, type UndeployFacts } from "../../../operations/processes/undeploy-facts.ts";
import { changePart, undeployPart } from "../../../pages/processes/revision-changes.tsx";
import { undeployWords } from "../../../pages/processes/undeploy-words.ts";
import type { Question } from "../../../pages/shared/ask.tsx";
import type { Notice } from "../../../pages/shared/layout.tsx";
import { timeText } from "../../../pages/shared/words.ts";
import { askFirst, isConfirmed } from "../../answers/ask-first.ts";
import { seeOther } from "../../answers/document-response.ts";
import { asPage, formType, readOwnForm } from "../../answers/form/process-form.ts";
import type { BodyLimits } from "../../request/read-body.ts";
import { principalOf, type Route, type RouteContext } from "../../route.ts";

type FormDeps = DescribeDeps & DeployDeps & ListDeps & { readonly settings: BodyLimits };

/** What a button of the page of revisions does to the one that it stands beside, or to the process. */
type Change = {
  /** The last part of its path, without "-form". */
  readonly name: "restore" | "withdraw" | "undeploy";
  readonly summary: string;
  readonly notice: Notice;
  /** Asks a person, in sentences that say what happens. */
  ask(known: Known): Pick<Question, "words" | "yes" | "no" | "change" | "also"> & { readonly title: string };
  /** Does it to what is called by a name, which is the id for the process. */
  change(deps: FormDeps, context: RouteContext, name: string): Promise<unknown>;
};

/** The process, the revision that a button is for, and the one that runs where the process is deployed. */
type Known = {
  readonly id: string;
  readonly revision: RevisionOfProcess;
  readonly current: RevisionOfProcess | undefined;
  readonly facts: UndeployFacts;
  /** The newest one before the current one that can be run. */
  readonly earlier?: ProcessRevision;
};

const keeps = "Jobs that wait or run keep the revision that they were sent for.";

const changes: readonly Change[] = [
  {
    name: "restore",
    summary: "Make an earlier revision the current one again, by a button of the page of revisions",
    notice: "revision-restored",
    ask: ({ id, revision: { version, deployedAt, process }, current }) => ({
      title: `Go ${current !== undefined && deployedAt > current.deployedAt ? "forward" : "back"} to version ${version}?`,
      words: `${current === undefined ? `Nobody can run ${id} now.` : `${id} runs version ${current.version} now.`} From then on it runs version ${version}, which was deployed ${instantText(deployedAt)}. ${keeps} The other revisions stay, so one can go to any of them later.`,
      yes: "Go to it",
      no: "Leave it as it is",
      ...(current === undefined ? {} : { change: { before: current.process, after: process } }),
    }),
    change: (deps, context, name) => restoreRevision(deps, principalOf(context), name),
  },
  {
    name: "withdraw",
    summary: "Withdraw a revision, by a button of the page of revisions",
    notice: "revision-withdrawn",
    ask: ({ id, revision: { version, isCurrent }, current, earlier }) => ({
      title: `Undeploy version ${version}?`,
      words: `${isCurrent ? `This version is the current one: nobody can run ${id} then, and none of its other versions either, which run by their own addresses now, until one goes back to another revision or deploys a new one. None comes back by itself.` : `Nobody can run version ${version} of ${id} any more.${current === undefined ? "" : ` ${id} goes on to run version ${current.version}.`}`} ${keeps} Results stay, and one can go back to this revision later.`,
      yes: isCurrent ? "Undeploy it, and run none" : "Undeploy it",
      no: "Keep it",
      ...(isCurrent && earlier !== undefined ? { also: goBackTo(earlier, version) } : {}),
    }),
    change: (deps, context, name) => withdrawRevision(deps, principalOf(context), name),
  },
  {
    name: "undeploy",
    summary: "Undeploy a process, by a button of the page of revisions",
    notice: "undeployed",
    ask: ({ id, facts }) => undeployWords(id, facts),
    change: (deps, context, name) => undeployProcess(deps, principalOf(context), name),
  },
];

/** Names the field that says which revision runs in the place of the one that is undeployed. */
const backName = "back";

function goBackTo({ version, revision }: ProcessRevision, undeployed: string): NonNullable<Question["also"]> {
  return { yes: `Go back to ${version} and undeploy ${undeployed}`, name: backName, value: revision };
}

const FormSchema = v.object({
  revision: v.optional(v.string()),
  back: v.optional(v.string()),
  confirmed: v.optional(v.string()),
});

/** Lists the routes that the buttons of the page of revisions send to: each asks before it changes something; and the question about a process. */
export function revisionFormRoutes(deps: FormDeps): readonly Route[] {
  return [undeployQuestionRoute(deps), ...changes.map((change) => changeRoute(deps, change))];
}

function changeRoute(deps: FormDeps, change: Change): Route {
  return {
    method: "POST",
    path: `/processes/:processId/revisions/${change.name}-form`,
    about: {
      summary: change.summary,
      tag: "pages",
      answers: { 303: { about: "Done; Location is the page of revisions" } },
      problems: [413, 415],
    },
    body: { mediaTypes: [formType], schema: FormSchema },
    handle: (context) => answerForm(deps, context, change),
  };
}

/** The page of a process leads here: to the question itself, and from a no back to where one came from. */
function undeployQuestionRoute(deps: FormDeps): Route {
  return {
    method: "GET",
    path: "/processes/:processId/revisions/undeploy-form",
    about: {
      summary: "Ask whether a process is to be undeployed, by a page",
      tag: "pages",
      answers: { 200: { about: "The question", content: { mediaType: "text/html" } } },
    },
    async handle(context) {
      const id = context.param("processId");
      await requireUndeployable(deps, principalOf(context), id);
      const url = processUrl(context.baseUrl, id);
      const question = undeployQuestion(context.baseUrl, id, await readUndeployFacts(deps, principalOf(context), id));
      return askFirst(asPage(context), { ...question, back: `${url}?f=html#${undeployPart}` });
    },
  };
}

function undeployQuestion(baseUrl: string, id: string, facts: UndeployFacts) {
  const url = `${processUrl(baseUrl, id)}/revisions`;
  return {
    ...undeployWords(id, facts),
    action: `${url}/undeploy-form`,
    instead: { title: "Only one of its versions: the revisions", href: `${url}?f=html` },
  };
}

async function answerForm(deps: FormDeps, context: RouteContext, { name, notice, ...change }: Change) {
  const form = await readOwnForm(deps, context);
  const id = context.param("processId");
  const fields = name === "undeploy" ? {} : { revision: form.get("revision") ?? "" };
  const revisionName = "revision" in fields ? `${id}@${fields.revision}` : id;
  const url = `${processUrl(context.baseUrl, id)}/revisions`;
  const back = name === "withdraw" ? (form.get(backName) ?? "") : "";
  // Who may not is told so, not asked.
  if (!isConfirmed(form) && back === "" && (await mayChangeProcess(deps, principalOf(context), id))) {
    const revision = await readRevision(deps, principalOf(context), revisionName);
    const isDeployed = (await deps.processes.find(id)) !== undefined;
    const current = isDeployed ? await readRevision(deps, principalOf(context), id) : undefined;
    const facts = await readUndeployFacts(deps, principalOf(context), id);
    const earlier = revision.isCurrent ? await earlierThan(deps, context, revision) : undefined;
    const question = change.ask({ id, revision, current, facts, ...defined({ earlier }) });
    const part = name === "undeploy" ? undeployPart : changePart(name, revision.process.revision);
    return askFirst(context, { ...question, fields, action: `${url}/${name}-form`, back: `${url}?f=html#${part}` });
  }
  if (back === "") await change.change(deps, context, revisionName);
  else await goBack(deps, principalOf(context), { from: revisionName, to: `${id}@${back}` });
  return seeOther(url, back === "" ? notice : "revision-restored");
}

/** Finds the newest revision before one that can still be run. */
async function earlierThan(
  deps: FormDeps,
  context: RouteContext,
  { process: { id }, deployment }: RevisionOfProcess,
): Promise<ProcessRevision | undefined> {
  const { items } = await listRevisions(deps, context.caller, id, { limit: 1000 });
  return items.find((one) => one.isDeployed && one.deployment < deployment);
}

function instantText(at: number): string {
  return timeText(new Date(at).toISOString());
}
