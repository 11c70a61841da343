import * as v from "valibot";
import { processUrl } from "../../domain/links.ts";
import { type DeployDeps, mayChangeProcess, undeployProcess } from "../../operations/deploy-process.ts";
import type { DescribeDeps } from "../../operations/describe-processes.ts";
import {
  type RevisionOfProcess,
  readRevision,
  restoreRevision,
  withdrawRevision,
} from "../../operations/process-revisions.ts";
import type { Question } from "../../pages/ask.tsx";
import type { Notice } from "../../pages/layout.tsx";
import { timeText } from "../../pages/words.ts";
import { askFirst, isConfirmed } from "../answers/ask-first.ts";
import { seeOther } from "../answers/document-response.ts";
import { formType, readOwnForm } from "../answers/process-form.ts";
import type { BodyLimits } from "../read-body.ts";
import { principalOf, type Route, type RouteContext } from "../route.ts";

type FormDeps = DescribeDeps & DeployDeps & { readonly settings: BodyLimits };

/** What a button of the page of revisions does to the one that it stands beside, or to the process. */
type Change = {
  /** The last part of its path, without "-form". */
  readonly name: "restore" | "withdraw" | "undeploy";
  readonly summary: string;
  readonly notice: Notice;
  /** Asks a person, in sentences that say what happens. */
  ask(known: Known): Pick<Question, "words" | "yes" | "no" | "change"> & { readonly title: string };
  /** Does it to what is called by a name, which is the id for the process. */
  change(deps: FormDeps, context: RouteContext, name: string): Promise<unknown>;
};

/** The process, the revision that a button is for, and the one that runs where the process is deployed. */
type Known = {
  readonly id: string;
  readonly revision: RevisionOfProcess;
  readonly current: RevisionOfProcess | undefined;
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
    ask: ({ id, revision: { version, isCurrent }, current }) => ({
      title: `Undeploy version ${version}?`,
      words: `${isCurrent ? `This version is the current one: nobody can run ${id}, or another version of it, until one goes back to another revision or deploys a new one. None comes back by itself.` : `Nobody can run version ${version} of ${id} any more.${current === undefined ? "" : ` ${id} goes on to run version ${current.version}.`}`} ${keeps} Results stay, and one can go back to this revision later.`,
      yes: "Undeploy it",
      no: "Keep it",
    }),
    change: (deps, context, name) => withdrawRevision(deps, principalOf(context), name),
  },
  {
    name: "undeploy",
    summary: "Undeploy a process, by a button of the page of revisions",
    notice: "undeployed",
    ask: ({ id }) => ({
      title: `Undeploy ${id}?`,
      words: `Nobody can run ${id} or any of its revisions any more, and it stands in no list. ${keeps} Results stay, and whoever may deploy can go back to a revision later, on the page of revisions.`,
      yes: "Undeploy it",
      no: "Keep it",
    }),
    change: (deps, context, name) => undeployProcess(deps, principalOf(context), name),
  },
];

const FormSchema = v.object({ revision: v.optional(v.string()), confirmed: v.optional(v.string()) });

/** Lists the routes that the buttons of the page of revisions send to: each asks before it changes something. */
export function revisionFormRoutes(deps: FormDeps): readonly Route[] {
  return changes.map((change) => ({
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
  }));
}

async function answerForm(deps: FormDeps, context: RouteContext, { name, notice, ...change }: Change) {
  const form = await readOwnForm(deps, context);
  const id = context.param("processId");
  const fields = name === "undeploy" ? {} : { revision: form.get("revision") ?? "" };
  const revisionName = "revision" in fields ? `${id}@${fields.revision}` : id;
  const url = `${processUrl(context.baseUrl, id)}/revisions`;
  // Who may not is told so, not asked.
  if (!isConfirmed(form) && (await mayChangeProcess(deps, principalOf(context), id))) {
    const revision = await readRevision(deps, principalOf(context), revisionName);
    const isDeployed = (await deps.processes.find(id)) !== undefined;
    const current = isDeployed ? await readRevision(deps, principalOf(context), id) : undefined;
    const question = change.ask({ id, revision, current });
    return askFirst(context, { ...question, fields, action: `${url}/${name}-form`, back: `${url}?f=html` });
  }
  await change.change(deps, context, revisionName);
  return seeOther(url, notice);
}

function instantText(at: number): string {
  return timeText(new Date(at).toISOString());
}
