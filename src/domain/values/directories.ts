import type { DirectoryFile, DirectoryResult } from "./values.ts";

/** The files that lead readers of STAC to all others, the first one found (OGC 20-089 7; STAC, Catalog and Collection). */
const catalogNames = ["catalog.json", "collection.json"] as const;

/** Tells whether a name at the top of a directory is that of a STAC catalogue or collection. */
export function isCatalogName(name: string): boolean {
  return catalogNames.some((known) => known === name);
}

/** Finds the STAC catalogue or collection at the top of a published directory. */
export function catalogOf({ files }: Pick<DirectoryResult, "files">): DirectoryFile | undefined {
  return catalogNames.flatMap((name) => files.find(({ path }) => path === name) ?? [])[0];
}

/** Returns the reference of a file of a published directory, percent-encoded as that of the directory. */
export function referenceInside({ reference }: Pick<DirectoryResult, "reference">, path: string): string {
  return `${reference}${path.split("/").map(encodeURIComponent).join("/")}`;
}

/** Returns the part of a published directory that lies below one of its own directories (with a slash at the end, or empty). */
export function directoryBelow(directory: DirectoryResult, below: string): DirectoryResult {
  if (below === "") return directory;
  const files = directory.files.filter(({ path }) => path.startsWith(below));
  return {
    ...directory,
    reference: referenceInside(directory, below),
    basename: below.split("/").at(-2) ?? directory.basename,
    files: files.map((file) => ({ ...file, path: file.path.slice(below.length) })),
  };
}

/** Returns how many bytes the files of a published directory hold. */
export function directoryBytes({ files }: Pick<DirectoryResult, "files">): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
