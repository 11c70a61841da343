import { defined } from "../../domain/defined.ts";
import type { Job } from "../../domain/jobs/job.ts";
import type { Principal } from "../../domain/people/access.ts";
import { directoryBelow, referenceInside } from "../../domain/values/directories.ts";
import type { DirectoryResult, Result } from "../../domain/values/values.ts";
import { type ZipEntry, zipStream } from "../../files/archives/zip-stream.ts";
import { openOutput } from "../../files/jobs/outputs.ts";
import type { Layout } from "../../files/layout.ts";
import { findOutputJob, type ReadResultsDeps, resultsWithValues } from "./read-results.ts";

/** A published directory, or one inside it, with the job that made it. */
type FoundDirectory = { readonly job: Job; readonly directory: DirectoryResult };

/**
 * Finds a published directory by its path below the outputs path, without a slash at the end. Undefined when there is none.
 * Throws `not-found` for what belongs to someone else.
 */
export async function findOutputDirectory(
  deps: Pick<ReadResultsDeps, "database" | "layout">,
  principal: Principal,
  segments: readonly string[],
): Promise<FoundDirectory | undefined> {
  const job = await findOutputJob(deps, principal, segments);
  const [, outputId = "", ...names] = segments;
  if (job.status !== "successful" || names.length === 0) return undefined;
  const results = await resultsWithValues(deps, job.id);
  const result = Object.hasOwn(results, outputId) ? results[outputId] : undefined;
  if (result === undefined) return undefined;
  const wanted = `${[outputId, ...names].map(encodeURIComponent).join("/")}/`;
  const whole = directoriesOf(result).find(({ reference }) => wanted.startsWith(pathBelowJob(reference)));
  if (whole === undefined) return undefined;
  const below = decodeURIComponent(wanted.slice(pathBelowJob(whole.reference).length));
  const directory = directoryBelow(whole, below);
  return below !== "" && directory.files.length === 0 ? undefined : { job, directory };
}

/** Lists the published directories of a result. */
export function directoriesOf(result: Result): readonly DirectoryResult[] {
  switch (result.kind) {
    case "directory":
      return [result];
    case "list":
      return result.items.flatMap(directoriesOf);
    case "record":
      return Object.values(result.members).flatMap(directoriesOf);
    case "value":
    case "link":
    case "file":
      return [];
    default:
      return result satisfies never;
  }
}

/** References begin with the job; its executions have the same names below them. */
function pathBelowJob(reference: string): string {
  return reference.split("/").slice(2).join("/");
}

/** Packs a published directory as a zip archive while it is read; entries have the time `at` (milliseconds since 1970). A file that is gone ends the stream with an error. */
export function zipDirectory(layout: Layout, directory: DirectoryResult, at?: number): ReadableStream<Uint8Array> {
  return zipStream(directoryEntries(layout, directory, directory.basename), defined({ at }));
}

/** Lists the files of a published directory as entries of an archive, below a name. */
export function directoryEntries(layout: Layout, directory: DirectoryResult, name: string): readonly ZipEntry[] {
  return directory.files.map(({ path, sizeBytes }): ZipEntry => {
    const reference = referenceInside(directory, path);
    const below = reference.split("/").slice(1).map(decodeURIComponent).join("/");
    return {
      name: `${name}/${path}`,
      sizeBytes,
      open: async () => (await openOutput(layout, below))?.path,
    };
  });
}
