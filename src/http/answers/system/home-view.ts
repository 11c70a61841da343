import { defined } from "../../../domain/defined.ts";
import type { HomeView } from "../../../domain/documents/landing.ts";
import { processUrl } from "../../../domain/links.ts";
import { mayDo, type Principal } from "../../../domain/people/access.ts";
import type { ServiceIdentity } from "../../../domain/people/service-identity.ts";
import { seesOthers, usersOf } from "../../../operations/jobs/job-people.ts";
import { type ListDeps, listJobs } from "../../../operations/jobs/list-jobs.ts";
import { mayRun } from "../../../operations/people/guard.ts";
import { listProcesses } from "../../../operations/processes/describe-processes.ts";
import { readListedProcesses } from "../../../operations/runs/read-ran-process.ts";
import { readQueue } from "../../../operations/system/read-queue.ts";
import { curlText } from "../../../pages/form/uses/shell.ts";
import { withoutMadeUp } from "../../../pages/form/uses/used-files.ts";
import { exampleRequest } from "../../openapi/example-request.ts";
import { isSample } from "../../openapi/sample-files.ts";
import type { RouteContext } from "../../route.ts";
import { statusDocument } from "../jobs/status-document.ts";

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
    ...defined({ curl: await curlLine(deps, baseUrl, caller), onlyProcesses: caller?.scope?.processes }),
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

/** So many processes are looked through for one that the reader may run. */
const mostTried = 1000;

/** Words a command that executes a process that the reader may run: the built-in one, or else one that needs no files if there is one. */
async function curlLine(deps: HomeDeps, baseUrl: string, caller: Principal | undefined): Promise<string | undefined> {
  if (caller === undefined || mayRun(caller, "echo")) return echoLine(baseUrl, caller);
  if (!mayDo(caller, "execute")) return undefined;
  const { items } = await listProcesses(deps, caller, { limit: mostTried });
  const examples = items
    .filter(({ id }) => mayRun(caller, id))
    .map(({ id, description }) => ({ id, ...withoutMadeUp(exampleRequest(description), isSample) }));
  const example = examples.find(({ files }) => files.length === 0) ?? examples[0];
  if (example === undefined) return undefined;
  const { id: name, request, files } = example;
  return curlText({ baseUrl, name, needsKey: caller.user !== undefined, request, files });
}

/** Words a command that executes the built-in process. Who has no key to name needs none. */
function echoLine(baseUrl: string, caller: Principal | undefined): string {
  const isOpen = caller !== undefined && caller.user === undefined;
  const key = isOpen ? "" : ' -H "Authorization: Bearer $HEDDLE_KEY"';
  const url = quoted(`${processUrl(baseUrl, "echo")}/execution`);
  return `curl ${url}${key} -H 'Content-Type: application/json' -d '{"inputs": {"text": "hello"}}'`;
}

/** Quotes a word for a shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
