import { defined } from "../../../domain/defined.ts";
import { mayDo, type Principal } from "../../../domain/people/access.ts";
import { Problem } from "../../../domain/problem.ts";
import type { Process } from "../../../domain/processes/process.ts";
import {
  isOfKeyword,
  nearestProcesses,
  partlyFitting,
  processTexts,
} from "../../../domain/processes/process-search.ts";
import { seesOthers } from "../../../operations/jobs/job-people.ts";
import { mayRun } from "../../../operations/people/guard.ts";
import {
  type DescribeDeps,
  describeProcess,
  listProcesses,
  type ProcessFilter,
} from "../../../operations/processes/describe-processes.ts";
import { removedProcesses } from "../../../operations/processes/process-revisions.ts";
import { processStatistics } from "../../../operations/processes/process-statistics.ts";
import { providerIds } from "../../../operations/providers/manage-providers.ts";
import type { FindObstacle } from "../../../operations/submit/obstacles.ts";
import type { RouteContext } from "../../route.ts";

export type ObstacleDeps = {
  /** Tells what keeps a process from running here; it is not told when absent. */
  readonly findObstacle?: FindObstacle;
};

type ListDeps = DescribeDeps & ObstacleDeps & Parameters<typeof processStatistics>[0];

/** Tells whether somebody may run some processes, and not every one: the list marks those that are refused. */
function isHeld(caller: Principal | undefined): caller is Principal {
  if (caller === undefined || !mayDo(caller, "execute")) return false;
  return caller.scope?.processes !== undefined || (caller.rights ?? []).some(({ verb }) => verb === "run");
}

/** Puts the processes that a key is for before all others, on the first page of the whole list. */
export async function runnableFirst(
  deps: DescribeDeps,
  context: RouteContext,
  { items, filter }: { readonly items: readonly Process[]; readonly filter: ProcessFilter },
): Promise<readonly Process[]> {
  const { caller } = context;
  if (!isHeld(caller) || context.queries("sortby").length > 0) return items;
  const runs = ({ id }: Process) => mayRun(caller, id);
  const isWhole = filter.search === undefined && filter.visibility === undefined;
  const all =
    isWhole && isFirstPage(context, filter) && items.length >= filter.limit
      ? (await listProcesses(deps, caller, { limit: mostCompared })).items
      : items;
  const first = all.filter(runs).slice(0, filter.limit);
  return [...first, ...items.filter(({ id }) => !first.some((one) => one.id === id))];
}

function isFirstPage(context: RouteContext, { after }: ProcessFilter): boolean {
  return [undefined, "0"].includes(context.query("page")) && after === undefined;
}

/** The most processes of a page that tells of runs. */
export const mostWithStatistics = 100;

/** Puts the process whose id was typed before all others that a search finds, on its first page. */
export async function namedFirst(
  deps: ListDeps,
  context: RouteContext,
  { items, filter }: { readonly items: readonly Process[]; readonly filter: ProcessFilter },
): Promise<readonly Process[]> {
  const id = wordsOf(context);
  if (id === "" || !isFirstPage(context, filter)) return items;
  const named = items.find((process) => process.id === id);
  // Where all that fit stand on this page, it is none of them.
  if (named === undefined && items.length < filter.limit) return items;
  const first = named ?? (await fittingProcess(deps, context, { id, filter }));
  return first === undefined ? items : [first, ...items.filter((process) => process.id !== id)];
}

/** It may stand on a later page of the search by its place in the order. */
async function fittingProcess(
  deps: ListDeps,
  { caller }: RouteContext,
  { id, filter }: { readonly id: string; readonly filter: ProcessFilter },
): Promise<Process | undefined> {
  const { search: { needles = [], provider, owner } = {}, visibility } = filter;
  if ([provider, owner, visibility].some((one) => one !== undefined)) return undefined;
  try {
    const process = await describeProcess(deps, caller, id);
    const { text } = processTexts(process);
    return process.id === id && needles.every((needle) => text.includes(needle)) ? process : undefined;
  } catch (error) {
    if (error instanceof Problem && error.kind === "no-such-process") return undefined;
    throw error;
  }
}

function wordsOf(context: RouteContext): string {
  return context.queries("q").join(" ").trim();
}

/** So many processes are looked through for those that somebody may have meant, and so many are named. */
const mostCompared = 1000;
const mostNamed = 3;

const mostKeywords = 24;

