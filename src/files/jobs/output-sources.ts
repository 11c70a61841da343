import { lstat, realpath } from "node:fs/promises";
import { join } from "node:path";
import { Problem } from "../../domain/problem.ts";
import type { DirectoryValue, FileValue, MadeDirectory, OutputValue } from "../../domain/values/values.ts";
import { hasCode, ifExists } from "../disk/file-errors.ts";
import { openDirectory } from "../disk/open-regular.ts";
import { isInside, isPlainName } from "../layout.ts";

/** Where a file of an output really lies. */
export type Source = { readonly path: string; readonly sizeBytes: number; readonly linkCount: number };

/** What a directory holds: each file and each directory in it, with the names that lead to it. */
export type Tree = {
  readonly files: readonly { readonly names: readonly string[]; readonly source: Source }[];
  readonly directories: readonly (readonly string[])[];
};

type AnyDirectory = DirectoryValue | MadeDirectory;

/** Where the files of an output lie, and what its directories hold. */
export type Sources = {
  readonly files: ReadonlyMap<FileValue, Source>;
  readonly trees: ReadonlyMap<AnyDirectory, Tree>;
};

/** What outputs may be made of. */
export type Seeking = {
  readonly outputId: string;
  /** Tells whether a real path is of this execution, or one of its inputs. */
  readonly mayPublish: (realPath: string) => boolean;
};

/** How many files are looked for at once. */
const filesAtOnce = 16;

/**
 * Finds where the files of an output really lie, and what its directories hold. Links are followed only to what may be
 * published. Throws `job-failed` for what is missing or is neither file nor directory, `forbidden` for what is not this
 * execution's.
 */
export async function findSources(seeking: Seeking, value: OutputValue): Promise<Sources> {
  const files = new Map<FileValue, Source>();
  const trees = new Map<AnyDirectory, Tree>();
  const queue = leavesOf(value).values();
  await Promise.all(
    Array.from({ length: filesAtOnce }, async () => {
      for (const leaf of queue) {
        if (leaf.kind === "file") files.set(leaf, await findSource(seeking, leaf));
        else trees.set(leaf, await findTree(seeking, leaf));
      }
    }),
  );
  return { files, trees };
}

/** Checks that a name can stand in paths as it is, and in references percent-encoded, which half a surrogate pair cannot be. */
export function checkName(outputId: string, name: string): void {
  if (isPlainName(name) && name.isWellFormed()) return;
  throw new Problem(
    "job-failed",
    `Cannot publish output "${outputId}": found the file name "${name}", wanted one without path characters`,
  );
}

function leavesOf(value: OutputValue): readonly (FileValue | AnyDirectory)[] {
  switch (value.kind) {
    case "list":
      return value.items.flatMap(leavesOf);
    case "record":
      return Object.values(value.members).flatMap(leavesOf);
    case "file":
      return [value, ...(value.secondaryFiles ?? []).flatMap(leavesOf)];
    case "directory":
    case "madeDirectory":
      return [value];
    case "value":
    case "link":
      return [];
    default:
      return value satisfies never;
  }
}

async function findSource({ mayPublish, outputId }: Seeking, file: FileValue): Promise<Source> {
  const path = await ifExists(realpath(file.path));
  if (path === undefined) {
    throw new Problem("job-failed", `Cannot publish output "${outputId}": its file "${file.basename}" does not exist`);
  }
  if (!mayPublish(path)) {
    throw new Problem(
      "forbidden",
      `Cannot publish output "${outputId}": its file "${file.basename}" lies outside the execution's work directory`,
    );
  }
  const found = await lstat(path);
  if (!found.isFile()) {
    throw new Problem("job-failed", `Cannot publish output "${outputId}": "${file.basename}" is not a regular file`);
  }
  return { path, sizeBytes: found.size, linkCount: found.nlink };
}

async function findTree(seeking: Seeking, directory: AnyDirectory): Promise<Tree> {
  if (directory.kind === "madeDirectory") return gatherListing(seeking, directory);
  const walk: Walk = { seeking, directory, files: [], directories: [], left: { entries: maxEntries, links: maxLinks } };
  await walkDirectory(walk, directory.path, []);
  return walk;
}

