import { defined } from "../../../domain/defined.ts";
import type { FilesInside, ResultItem } from "../../../domain/documents/result-view.ts";
import { Problem } from "../../../domain/problem.ts";
import { referenceInside } from "../../../domain/values/directories.ts";
import type { DirectoryFile, DirectoryResult } from "../../../domain/values/values.ts";
import { type FilePlace, fileItem, type ViewDeps } from "./file-view.ts";
import { isLookedAt, lookRank } from "./result-preview.ts";

/** How many files of one directory a page shows from inside. */
const maxShown = 4;

/** Returns the address of one file on the page that lists its directory, of which `listing` is the address with its query. */
export function lookInside(listing: string, path: string): string {
  return `${listing}&look=${encodeURIComponent(path)}#look`;
}

/**
 * Makes what a person looks at of the first files of a directory that a page can show, pictures and maps before text. Where they stand
 * on another page than the listing, each leads to itself there.
 */
export async function viewsInside(
  deps: ViewDeps,
  directory: DirectoryResult,
  place: FilePlace & { readonly listing?: string },
  except?: string,
): Promise<FilesInside> {
  const shown = directory.files
    .filter((file) => file.path !== except && isLookedAt(file))
    .toSorted((one, other) => lookRank(one.mediaType) - lookRank(other.mediaType))
    .slice(0, maxShown);
  const { listing } = place;
  const items = await Promise.all(
    shown.map(async (file) => ({
      ...(await viewOf(deps, directory, file, place)),
      ...(listing === undefined ? {} : { look: lookInside(listing, file.path) }),
    })),
  );
  return { items, others: directory.files.length - items.length };
}

/** Makes what a person looks at of one file of a directory. Throws `invalid-query-parameter-value` where it has none of this path. */
export function viewInside(
  deps: ViewDeps,
  directory: DirectoryResult,
  path: string,
  place: FilePlace,
): Promise<ResultItem> {
  const file = directory.files.find((one) => one.path === path);
  if (file !== undefined) return viewOf(deps, directory, file, place);
  const detail = `Cannot show a file of directory "${directory.basename}": found look "${path}", wanted the path of one of its files`;
  throw new Problem("invalid-query-parameter-value", detail);
}

function viewOf(
  deps: ViewDeps,
  directory: DirectoryResult,
  { path, mediaType, sizeBytes, sha256 }: DirectoryFile,
  place: FilePlace,
): Promise<ResultItem> {
  const reference = referenceInside(directory, path);
  const file = { kind: "file", reference, basename: path, mediaType, sizeBytes, ...defined({ sha256 }) } as const;
  return fileItem(deps, file, place, true);
}
