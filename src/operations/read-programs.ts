import type { JobView } from "../domain/documents/job-view.ts";
import type { Job } from "../domain/job.ts";
import { isFinished } from "../domain/job-state.ts";
import { tasksOf } from "./read-provenance.ts";

/**
 * Reads what the tools of an ended job ran in: the images, each by its name and digest, and whether some ran in none. Undefined
 * before its end, and where no tool ran here.
 */
export async function readPrograms(
  deps: Parameters<typeof tasksOf>[0],
  { status, executionId }: Pick<Job, "status" | "executionId">,
): Promise<JobView["programs"]> {
  if (executionId === undefined || !isFinished(status)) return undefined;
  const tools = (await tasksOf(deps, executionId)).filter(({ kind, isCached }) => kind === "tool" && isCached !== true);
  if (tools.length === 0) return undefined;
  const images = tools.flatMap(({ image }) =>
    image === undefined ? [] : [image.digest === undefined ? image.name : `${image.name} (${image.digest})`],
  );
  return { images: [...new Set(images)].toSorted(), isOwn: images.length < tools.length };
}
