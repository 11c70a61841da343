import { defined } from "../../domain/defined.ts";
import type { JobView } from "../../domain/documents/job-view.ts";
import type { Job } from "../../domain/jobs/job.ts";
import { isFinished } from "../../domain/jobs/job-state.ts";
import type { TaskFacts } from "../../domain/jobs/provenance.ts";

/** So many different programs are named. */
const mostNamed = 20;

/**
 * Sums up what the tools of an ended job ran in: the images, each by its name and digest, and the programs that ran in none, by the
 * first words of their commands. Undefined before its end, and where no tool ran here.
 */
export function programsOf({ status }: Pick<Job, "status">, tasks: readonly TaskFacts[]): JobView["programs"] {
  if (!isFinished(status)) return undefined;
  const tools = tasks.filter(({ kind, isCached }) => kind === "tool" && isCached !== true);
  if (tools.length === 0) return undefined;
  const images = tools.flatMap(({ image }) =>
    image === undefined ? [] : [image.digest === undefined ? image.name : `${image.name} (${image.digest})`],
  );
  const own = tools
    .filter(({ image }) => image === undefined)
    .flatMap(({ command: [name] = [], software, unusedImage }) =>
      name === undefined ? [] : [{ name, ...defined({ software, unusedImage }) }],
    );
  const different = new Map(own.map((program) => [JSON.stringify(program), program]));
  return {
    images: [...new Set(images)].toSorted(),
    isOwn: images.length < tools.length,
    named: [...different.values()].slice(0, mostNamed),
  };
}
