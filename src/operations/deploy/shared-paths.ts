import { directoryBelow } from "../../domain/values/directories.ts";
import type { DirectoryResult, Results } from "../../domain/values/values.ts";
import { directoriesOf } from "../results/read-directory.ts";
import { filesOf } from "../results/read-results.ts";

/**
 * Tells whether a path below the outputs path, by its names, is that of a file of some results: a file, one beside it, or one inside of
 * a directory. It counts as the results write it: no other way to the same file is one.
 */
export function isFileOfResults(results: Results, segments: readonly string[]): boolean {
  const wanted = referenceOf(segments);
  return Object.values(results).some((result) => filesOf(result).some(({ reference }) => reference === wanted));
}

/**
 * Finds a directory of some results, or one inside it, by its path below the outputs path, without a slash at the end. Undefined where
 * none of them has it.
 */
export function directoryOfResults(results: Results, segments: readonly string[]): DirectoryResult | undefined {
  const wanted = `${referenceOf(segments)}/`;
  for (const whole of Object.values(results).flatMap(directoriesOf)) {
    if (!wanted.startsWith(whole.reference)) continue;
    const below = decodeURIComponent(wanted.slice(whole.reference.length));
    const directory = directoryBelow(whole, below);
    if (below === "" || directory.files.length > 0) return directory;
  }
  return undefined;
}

/** References are percent-encoded name by name. */
function referenceOf(segments: readonly string[]): string {
  return `/${segments.map(encodeURIComponent).join("/")}`;
}
