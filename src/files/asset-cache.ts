import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { copyFile, link, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { defined } from "../domain/defined.ts";
import { shortageOf } from "../domain/figures/shortage.ts";
import { hasCode, ifExists } from "./disk/file-errors.ts";
import { directoryMode, fileMode } from "./layout.ts";
import { markUsed, partialEntry } from "./step-cache.ts";

/** A file that was fetched before, and is kept to be used again. */
export type KeptAsset = {
  readonly entry: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** What it was called when it came from this address; unknown when it came from another one. */
  readonly name?: string;
};

/** How a file is known again: by its digest for the client that had it, by address and strong entity tag for everybody. */
export type AssetNames = { readonly url: string; readonly sha256?: string; readonly etag?: string };

/** A file as it came. */
export type FetchedAsset = AssetNames & { readonly path: string; readonly name: string; readonly sha256: string };

/** Files that jobs fetched, shared between them as copies: what one tool does to its own, no other sees. */
export type AssetCache = {
  /** Finds a file by what is known of it before it is fetched. */
  find(names: AssetNames): Promise<KeptAsset | undefined>;
  /** Copies a file out, as a clone where the file system can make one. False when it is not whole any more. */
  take(kept: KeptAsset, target: string): Promise<boolean>;
  /** Keeps a copy of a file that was fetched. What finds no room is not kept. */
  keep(fetched: FetchedAsset): Promise<void>;
};

/**
 * Creates the cache of one client below the directory of caches. A digest alone only finds what the same client had: digests of files
 * stand in public catalogues, also of files that not everybody may read.
 */
export function createAssetCache(
  { directory, maxBytes }: { readonly directory: string; readonly maxBytes: number },
  client: string,
): AssetCache {
  const entriesOf = ({ sha256, url, etag }: AssetNames) => [
    ...(sha256 === undefined ? [] : [entryOf(directory, ["client", client, sha256])]),
    ...(etag === undefined ? [] : [entryOf(directory, ["url", url, etag])]),
  ];
  return {
    async find(names) {
      for (const entry of entriesOf(names)) {
        const sha256 = (await ifExists(readdir(entry)))?.find((name) => /^[0-9a-f]{64}$/.test(name));
        const facts = sha256 === undefined ? undefined : await ifExists(stat(join(entry, sha256)));
        if (sha256 === undefined || facts === undefined) continue;
        const [from, name] = (await ifExists(readFile(join(entry, namesFile), "utf8")))?.split("\n") ?? [];
        return {
          entry,
          sha256,
          sizeBytes: facts.size,
          ...defined({ name: from === hashOf(names.url) ? name : undefined }),
        };
      }
      return undefined;
    },
    async take({ entry, sha256 }, target) {
      const copied = copyFile(join(entry, sha256), target, constants.COPYFILE_FICLONE).then(() => true);
      if ((await ifExists(copied)) && (await digestOf(target)) === sha256) {
        await ifExists(markUsed(entry));
        return true;
      }
      await rm(entry, { recursive: true, force: true });
      await rm(target, { force: true });
      return false;
    },
    async keep(fetched) {
      const [first, ...others] = entriesOf(fetched);
      if (first === undefined || (await stat(fetched.path)).size > maxBytes) return;
      if (!(await keepEntry(directory, first, fetched))) return;
      const path = join(first, fetched.sha256);
      for (const entry of others) await keepEntry(directory, entry, { ...fetched, path, isOurs: true });
    },
  };
}

/** Which address a file came from, by its hash, since it may hold a secret; and what it was called there. */
const namesFile = "from";

function entryOf(directory: string, name: readonly string[]): string {
  return join(directory, `asset-${hashOf(JSON.stringify(name))}`);
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** True when the entry is there. Only what the cache itself holds is linked: nobody else may change what others get. */
async function keepEntry(
  directory: string,
  entry: string,
  { path, sha256, url, name, isOurs = false }: FetchedAsset & { readonly isOurs?: boolean },
): Promise<boolean> {
  let partial: string | undefined;
  try {
    await mkdir(directory, { recursive: true, mode: directoryMode });
    partial = await mkdtemp(join(directory, partialEntry));
    const target = join(partial, sha256);
    await (isOurs ? link(path, target) : copyFile(path, target, constants.COPYFILE_FICLONE));
    await writeFile(join(partial, namesFile), `${hashOf(url)}\n${name}`, { mode: fileMode });
    await markUsed(partial);
    await rename(partial, entry);
    return true;
  } catch (error) {
    // Another job kept it meanwhile.
    if (hasCode(error, "EEXIST", "ENOTEMPTY")) return true;
    // A cache is no reason to fail: what finds no room, or was tidied away meanwhile, is fetched again.
    if (hasCode(error, "ENOENT") || shortageOf(error) !== undefined) return false;
    throw error;
  } finally {
    if (partial !== undefined) await rm(partial, { recursive: true, force: true });
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest("hex");
}
