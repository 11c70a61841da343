import * as v from "valibot";
import { defined } from "../../../domain/defined.ts";
import {
  type ChosenOutcome,
  maxChosen,
  readOutcome,
  withLeft,
  writeOutcome,
} from "../../../domain/jobs/chosen-jobs.ts";
import type { Job } from "../../../domain/jobs/job.ts";
import { isFinished } from "../../../domain/jobs/job-state.ts";
import { jobUrl } from "../../../domain/links.ts";
import { isOwn, type Principal } from "../../../domain/people/access.ts";
import { Problem } from "../../../domain/problem.ts";
import {
  dismissChosen,
  keepsSteps,
  retryChosen,
  sortForDismissal,
  sortForRetry,
} from "../../../operations/jobs/chosen-jobs.ts";
import { keptJob } from "../../../operations/jobs/follow-jobs.ts";
import type { RetryDeps } from "../../../operations/jobs/retry-job.ts";
import { dismissWords, leftText, retryWords } from "../../../pages/job-list/chosen-words.ts";
import type { Question } from "../../../pages/shared/ask.tsx";
import { shortId, statusWords } from "../../../pages/shared/words.ts";
import { askFirst, isConfirmed } from "../../answers/ask-first.ts";
import { backToList, listUrl } from "../../answers/chosen-list.ts";
import { formType, readOwnForm } from "../../answers/form/process-form.ts";
import { nameJobs } from "../../answers/jobs/named-jobs.ts";
import type { BodyLimits } from "../../request/read-body.ts";
import { principalOf, type Route, type RouteContext } from "../../route.ts";

type ChosenFormDeps = RetryDeps & Parameters<typeof nameJobs>[0] & { readonly settings: BodyLimits };

/** The jobs that something can be done to, what is asked about them, and which fields tell them apart in the answer. */
type Asked = {
  readonly jobs: readonly Job[];
  readonly left: ChosenOutcome["left"];
  readonly question: Pick<Question, "words" | "yes" | "no" | "isHarmless"> & { readonly title: string };
  readonly fields: Readonly<Record<string, string>>;
};

/** What a button of the list does to the chosen jobs. */
type Act = {
  /** The last part of its path, without "-form". */
  readonly name: "dismiss" | "retry";
  /** The fields of the page that asks, which hold the ids of jobs. */
  readonly fields: readonly string[];
  ask(deps: ChosenFormDeps, principal: Principal, ids: readonly string[]): Promise<Asked>;
  /** Does it to the jobs that the fields of the page that asked name. */
  act(deps: ChosenFormDeps, principal: Principal, idsOf: (field: string) => readonly string[]): Promise<ChosenOutcome>;
};

const acts: readonly Act[] = [
  {
    name: "dismiss",
    fields: ["stop", "remove"],
    ask: askToDismiss,
    act: (deps, principal, idsOf) => dismissChosen(deps, principal, { stop: idsOf("stop"), remove: idsOf("remove") }),
  },
  {
    name: "retry",
    fields: ["retry"],
    ask: askToRetry,
    act: (deps, principal, idsOf) => retryChosen(deps, principal, idsOf("retry")),
  },
];

const ids = v.optional(v.string());
const FormSchema = v.object({
  jobs: v.optional(v.array(v.string())),
  list: v.optional(v.string()),
  confirmed: v.optional(v.picklist(["true"])),
  stop: ids,
  remove: ids,
  retry: ids,
  left: v.optional(v.string()),
});

/** Lists the routes that the buttons of a list of jobs send to, with the jobs that were chosen: each asks before it does anything. */
export function chosenFormRoutes(deps: ChosenFormDeps): readonly Route[] {
  return acts.map((act) => ({
    method: "POST",
    path: `/jobs/${act.name}-form`,
    about: {
      summary: `${act.name === "dismiss" ? "Dismiss" : "Retry"} chosen jobs, by a form of their list`,
      tag: "pages",
      answers: {
        200: { about: "The question, as a page" },
        303: { about: "Done, or nothing to do; Location is the list, which says what became of each" },
      },
      problems: [413, 415],
    },
    body: { mediaTypes: [formType], schema: FormSchema },
    handle: async (context) => answerForm(deps, context, act),
  }));
}

