import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { defined } from "../../domain/defined.ts";
import type { Problem } from "../../domain/problem.ts";
import { isJsonObject, type JsonObject } from "../../domain/values/json.ts";
import type { DirectoryValue } from "../../domain/values/values.ts";
import { directoryMode, fileMode } from "../../files/layout.ts";
import type { DirectoryDeps, Target } from "./directory-deps.ts";
import { type FetchingRoom, requireRoom } from "./fetching-room.ts";
import { refuseInput } from "./input-place.ts";
import { parseDocument } from "./parse-document.ts";
import { chosenAssets, plainId } from "./stac-assets.ts";
import { fetchAsset, isRemote, type PlannedAsset, planAssets } from "./stac-fetch.ts";

/** Tells a STAC item, item collection, collection or catalogue apart from other documents. */
export function isStac(value: JsonObject): boolean {
  if (value.type === "FeatureCollection") return Array.isArray(value.features) && value.features.every(isItem);
  return isItem(value) || isCatalog(value);
}

function isItem(value: unknown): value is JsonObject {
  return isJsonObject(value) && value.type === "Feature" && typeof value.stac_version === "string";
}

function isCatalog({ type, stac_version: version }: JsonObject): boolean {
  return typeof version === "string" && (type === "Catalog" || type === "Collection");
}

/** What a request says of a STAC input: where its document was read, and which assets are wanted. */
export type StacSource = { readonly href?: string; readonly assets?: readonly string[] };

/** Items and catalogues that one input may have. */
const maxDocuments = 1000;

type Staging = DirectoryDeps &
  Target & {
    readonly wanted: readonly string[] | undefined;
    /** The addresses of all documents that were read. */
    readonly read: Set<string>;
  };

type Item = { readonly document: JsonObject; readonly base: string | undefined };

/**
 * Stages STAC as applications expect it (OGC 20-089 8.5): a directory with `catalog.json`, which leads to each item, whose assets
 * lie beside it and have relative addresses. Throws `invalid-parameter-value` that names item and asset.
 */
export async function stageStac(
  deps: DirectoryDeps,
  target: Target,
  document: JsonObject,
  { href, assets = deps.assets }: StacSource,
): Promise<DirectoryValue> {
  const staging: Staging = { ...deps, ...target, wanted: assets, read: new Set(href === undefined ? [] : [href]) };
  const items = await itemsOf(staging, { document, base: href });
  if (items.length === 0) throw refuseInput(target.place, "STAC without items", "one item or more");
  const chosen = items.map((item) => ({ item, assets: chosenAssets(target.place, item, assets) }));
  const plans = await planAssets(
    deps,
    chosen.flatMap((one) => one.assets),
  );
  const bytes = plans.reduce((sum, plan) => sum + plan.sizeBytes, 0);
  const room = await requireRoom(deps, target.place, { files: plans.length, bytes });
  const planOf = new Map(plans.map((plan) => [plan.asset, plan]));
  const id = plainId(document.id, "catalog");
  const path = join(target.directory, "stac", id);
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true, mode: directoryMode });
  const names = new Set<string>();
  for (const { item, assets: own } of chosen) {
    const planned = own.flatMap((asset) => planOf.get(asset) ?? []);
    names.add(await stageItem(staging, path, item, { planned, room, taken: names }));
  }
  await writeJson(join(path, "catalog.json"), catalogOf(id, [...names]));
  return { kind: "directory", path, basename: id };
}

async function itemsOf(staging: Staging, from: Item): Promise<readonly Item[]> {
  const { document, base } = from;
  if (document.type === "FeatureCollection") {
    const features = Array.isArray(document.features) ? document.features : [];
    if (features.length > maxDocuments) throw tooMany(staging, features.length);
    return features.filter(isItem).map((feature) => ({ document: feature, base: selfOf(feature, base) }));
  }
  if (isItem(document)) return [{ document, base: selfOf(document, base) }];
  const own = selfOf(document, base);
  const items: Item[] = [];
  const links = linksOf(document).filter(({ rel }) => rel === "item" || rel === "child");
  if (links.length > maxDocuments) throw tooMany(staging, links.length);
  for (const { href } of links) {
    const url = absolute(href, own);
    if (url === undefined) {
      throw refuseInput(staging.place, `the link "${href}" of a catalogue without an address`, "absolute links");
    }
    // The one that it was read from leads to it again: nobody would come to an end.
    if (staging.read.has(url)) throw refuseInput(staging.place, `STAC that leads to "${url}" twice`, "each item once");
    staging.read.add(url);
    if (staging.read.size > maxDocuments) throw tooMany(staging, staging.read.size);
    items.push(...(await itemsOf(staging, { document: await readStac(staging, url), base: url })));
  }
  return items;
}

