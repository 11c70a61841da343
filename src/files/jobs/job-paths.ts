import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { hasCode } from "../disk/file-errors.ts";
import type { Layout } from "../layout.ts";

/** Words a text about a job without the places of the server. */
export type JobPaths = (text: string) => string;

/**
 * Makes the one place where paths in what is told of a job lose where the server keeps them: what lies in the job's own
 * scratch is named from there on, outputs and uploads by what they are. With `hidesData` anything else of the data directory
 * is named from that on; without it, who named such a path is told it as it was named.
 */
export function createJobPaths(
  layout: Layout,
  executionId: string,
  { hidesData }: { readonly hidesData: boolean },
): JobPaths {
  let replacements: readonly (readonly [RegExp, string])[] | undefined;
  return (text) => {
    if (!text.includes("/")) return text;
    replacements ??= replacementsOf(layout, executionId, hidesData);
    return replacements.reduce((told, [place, words]) => told.replaceAll(place, words), text);
  };
}

function replacementsOf(
  layout: Layout,
  executionId: string,
  hidesData: boolean,
): readonly (readonly [RegExp, string])[] {
  const { workDirectory, outputsDirectory, vaultDirectory, dataDirectory } = layout;
  const named = [
    [`${workDirectory}/${executionId}`, ""],
    [workDirectory, "work/"],
    [`${outputsDirectory}/${executionId}`, "outputs/"],
    [outputsDirectory, "outputs/"],
    [vaultDirectory, "uploads/"],
    ...(hidesData ? [[dataDirectory, "data/"] as const] : []),
  ] as const;
  return named.flatMap(([path, words]) =>
    // Inside a sandbox paths are what they are outside, but a link on the way may have been followed.
    [...new Set([path, realPath(path)])].map((place) => [expressionOf(place), words] as const),
  );
}

/** The place itself, or with a slash what follows; also as the URL of a file. Not the place of a longer name. */
function expressionOf(place: string): RegExp {
  const encoded = place.split("/").map(encodeURIComponent).join("/");
  const places = [...new Set([place, encoded])].map((one) => one.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`(?:file://)?(?:${places.join("|")})(?:/|(?![\\w.-]))`, "g");
}

/** Of what is not there yet, or no more, the place where it would be. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (hasCode(error, "ENOENT", "EACCES", "ENOTDIR")) return join(realPath(dirname(path)), basename(path));
    // A shortage of descriptors, for example: what is told of a job must be worded all the same.
    return path;
  }
}