async function gatherListing(seeking: Seeking, { basename, listing }: MadeDirectory): Promise<Tree> {
  const names = listing.map((item) => item.basename);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw refuse({ seeking, directory: { basename } }, `two of the name "${twice}"`);
  const files: Tree["files"][number][] = [];
  const directories: (readonly string[])[] = [];
  for (const item of listing) {
    checkName(seeking.outputId, item.basename);
    if (item.kind === "file") {
      for (const file of [item, ...(item.secondaryFiles ?? [])]) {
        checkName(seeking.outputId, file.basename);
        files.push({ names: [file.basename], source: await findSource(seeking, file) });
      }
      continue;
    }
    const tree = await findTree(seeking, item);
    directories.push([item.basename], ...tree.directories.map((names) => [item.basename, ...names]));
    for (const file of tree.files) files.push({ ...file, names: [item.basename, ...file.names] });
  }
  return { files, directories };
}

/** More entries than anybody looks through, and deeper ones than most paths may be. */
const maxEntries = 100_000;
const maxDepth = 100;
/** Links to directories can name the same files again and again, doubled at each step. */
const maxLinks = 1000;

type Walk = {
  readonly seeking: Seeking;
  readonly directory: DirectoryValue;
  readonly files: Tree["files"][number][];
  readonly directories: (readonly string[])[];
  readonly left: { entries: number; links: number };
};

async function walkDirectory(walk: Walk, path: string, names: readonly string[]): Promise<void> {
  if (names.length > maxDepth) throw refuse(walk, `more than ${maxDepth} directories in each other`);
  await using open = await openDirectory(path, walk.seeking.mayPublish);
  for (const name of open.names) {
    checkName(walk.seeking.outputId, name);
    walk.left.entries -= 1;
    if (walk.left.entries < 0) throw refuse(walk, `more than ${maxEntries} files and directories`);
    const way = [...names, name];
    const entry = await realEntry(walk, { parent: open.path, way });
    const facts = await lstat(entry);
    if (facts.isDirectory()) {
      if (entry !== join(open.path, name)) walk.left.links -= 1;
      if (walk.left.links < 0) throw refuse(walk, `more than ${maxLinks} links to directories`);
      walk.directories.push(way);
      await walkDirectory(walk, entry, way);
    } else if (facts.isFile()) {
      walk.files.push({ names: way, source: { path: entry, sizeBytes: facts.size, linkCount: facts.nlink } });
    } else throw refuse(walk, `"${way.join("/")}", which is neither a file nor a directory`);
  }
}

/** Where an entry really lies. A link is followed only to what may be published, and never to a directory around itself. */
async function realEntry(
  walk: Walk,
  { parent, way }: { readonly parent: string; readonly way: readonly string[] },
): Promise<string> {
  const path = join(parent, way.at(-1) ?? "");
  const shown = way.join("/");
  const facts = await ifExists(lstat(path));
  if (facts === undefined) throw refuse(walk, `"${shown}", which cannot be opened by its name`);
  if (!facts.isSymbolicLink()) return path;
  const real = await whereLinked(path);
  if (real === undefined) throw refuse(walk, `the link "${shown}", which leads nowhere`);
  if (isInside(real, parent)) throw refuse(walk, `the link "${shown}", which leads to a directory around it`);
  if (!walk.seeking.mayPublish(real)) {
    const found = `found the link "${shown}", which leads out of it, wanted links to what the job itself has`;
    throw new Problem("forbidden", `Cannot publish output "${walk.seeking.outputId}": ${found}`);
  }
  return real;
}

async function whereLinked(path: string): Promise<string | undefined> {
  try {
    return await ifExists(realpath(path));
  } catch (error) {
    if (hasCode(error, "ELOOP", "ENAMETOOLONG", "EACCES")) return undefined;
    throw error;
  }
}

function refuse(
  { seeking, directory }: { readonly seeking: Seeking; readonly directory: { readonly basename: string } },
  found: string,
): Problem {
  const wanted = "wanted files and directories";
  return new Problem(
    "job-failed",
    `Cannot publish output "${seeking.outputId}": found ${found} in directory "${directory.basename}", ${wanted}`,
  );
}
