import type { JobGroup } from "../../domain/documents/job.ts";
import type { Job } from "../../domain/jobs/job.ts";
import { Problem } from "../../domain/problem.ts";
import type { RouteContext } from "../route.ts";

/** What jobs are grouped by in the words of Weaver's clients; both `provider` and `service` are the provider. */
const keys = {
  process: (job: Job) => job.processId,
  provider: (job: Job) => job.providerId ?? null,
  service: (job: Job) => job.providerId ?? null,
  status: (job: Job) => job.status,
} as const satisfies Readonly<Record<string, (job: Job) => string | null>>;
type GroupKey = keyof typeof keys;
const keyNames = Object.keys(keys);

/** How a list of jobs is shown. */
export type JobListForm = {
  /** Ids instead of status documents. */
  readonly onlyIds: boolean;
  /** The jobs of the page are parted by these; none when undefined. */
  readonly groups: readonly GroupKey[] | undefined;
};

/** Reads `detail` and `groups`. Throws `invalid-query-parameter-value`. */
export function jobListForm(context: Pick<RouteContext, "query" | "queries">): JobListForm {
  const detail = context.query("detail")?.toLowerCase();
  if (detail !== undefined && detail !== "true" && detail !== "false") {
    throw refuse(`detail "${detail.slice(0, 80)}"`, "true or false");
  }
  return { onlyIds: detail === "false", groups: groupsOf(context) };
}

function groupsOf({ queries }: Pick<RouteContext, "queries">): readonly GroupKey[] | undefined {
  const names = [...new Set(queries("groups").flatMap((text) => text.split(",")))].map((name) => name.trim());
  const given = names.filter((name) => name !== "" && name.toLowerCase() !== "false");
  if (given.length === 0) return undefined;
  return given.map((name) => {
    if (name.toLowerCase() === "true") return "process";
    if (isKey(name)) return name;
    throw refuse(`groups "${name.slice(0, 80)}"`, `true, or some of ${keyNames.join(", ")}`);
  });
}

function isKey(name: string): name is GroupKey {
  return keyNames.includes(name);
}

function refuse(found: string, wanted: string): Problem {
  return new Problem("invalid-query-parameter-value", `Cannot list jobs: found ${found}, wanted ${wanted}`);
}

/** Parts the jobs of a page, each shown as one of `shown`; groups stand in the order of their first jobs. */
export function groupJobs<Shown>(
  jobs: readonly Job[],
  shown: readonly Shown[],
  names: readonly GroupKey[],
): readonly JobGroup<Shown>[] {
  const groups = new Map<string, { category: Readonly<Record<string, string | null>>; jobs: Shown[] }>();
  for (const [index, job] of jobs.entries()) {
    const category = Object.fromEntries(names.map((name) => [name, keys[name](job)]));
    const key = JSON.stringify(category);
    const group = groups.get(key) ?? { category, jobs: [] };
    const one = shown[index];
    if (one !== undefined) group.jobs.push(one);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ category, jobs: own }) => ({ category, count: own.length, jobs: own }));
}
