import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { defined } from "../../domain/defined.ts";
import { errorText, Problem } from "../../domain/problem.ts";
import type { KeptAsset } from "../../files/asset-cache.ts";
import { directoryMode } from "../../files/layout.ts";
import { nameOf } from "../../net/download.ts";
import type { DirectoryDeps, Target } from "./directory-deps.ts";
import { askAll } from "./fetching-room.ts";
import { refuseInput } from "./input-place.ts";
import type { Asset } from "./stac-assets.ts";

/** Tells whether an address leads to another server. */
export function isRemote(url: string): boolean {
  return /^https?:/i.test(url);
}

/** An asset with what is known of it before it is fetched. Nothing known counts as no bytes: what comes counts then. */
export type PlannedAsset = { readonly asset: Asset; readonly sizeBytes: number; readonly kept?: KeptAsset };

/**
 * Finds out what assets take before any of them is fetched: from what was fetched before, by the digest that the item says or the entity
 * tag that its server says; else from the item, else from its server.
 */
export async function planAssets(
  deps: Pick<DirectoryDeps, "factsOf" | "cache">,
  assets: readonly Asset[],
): Promise<readonly PlannedAsset[]> {
  const { cache } = deps;
  return askAll(assets, async (asset) => {
    const { sha256, size, hrefs } = asset;
    const [url = ""] = hrefs;
    if (!isRemote(url)) return { asset, sizeBytes: size ?? 0 };
    const own = sha256 === undefined ? undefined : await cache?.find({ url, sha256 });
    if (own !== undefined) return { asset, sizeBytes: own.sizeBytes, kept: own };
    if (size !== undefined && cache === undefined) return { asset, sizeBytes: size };
    const facts = await deps.factsOf(url);
    const kept = await cache?.find({ url, ...defined({ etag: facts.etag }) });
    const sizeBytes = kept?.sizeBytes ?? Math.max(size ?? 0, facts.sizeBytes ?? 0);
    return { asset, sizeBytes, ...defined({ kept }) };
  });
}

type Fetched = { readonly path: string; readonly basename: string; readonly isOurs: boolean; readonly sha256?: string };

type Staging = Pick<DirectoryDeps, "download" | "localFile" | "cache"> & Target;

/** Takes an asset from what was fetched before, else tries its addresses, its own first. Throws with the names of item and asset. */
export async function fetchAsset(
  staging: Staging,
  { itemId, plan }: { readonly itemId: string; readonly plan: PlannedAsset },
): Promise<Fetched> {
  const { asset, kept } = plan;
  const known = kept === undefined ? undefined : await takeKept(staging, asset, kept);
  if (known !== undefined) return known;
  const failures: string[] = [];
  for (const href of asset.hrefs) {
    try {
      return await fetchOne(staging, href);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      failures.push(errorText(error));
    }
  }
  const told = failures.length === 0 ? "it has no address" : failures.join("; ");
  const found = `asset "${asset.key}" of item "${itemId}" that cannot be read (${told})`;
  throw refuseInput(staging.place, found, "one that can");
}

async function fetchOne(staging: Staging, href: string): Promise<Fetched> {
  if (!isRemote(href)) {
    const path = await staging.localFile(href);
    return { path, basename: basename(path), isOurs: false };
  }
  const { path, basename: name, sha256, etag } = await staging.download(href, join(staging.directory, "fetched"));
  if (sha256 !== undefined) await staging.cache?.keep({ path, name, url: href, sha256, ...defined({ etag }) });
  return { path, basename: name, isOurs: true, ...defined({ sha256 }) };
}

/** Undefined when it is not whole any more. */
async function takeKept(
  { cache, directory }: Staging,
  { hrefs }: Asset,
  kept: KeptAsset,
): Promise<Fetched | undefined> {
  await mkdir(join(directory, "fetched"), { recursive: true, mode: directoryMode });
  const path = join(directory, "fetched", ".kept");
  if (!(await cache?.take(kept, path))) return undefined;
  const name = kept.name ?? nameOf({ url: hrefs[0] ?? "", headers: new Headers() });
  return { path, basename: name, isOurs: true, sha256: kept.sha256 };
}
