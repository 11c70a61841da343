import { mayDo } from "../../domain/access.ts";
import { defined } from "../../domain/defined.ts";
import { seesOthers } from "../../operations/job-people.ts";
import type { ListDeps } from "../../operations/list-jobs.ts";
import { processStatistics } from "../../operations/process-statistics.ts";
import type { RunFigures } from "../../pages/run-figures.tsx";
import type { RouteContext } from "../route.ts";

/** Reads how the last runs of a process of this service ended, of those that the caller may see; undefined for who may see none. */
export async function readRunFigures(
  deps: ListDeps,
  { caller }: Pick<RouteContext, "caller">,
  id: string,
): Promise<RunFigures | undefined> {
  if (caller === undefined || !mayDo(caller, "read-own-jobs")) return undefined;
  const { runs, successRate, medianSeconds, fromCache } = await processStatistics(deps, caller, id);
  const whose = mayDo(caller, "read-all-jobs") ? "all" : (await seesOthers(deps, caller)) ? "some" : "own";
  return { id, runs, whose, ...defined({ successRate, medianSeconds, fromCache }) };
}