async function answerForm(deps: ChosenFormDeps, context: RouteContext, act: Act): Promise<Response> {
  const form = await readOwnForm(deps, context);
  const { baseUrl } = context;
  const list = form.get("list");
  const idsOf = (field: string) => (form.get(field) ?? "").split(",").filter((id) => id !== "");
  const isAnswer = isConfirmed(form);
  const chosen = [...new Set(isAnswer ? act.fields.flatMap(idsOf) : form.getAll("jobs"))];
  if (chosen.length === 0) return backToList(baseUrl, list, { notice: "jobs-wanted" });
  if (chosen.length > maxChosen) {
    return backToList(baseUrl, list, { notice: "fewer-jobs-wanted", chosen: chosen.slice(0, maxChosen) });
  }
  if (!isAnswer) return ask(deps, context, { act, list, chosen });
  const outcome = await act.act(deps, principalOf(context), idsOf);
  noteLeft(context, act, outcome.left, chosen);
  const before = readOutcome((form.get("left") ?? "").split(" "));
  return backToList(baseUrl, list, { outcome: withLeft(outcome, before.left) });
}

/** What was left for who asks, or since it is kept for good, is a refusal as that of a single job is. */
function noteLeft(context: RouteContext, { name }: Act, left: ChosenOutcome["left"], chosen: readonly string[]): void {
  for (const { reason, names } of left) {
    const which = `Cannot ${name === "dismiss" ? "remove" : "retry"} jobs ${names.join(", ")}`;
    if (reason === "forbidden") context.noteRefusal(new Problem("forbidden", `${which}: found jobs of others`));
    if (reason !== "kept") continue;
    for (const id of chosen.filter((id) => names.includes(shortId(id)))) context.noteRefusal(keptJob(id));
  }
}

type Chosen = { readonly act: Act; readonly list: string | null; readonly chosen: readonly string[] };

/** Jobs that the question names; more are counted. */
const namedJobs = 5;

async function ask(deps: ChosenFormDeps, context: RouteContext, { act, list, chosen }: Chosen): Promise<Response> {
  const { baseUrl } = context;
  const principal = principalOf(context);
  const { jobs, left, question, fields } = await act.ask(deps, principal, chosen);
  noteLeft(context, act, left, chosen);
  if (jobs.length === 0) return backToList(baseUrl, list, { outcome: { done: {}, left } });
  const first = jobs.slice(0, namedJobs);
  const names = await nameJobs(deps, principal, first);
  const named = first.map(({ id, processId, status, user }) => {
    const { name = processId, line } = names.get(id) ?? {};
    const whose = isOwn(principal, user) ? "" : `, of ${user ?? "somebody else"}`;
    return {
      title: `${name}, ${statusWords[status]} (${shortId(id)})${whose}`,
      href: `${jobUrl(baseUrl, id)}?f=html`,
      ...defined({ more: line }),
    };
  });
  const others = jobs.length > namedJobs ? [{ title: `and ${jobs.length - namedJobs} more` }] : [];
  return askFirst(context, {
    ...question,
    concerned: [...named, ...others],
    ...(left.length === 0 ? {} : { left: { words: "Left as they are:", items: left.map(leftText) } }),
    action: `${baseUrl}/jobs/${act.name}-form`,
    back: listUrl(baseUrl, list, { chosen }),
    fields: {
      ...fields,
      left: writeOutcome({ done: {}, left }).join(" "),
      ...(list === null ? {} : { list }),
    },
  });
}

async function askToDismiss(deps: ChosenFormDeps, principal: Principal, chosen: readonly string[]): Promise<Asked> {
  const { jobs, left } = await sortForDismissal(deps, principal, chosen);
  const [ended, others] = [
    jobs.filter(({ status }) => isFinished(status)),
    jobs.filter(({ status }) => !isFinished(status)),
  ];
  const waiting = others.filter(({ status }) => status === "accepted").length;
  const question = dismissWords({
    running: others.length - waiting,
    waiting,
    ended: ended.length,
    foreign: foreignOf(principal, jobs),
  });
  return { jobs, left, question, fields: { stop: idsText(others), remove: idsText(ended) } };
}

async function askToRetry(deps: ChosenFormDeps, principal: Principal, chosen: readonly string[]): Promise<Asked> {
  const { jobs, left } = await sortForRetry(deps, principal, chosen);
  const resumed = (await Promise.all(jobs.map((job) => keepsSteps(deps, job)))).filter((keeps) => keeps).length;
  const question = retryWords({ resumed, again: jobs.length - resumed, foreign: foreignOf(principal, jobs) });
  return { jobs, left, question: { ...question, isHarmless: true }, fields: { retry: idsText(jobs) } };
}

function foreignOf(principal: Principal, jobs: readonly Job[]): number {
  return jobs.filter(({ user }) => !isOwn(principal, user)).length;
}

function idsText(jobs: readonly Job[]): string {
  return jobs.map(({ id }) => id).join(",");
}