/** Gives what somebody may look at who searched in vain: what may have been meant, how many processes there are, and usual keywords. */
async function insteadOf(deps: ListDeps, { caller }: RouteContext, typed: string) {
  const { items, next } = await listProcesses(deps, caller, { limit: mostCompared });
  const named = items.map(({ id, description: { title, keywords } }) => ({ id, ...defined({ title, keywords }) }));
  const keywords = usualKeywords(named.flatMap((process) => [...new Set(process.keywords)])).slice(0, mostKeywords);
  return {
    near: typed === "" ? [] : nearestProcesses(typed, named).slice(0, mostNamed),
    all: { count: items.length, isMore: next !== undefined, keywords },
  };
}

/** Lists keywords once each, however their letters are written: those that most processes have first. */
function usualKeywords(keywords: readonly string[]): readonly string[] {
  const alike = Map.groupBy(keywords, (keyword) => keyword.toLowerCase());
  return [...alike.values()]
    .toSorted((one, other) => other.length - one.length || (one.join() < other.join() ? -1 : 1))
    .map(([first = ""]) => first);
}

/** So many processes that have some words of a search are shown. */
const mostPartly = 20;

/** Finds what has some words of a search, and all else that it asks for; those with the most words first. */
async function partlyFound(
  deps: ListDeps,
  { caller }: RouteContext,
  { typed, filter }: { readonly typed: string; readonly filter: ProcessFilter },
) {
  const { search: { needles = [], ...others } = {}, visibility } = filter;
  const search = { ...others, needles: needles.filter(isOfKeyword) };
  const { items } = await listProcesses(deps, caller, { limit: mostCompared, search, ...defined({ visibility }) });
  return partlyFitting(typed, items, (process) => processTexts(process).text).slice(0, mostPartly);
}

type Listed = { readonly items: readonly Process[]; readonly filter: ProcessFilter };

/** Gives what the page of the list shows: figures of runs to whoever may see them, for as many as are read in a moment. */
export async function listView(deps: ListDeps, context: RouteContext, { items, filter }: Listed) {
  const { caller } = context;
  const seesRuns = caller !== undefined && mayDo(caller, "read-own-jobs") && items.length <= mostWithStatistics;
  const rowOf = async (process: Process) => {
    const { title, version, keywords, description } = process.description;
    const statistics = seesRuns ? await processStatistics(deps, caller, process.id) : undefined;
    return {
      id: process.id,
      origin: originOf(process),
      ...(isHeld(caller) && !mayRun(caller, process.id) ? { isRefused: true } : {}),
      ...defined({ cannotRun: await deps.findObstacle?.(process) }),
      ...defined({ title, version, keywords, description }),
      ...defined({
        runs: statistics?.runs,
        since: statistics?.since,
        successRate: statistics?.successRate,
        medianSeconds: statistics?.medianSeconds,
        fromCache: statistics?.fromCache,
      }),
    };
  };
  const processes = await inTurn(items, rowOf);
  const mayDeploy = caller !== undefined && mayDo(caller, "deploy");
  const [q, keyword] = [wordsOf(context), context.queries("keyword").join(",")];
  const isInVain = items.length === 0 && filter.after === undefined && (q !== "" || keyword !== "");
  const instead = isInVain ? await insteadOf(deps, context, q) : {};
  const partly = isInVain ? await partlyFound(deps, context, { typed: q, filter }) : [];
  const some = await inTurn(partly, async ({ item, has }) => ({ ...(await rowOf(item)), has }));
  const providers = items.length === 0 && caller !== undefined ? await providerIds(deps, caller) : [];
  const removed = mayDeploy ? await removedProcesses(deps, caller) : [];
  const whose = seesRuns ? await runsSeen(deps, caller) : "all";
  return { processes, some, q, keyword, mayDeploy, whose, ...instead, providers, removed };
}

/** Tells whose runs the figures of a list are about. */
async function runsSeen(deps: ListDeps, caller: Principal): Promise<"all" | "some" | "own"> {
  if (mayDo(caller, "read-all-jobs")) return "all";
  return (await seesOthers(deps, caller)) ? "some" : "own";
}

/** Names where a process comes from. */
function originOf({ definition }: Process): string {
  switch (definition.kind) {
    case "builtin":
      return "built-in";
    case "cwl":
      return "package";
    case "remote":
      return definition.providerId === undefined ? "another server" : `provider ${definition.providerId}`;
    default:
      return definition satisfies never;
  }
}

/** Makes something of each item, one after the other. */
export async function inTurn<Item, Made>(items: readonly Item[], make: (item: Item) => Promise<Made>): Promise<Made[]> {
  const made: Made[] = [];
  for (const item of items) made.push(await make(item));
  return made;
}
