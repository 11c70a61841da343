import { defined } from "../../../domain/defined.ts";
import { beginOfPeriod, type RunPeriod } from "../../../domain/figures/run-period.ts";
import { mayDo, type Principal } from "../../../domain/people/access.ts";
import type { Process } from "../../../domain/processes/process.ts";
import { seesOthers } from "../../../operations/jobs/job-people.ts";
import type { ListDeps } from "../../../operations/jobs/list-jobs.ts";
import { periodFigures } from "../../../operations/processes/period-figures.ts";
import { dismissedRuns, ownerFigures, processStatistics } from "../../../operations/processes/process-statistics.ts";
import type { RunFigures } from "../../../pages/processes/run-figures.tsx";
import type { RouteContext } from "../../route.ts";

/** Reads how the last runs of a process of this service ended, of those that the caller may see, or of all for who looks after the process; undefined for who may see none. Those of a period stand beside where one is asked for. */
export async function readRunFigures(
  deps: ListDeps,
  { caller }: Pick<RouteContext, "caller">,
  id: string,
  { period, current }: { readonly period?: RunPeriod | undefined; readonly current?: Process } = {},
): Promise<RunFigures | undefined> {
  if (caller === undefined || !mayDo(caller, "read-own-jobs")) return undefined;
  const seesAll = mayDo(caller, "read-all-jobs");
  const ofOwner = seesAll ? undefined : await ownerFigures(deps, caller, id);
  const figures = ofOwner ?? (await processStatistics(deps, caller, id));
  const { runs, failed, lastFailed, since, successRate, medianSeconds, fromCache } = figures;
  const ofCurrent = current === undefined ? undefined : ofCurrentVersion(current, figures.revisions);
  const isOfSome = !seesAll && ofOwner === undefined && (await seesOthers(deps, caller));
  const whose = seesAll ? "all" : ofOwner !== undefined ? "owner" : isOfSome ? "some" : "own";
  // Of everybody's runs, who looks after a process is told figures of those that ended by themselves only.
  const isCounted = since !== undefined && ofOwner === undefined;
  const dismissed = isCounted ? await dismissedRuns(deps, caller, { processId: id, since }) : 0;
  const ofPeriod = period === undefined ? undefined : await periodOf(deps, caller, { processId: id, seesAll, period });
  const told = { period: ofPeriod, lastFailed, since, successRate, medianSeconds, fromCache, ofCurrent };
  return { id, runs, failed, whose, dismissed, ...defined(told) };
}

/** Counts how many runs were of the version that a process has now; undefined where all were. */
function ofCurrentVersion(
  { revision, description: { version } }: Process,
  revisions: readonly string[],
): RunFigures["ofCurrent"] {
  const runs = revisions.filter((one) => one === revision).length;
  return runs === revisions.length ? undefined : { version, runs };
}

async function periodOf(
  deps: ListDeps,
  caller: Principal,
  { period, ...of }: { readonly processId: string; readonly seesAll: boolean; readonly period: RunPeriod },
): Promise<RunFigures["period"]> {
  const since = beginOfPeriod(period, deps.clock.now());
  return { name: period, ...(await periodFigures(deps, caller, { ...of, ...defined({ since }) })) };
}
