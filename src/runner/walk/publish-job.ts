import { realpath } from "node:fs/promises";
import { clientOf, clientWords } from "../../domain/people/access.ts";
import { isJsonObject } from "../../domain/values/json.ts";
import { makeResultsRelative } from "../../domain/values/results.ts";
import { type OutputValues, type PreparedInputs, preparedLeaves, type Results } from "../../domain/values/values.ts";
import { ifExists } from "../../files/disk/file-errors.ts";
import { digestOutputs } from "../../files/jobs/digest-outputs.ts";
import { keepValue } from "../../files/jobs/kept-values.ts";
import { isLargerThanDisk, measureOutputs } from "../../files/jobs/measure-outputs.ts";
import { type OutputPlan, planOutputs } from "../../files/jobs/output-plan.ts";
import { linkOutputs, publishOutputs } from "../../files/jobs/publish-outputs.ts";
import { executionWorkDirectory, isInside } from "../../files/layout.ts";
import { executionIdsOf } from "../../store/jobs/executions.ts";
import { usageOf } from "../../store/jobs/usage.ts";
import { patiently } from "../care/patiently.ts";
import { type ExecuteDeps, RunFailed } from "../queue/claim.ts";
import type { JobWalk } from "./job-walk.ts";

/** Plans where the outputs of a job go. */
export async function planJob(deps: ExecuteDeps, given: PreparedInputs, outputs: OutputValues): Promise<OutputPlan> {
  const { job, executionId } = deps.claim;
  const inputs = await realInputPaths(given);
  const kept = await keptWorkDirectories(deps);
  const isInput = (path: string) =>
    inputs.files.has(path) || [...inputs.directories, ...kept].some((directory) => isInside(directory, path));
  return planOutputs(deps.layout, { jobId: job.id, executionId, outputs, isInput });
}

/** A tool may hand an input on as an output. */
async function realInputPaths(
  inputs: PreparedInputs,
): Promise<{ readonly files: ReadonlySet<string>; readonly directories: readonly string[] }> {
  const items = Object.values(inputs).flat().flatMap(preparedLeaves);
  const files = items.flatMap((item) => (item.kind === "file" ? [item, ...(item.secondaryFiles ?? [])] : []));
  const directories = items.flatMap((item) => (item.kind === "directory" ? [item.path] : []));
  return {
    files: new Set(await Promise.all(files.map((file) => realpath(file.path)))),
    directories: await Promise.all(directories.map((path) => realpath(path))),
  };
}

/** Steps that a retry kept left their files in the scratch of earlier executions of the same job. */
async function keptWorkDirectories({ database, layout, claim }: ExecuteDeps): Promise<readonly string[]> {
  if (claim.job.resumeFrom === undefined) return [];
  const ids = await executionIdsOf(database, claim.job.id);
  const found = await Promise.all(ids.map((id) => ifExists(realpath(executionWorkDirectory(layout, id)))));
  return found.filter((directory) => directory !== undefined);
}

/** Tells whether a job has files: then its log, and what it publishes, are mapped at its end. */
export function hasFiles({ isBuffered, settings, claim }: ExecuteDeps): boolean {
  return isBuffered(claim.job) || settings.jobFiles === "always";
}

/**
 * Publishes the outputs, makes the references relative and gives the results; repeatable after a crash, by the plan that is
 * recorded before anything is moved. Where the outputs can be collected again (`collectsAgain`), nothing is moved, and
 * the job's end is the next write.
 */
export async function publishJob(
  deps: ExecuteDeps,
  walk: JobWalk,
  plan: OutputPlan,
  how: "planned" | "unplanned" | "collectsAgain",
): Promise<Results> {
  const neverFits = () => isLargerThanDisk(deps.layout, plan);
  const options = { leavesTop: hasFiles(deps) };
  const link = () => linkOutputs(deps.layout, plan, options);
  const linked = how === "collectsAgain" ? await patiently(deps, walk, link, neverFits) : undefined;
  if (linked === undefined) {
    if (how !== "planned") await recordPlan(deps, walk, plan);
    await patiently(deps, walk, () => publishOutputs(deps.layout, plan, options), neverFits);
  }
  await refuseOutputs(deps);
  const results = await patiently(deps, walk, () => digestOutputs(deps.layout, plan, deps.signal, linked));
  return makeResultsRelative(results, deps.settings);
}

async function recordPlan({ layout, claim }: ExecuteDeps, walk: JobWalk, plan: OutputPlan): Promise<void> {
  const held = await keepValue(layout, claim.executionId, "plan", plan);
  await walk.commit({ outputPlan: isJsonObject(held) ? held : {} });
}

/** What does not fit into the client's share of the disk is not kept. */
async function refuseOutputs(deps: ExecuteDeps): Promise<void> {
  const { quotaOutputBytes: limit } = deps.settings;
  if (limit === undefined) return;
  const client = clientOf(deps.claim.job);
  const { outputBytes: used } = await usageOf(deps.database, client);
  const bytes = await measureOutputs(deps.layout, [deps.claim.executionId]);
  if (used + bytes <= limit) return;
  const found = `${used} bytes of outputs of ${clientWords(client)} and ${bytes} more`;
  throw new RunFailed({
    message: `Cannot keep the outputs: found ${found}, wanted at most ${limit} (quota-output-bytes)`,
  });
}
