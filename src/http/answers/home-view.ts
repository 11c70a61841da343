import { mayDo, type Principal } from "../../domain/access.ts";
import { defined } from "../../domain/defined.ts";
import type { HomeView } from "../../domain/documents/landing.ts";
import { processUrl } from "../../domain/links.ts";
import type { ServiceIdentity } from "../../domain/service-identity.ts";
import { seesOthers, usersOf } from "../../operations/job-people.ts";
import { type ListDeps, listJobs } from "../../operations/list-jobs.ts";
import { readQueue } from "../../operations/read-queue.ts";
import { readListedProcesses } from "../../operations/read-ran-process.ts";
import type { RouteContext } from "../route.ts";
import { statusDocument } from "./status-document.ts";

export type HomeDeps = ListDeps &
  Parameters<typeof readListedProcesses>[0] & {
    /** How many tools run at once. */
    readonly toolSlots?: number;
  };

const shownJobs = 10;

/** Reads what the home page shows besides what the service says of itself. */
export async function readHomeView(
  deps: HomeDeps,
  { baseUrl, caller }: Pick<RouteContext, "baseUrl" | "caller">,
  { termsUrl, logoUrl }: ServiceIdentity,
): Promise<HomeView> {
  const known = {
    curl: curlLine(baseUrl, caller),
    mayExecute: caller === undefined || mayDo(caller, "execute"),
    mayDeploy: caller === undefined || mayDo(caller, "deploy"),
    ...defined({ termsUrl, logoUrl }),
  };
  if (caller === undefined) return known;
  const queue = await readQueue(deps, caller);
  const { items } = await listJobs(deps, caller, { limit: shownJobs });
  return {
    ...known,
    seesSystem: mayDo(caller, "read-system"),
    seesAllJobs: mayDo(caller, "read-all-jobs"),
    jobs: items.map((job) => statusDocument(job, baseUrl)),
    ...(await readListedProcesses(deps, caller, items)),
    ...((await seesOthers(deps, caller)) ? { users: usersOf(items) } : {}),
    ...(queue === undefined ? {} : { queue: { ...queue, ...defined({ slots: deps.toolSlots }) } }),
  };
}

/** Words a command that executes the built-in process. Who has no key to name needs none. */
function curlLine(baseUrl: string, caller: Principal | undefined): string {
  const isOpen = caller !== undefined && caller.user === undefined;
  const key = isOpen ? "" : ' -H "Authorization: Bearer $HEDDLE_KEY"';
  const url = quoted(`${processUrl(baseUrl, "echo")}/execution`);
  return `curl ${url}${key} -H 'Content-Type: application/json' -d '{"inputs": {"text": "hello"}}'`;
}

/** Quotes a word for a shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
