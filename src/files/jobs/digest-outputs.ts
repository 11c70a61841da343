import { createHash } from "node:crypto";
import { join } from "node:path";
import type { DirectoryResult, FileResult, Result, Results } from "../../domain/values/values.ts";
import { openRegular, readPart } from "../disk/open-regular.ts";
import type { Layout } from "../layout.ts";
import type { OutputPlan } from "./output-plan.ts";

/** Files that are read at once. */
const filesAtOnce = 2;
/** Small on purpose: between two of them whoever else asks for something has a turn. */
const pieceBytes = 256 * 1024;

/**
 * Gives the results of a plan that was published with the SHA-256 digest of each file. What was known already, as its bytes
 * passed through our hands, is not read again; `known` are digests by target. Nothing is changed, so it may be called again
 * after a crash.
 */
export async function digestOutputs(
  layout: Layout,
  plan: OutputPlan,
  signal: AbortSignal,
  known: ReadonlyMap<string, string> = new Map(),
): Promise<Results> {
  const results = Object.values(plan.results);
  const wanted = new Set(results.flatMap(pathsWithoutDigest));
  const digests = new Map<string, string>();
  const queue = plan.moves.values();
  await Promise.all(
    Array.from({ length: filesAtOnce }, async () => {
      for (const { target } of queue) {
        const below = target.slice(target.indexOf("/") + 1);
        if (!wanted.has(below)) continue;
        digests.set(below, known.get(target) ?? (await digestFile(join(layout.outputsDirectory, target), signal)));
      }
    }),
  );
  return Object.fromEntries(Object.entries(plan.results).map(([id, result]) => [id, withDigests(result, digests)]));
}

/** Execution and job have directories of their own, below which the names are the same. */
function pathBelow(reference: string): string {
  return reference.split("/").slice(2).map(decodeURIComponent).join("/");
}

function pathsWithoutDigest(result: Result): readonly string[] {
  switch (result.kind) {
    case "list":
      return result.items.flatMap(pathsWithoutDigest);
    case "record":
      return Object.values(result.members).flatMap(pathsWithoutDigest);
    case "file": {
      const own = result.sha256 === undefined ? [pathBelow(result.reference)] : [];
      return [...own, ...(result.secondaryFiles ?? []).flatMap(pathsWithoutDigest)];
    }
    case "directory":
      return result.files.map(({ path }) => `${pathBelow(result.reference)}${path}`);
    case "value":
    case "link":
      return [];
    default:
      return result satisfies never;
  }
}

/** Computes the SHA-256 digest of a regular file, hexadecimal; between its pieces others have their turn. */
export async function digestFile(path: string, signal: AbortSignal): Promise<string> {
  await using file = await openRegular(path);
  const hash = createHash("sha256");
  const { size } = file.facts;
  for (let at = 0; ; ) {
    signal.throwIfAborted();
    const piece = await readPart(file.handle, at, at < size ? Math.min(pieceBytes, size - at) : pieceBytes);
    hash.update(piece);
    at += piece.byteLength;
    // Some file systems tell no size.
    if (piece.byteLength === 0 || at === size) return hash.digest("hex");
  }
}

function withDigests(result: Result, digests: ReadonlyMap<string, string>): Result {
  switch (result.kind) {
    case "list":
      return { ...result, items: result.items.map((item) => withDigests(item, digests)) };
    case "record": {
      const members = Object.entries(result.members).map(([name, one]) => [name, withDigests(one, digests)] as const);
      return { ...result, members: Object.fromEntries(members) };
    }
    case "file":
      return withDigest(result, digests);
    case "directory":
      return withDigestsInside(result, digests);
    case "value":
    case "link":
      return result;
    default:
      return result satisfies never;
  }
}

function withDigestsInside(directory: DirectoryResult, digests: ReadonlyMap<string, string>): DirectoryResult {
  const below = pathBelow(directory.reference);
  const files = directory.files.map((file) => {
    const sha256 = digests.get(`${below}${file.path}`);
    return sha256 === undefined ? file : { ...file, sha256 };
  });
  return { ...directory, files };
}

function withDigest(file: FileResult, digests: ReadonlyMap<string, string>): FileResult {
  const sha256 = file.sha256 ?? digests.get(pathBelow(file.reference));
  const { secondaryFiles } = file;
  return {
    ...file,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(secondaryFiles === undefined ? {} : { secondaryFiles: secondaryFiles.map((one) => withDigest(one, digests)) }),
  };
}
