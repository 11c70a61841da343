import { createHash } from "node:crypto";
import { defined } from "../../../domain/defined.ts";
import type { ResultItem, ResultView } from "../../../domain/documents/result-view.ts";
import { resultUrl } from "../../../domain/links.ts";
import type { OutputDefinition } from "../../../domain/processes/process.ts";
import { catalogOf, directoryBytes } from "../../../domain/values/directories.ts";
import { directoryType } from "../../../domain/values/media-type.ts";
import { absoluteReference, type OutputLocations } from "../../../domain/values/results.ts";
import type { DirectoryResult, Result, Results } from "../../../domain/values/values.ts";
import type { JobResults } from "../../../operations/results/read-results.ts";
import type { Shared } from "../../../operations/results/share-results.ts";
import { viewsInside } from "./directory-views.ts";
import { fileItem, longestValue, type ViewDeps } from "./file-view.ts";
import { isDrawn, previewOfJson } from "./result-preview.ts";
import { isBase64Output } from "./results-document.ts";

export type ViewPlace = {
  readonly baseUrl: string;
  readonly locations: OutputLocations;
  /** The address of the page of one result, or of an item of it, without its query: what is by itself there does not lead to itself. */
  readonly own?: string;
  /** False where nothing of what is in them is shown; true when absent. */
  readonly withPreviews?: boolean;
  /** What is short is told as it is. */
  readonly withValues?: boolean;
  /** Opens what a share leads to: nothing else is read for who has its token only, nor linked below the address of the job. */
  readonly shared?: Pick<Shared, "open">;
};

/** The most items of one result that a page shows, and how many of them it shows from inside. */
const maxItems = 100;
const maxPreviews = 8;

/** Makes what a person looks at of some results of a job. */
export function resultViews(
  deps: ViewDeps,
  { job, description }: Pick<JobResults, "job" | "description">,
  results: Results,
  place: ViewPlace,
): Promise<readonly ResultView[]> {
  return Promise.all(
    Object.entries(results).map(async ([outputId, result]) => {
      const url = resultUrl(place.baseUrl, job.id, outputId);
      const look = place.own ?? url;
      const definition = description.outputs[outputId];
      const all = leavesOf(result, outputId, { url, look, isItem: look !== url }).map((leaf) =>
        leaf.result === result ? { ...leaf, ...defined({ definition }) } : leaf,
      );
      const leaves = all.slice(0, maxItems);
      const items = leaves.map((leaf, index) =>
        itemOf(deps, leaf, place, place.withPreviews !== false && index < maxPreviews),
      );
      const { title } = definition ?? {};
      const left = {
        notShown: place.withPreviews === false ? undefined : countOver(leaves.length, maxPreviews),
        notListed: countOver(all.length, maxItems),
      };
      const { look: page } = lookOf(url, place);
      return { outputId, items: await Promise.all(items), ...defined({ page, title, ...left }) };
    }),
  );
}

function countOver(count: number, most: number): number | undefined {
  return count > most ? count - most : undefined;
}

type Leaf = {
  readonly name: string;
  /** Where it is sent by itself. */
  readonly url: string;
  /** Where its page is. */
  readonly look: string;
  readonly result: Exclude<Result, { readonly kind: "list" | "record" }>;
  /** Of its output, where it is all of it. */
  readonly definition?: OutputDefinition;
};

type LeafPlace = Pick<Leaf, "url" | "look"> & { readonly isItem: boolean };

function leavesOf(result: Result, name: string, place: LeafPlace): readonly Leaf[] {
  const { url, look } = place;
  switch (result.kind) {
    case "list":
      return result.items.flatMap((item, index) => leavesOf(item, `${name} ${index}`, placeIn(place, String(index))));
    case "record":
      return Object.entries(result.members).flatMap(([member, item]) =>
        leavesOf(item, `${name} ${member}`, placeIn(place, encodeURIComponent(member))),
      );
    case "file":
      return [result, ...(result.secondaryFiles ?? [])].map((file) => ({
        name: file.basename,
        url,
        look,
        result: file,
      }));
    case "directory":
      return [{ name: result.basename, url, look, result }];
    case "value":
    case "link":
      return [{ name, url, look, result }];
    default:
      return result satisfies never;
  }
}