function tooMany({ place }: Target, found: number): Problem {
  return refuseInput(place, `STAC of ${found} items and catalogues or more`, `at most ${maxDocuments}`);
}

async function readStac(staging: Staging, url: string): Promise<JsonObject> {
  const path = isRemote(url)
    ? (await staging.download(url, join(staging.directory, "documents", String(staging.read.size)))).path
    : await staging.localFile(url);
  const value = parseDocument(await readFile(path, "utf8"));
  if (value !== undefined && isStac(value)) return value;
  throw refuseInput(staging.place, `"${url}", which is no STAC`, "an item, collection or catalogue");
}

/** The address that relative links of a document begin with: where it was read, else what it says of itself. */
function selfOf(document: JsonObject, base: string | undefined): string | undefined {
  const self = linksOf(document).find(({ rel }) => rel === "self")?.href;
  if (self === undefined) return base;
  return base === undefined || isRemote(self) ? absolute(self, base) : base;
}

function linksOf({ links }: JsonObject): readonly { readonly rel: string; readonly href: string }[] {
  if (!Array.isArray(links)) return [];
  return links.flatMap((link) =>
    isJsonObject(link) && typeof link.rel === "string" && typeof link.href === "string"
      ? [{ rel: link.rel, href: link.href }]
      : [],
  );
}

function absolute(href: string, base: string | undefined): string | undefined {
  return URL.canParse(href, base) ? new URL(href, base).href : undefined;
}

type ItemStaging = {
  readonly planned: readonly PlannedAsset[];
  readonly room: FetchingRoom;
  /** The names of items that are staged already. */
  readonly taken: ReadonlySet<string>;
};

/** Gives the name of the item's directory and, with `.json`, of its document. */
async function stageItem(
  staging: Staging,
  top: string,
  { document }: Item,
  { planned, room, taken }: ItemStaging,
): Promise<string> {
  const id = plainId(document.id, "item");
  const name = taken.has(id) ? `${id}-${taken.size}` : id;
  const directory = join(top, name);
  await mkdir(directory, { recursive: true, mode: directoryMode });
  const files = new Set([`${name}.json`]);
  const staged: [string, JsonObject][] = [];
  for (const plan of planned) {
    const { asset } = plan;
    const file = await fetchAsset(staging, { itemId: String(document.id), plan });
    const fileName = files.has(file.basename) ? `${plainId(asset.key, "asset")}-${file.basename}` : file.basename;
    files.add(fileName);
    const target = join(directory, fileName);
    if (file.isOurs) await rename(file.path, target);
    else await copyFile(file.path, target);
    const { size } = await stat(target);
    room.count(size);
    const { alternate: _, ...rest } = asset.document;
    const checksum = file.sha256 === undefined ? undefined : `1220${file.sha256}`;
    const facts = { "file:size": size, ...defined({ "file:checksum": checksum }) };
    staged.push([asset.key, { ...rest, href: `./${encodeURIComponent(fileName)}`, ...facts }]);
  }
  // Who names a collection must link to it, and what was linked is not here.
  const { collection: _, ...rest } = document;
  const up = { href: "../catalog.json", type: "application/json" };
  const links = [
    { rel: "root", ...up },
    { rel: "parent", ...up },
  ];
  await writeJson(join(directory, `${name}.json`), { ...rest, links, assets: Object.fromEntries(staged) });
  return name;
}

function catalogOf(id: string, names: readonly string[]): JsonObject {
  const root = { rel: "root", href: "./catalog.json", type: "application/json" };
  const items = names.map((name) => {
    const way = encodeURIComponent(name);
    return { rel: "item", href: `./${way}/${way}.json`, type: "application/geo+json" };
  });
  return { type: "Catalog", stac_version: "1.0.0", id, description: "Staged inputs", links: [root, ...items] };
}

async function writeJson(path: string, value: JsonObject): Promise<void> {
  await writeFile(path, JSON.stringify(value, undefined, 2), { mode: fileMode });
}