/** Items have pages, and what is inside of these is shown there. */
function placeIn({ url, look, isItem }: LeafPlace, step: string): LeafPlace {
  return { url: `${url}/${step}`, look: isItem ? look : `${look}/${step}`, isItem: true };
}

async function itemOf(
  deps: ViewDeps,
  { name, url, look, result, definition }: Leaf,
  place: ViewPlace,
  isPreviewed: boolean,
): Promise<ResultItem> {
  switch (result.kind) {
    case "file": {
      const item = await fileItem(deps, result, place, isPreviewed);
      return { ...item, ...lookOf(look, place) };
    }
    case "directory":
      return directoryItem(deps, result, place, isPreviewed);
    case "link":
      return { name: result.href, href: result.href, look: result.href, ...defined({ type: result.mediaType }) };
    case "value": {
      const preview = isPreviewed ? previewOfJson(result.value) : undefined;
      const type = result.mediaType ?? "application/json";
      const href = place.shared === undefined ? url : undefined;
      const drawing =
        href !== undefined && isPreviewed && isDrawn(result.value)
          ? ({ kind: "features", src: href, type } as const)
          : undefined;
      const isTold = place.withValues === true && JSON.stringify(result.value).length <= longestValue;
      const value = isTold ? result.value : undefined;
      const facts = { href, type: result.mediaType, preview, drawing, value };
      return { name, ...lookOf(look, place), ...defined(facts), ...textFacts(result, definition) };
    }
    default:
      return result satisfies never;
  }
}

/** The size and digest of a text as its address sends it, as a file has them; nothing for other values. */
function textFacts(
  { value }: Extract<Result, { readonly kind: "value" }>,
  definition: OutputDefinition | undefined,
): Pick<ResultItem, "length" | "sha256"> {
  if (typeof value !== "string") return {};
  const bytes = Buffer.from(value, isBase64Output(definition) ? "base64" : "utf8");
  return { length: bytes.byteLength, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** The page that shows an item by itself, from any other page; a share has none. */
function lookOf(look: string, { shared, own }: ViewPlace): Pick<ResultItem, "look"> {
  return shared !== undefined || look === own ? {} : { look: `${look}?f=html` };
}

async function directoryItem(
  deps: ViewDeps,
  directory: DirectoryResult,
  place: ViewPlace,
  isPreviewed: boolean,
): Promise<ResultItem> {
  const { baseUrl, locations } = place;
  const { outputsPath } = locations;
  // Whoever serves the files elsewhere lists and packs none of them.
  const own = absoluteReference(directory.reference, { outputsPath, outputsUrl: `${baseUrl}${outputsPath}` });
  const drawing = catalogDrawing(directory, locations);
  // The catalogue is drawn already.
  const except = drawing === undefined ? undefined : catalogOf(directory)?.path;
  const listing = `${own}?f=html`;
  const inside = isPreviewed ? await viewsInside(deps, directory, { ...place, listing }, except) : undefined;
  return {
    name: directory.basename,
    href: absoluteReference(directory.reference, locations),
    type: directoryType,
    length: directoryBytes(directory),
    look: listing,
    listing,
    zip: `${own}?f=zip`,
    ...defined({ drawing, inside }),
  };
}

function catalogDrawing(directory: DirectoryResult, locations: OutputLocations): ResultItem["drawing"] {
  const catalog = catalogOf(directory);
  const url = absoluteReference(directory.reference, locations);
  if (catalog === undefined || !url.startsWith(`${locations.outputsUrl}/`)) return undefined;
  return { kind: "features", src: `${url.replace(/\/$/, "")}/${catalog.path}`, type: "application/json" };
}
