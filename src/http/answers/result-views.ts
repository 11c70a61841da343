import { defined } from "../../domain/defined.ts";
import { directoryBytes } from "../../domain/directories.ts";
import type { ResultItem, ResultView } from "../../domain/documents/result-view.ts";
import { resultUrl } from "../../domain/links.ts";
import { directoryType } from "../../domain/media-type.ts";
import { absoluteReference, type OutputLocations } from "../../domain/results.ts";
import type { DirectoryResult, FileResult, Result, Results } from "../../domain/values.ts";
import { type JobResults, openResult } from "../../operations/read-results.ts";
import { previewOf, previewOfJson } from "./result-preview.ts";

type ViewDeps = Parameters<typeof openResult>[0];

export type ViewPlace = { readonly baseUrl: string; readonly locations: OutputLocations };

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
      const leaves = leavesOf(result, outputId, url).slice(0, maxItems);
      const items = leaves.map((leaf, index) => itemOf(deps, leaf, place, index < maxPreviews));
      const { title } = description.outputs[outputId] ?? {};
      return { outputId, page: `${url}?f=html`, items: await Promise.all(items), ...defined({ title }) };
    }),
  );
}

type Leaf = {
  readonly name: string;
  /** Where it is sent by itself. */
  readonly url: string;
  readonly result: Exclude<Result, { readonly kind: "list" | "record" }>;
};

function leavesOf(result: Result, name: string, url: string): readonly Leaf[] {
  switch (result.kind) {
    case "list":
      return result.items.flatMap((item, index) => leavesOf(item, `${name} ${index}`, `${url}/${index}`));
    case "record":
      return Object.entries(result.members).flatMap(([member, item]) =>
        leavesOf(item, `${name} ${member}`, `${url}/${encodeURIComponent(member)}`),
      );
    case "file":
      return [result, ...(result.secondaryFiles ?? [])].map((file) => ({ name: file.basename, url, result: file }));
    case "directory":
      return [{ name: result.basename, url, result }];
    case "value":
    case "link":
      return [{ name, url, result }];
    default:
      return result satisfies never;
  }
}

async function itemOf(
  deps: ViewDeps,
  { name, url, result }: Leaf,
  place: ViewPlace,
  isPreviewed: boolean,
): Promise<ResultItem> {
  switch (result.kind) {
    case "file":
      return fileItem(deps, result, place, isPreviewed);
    case "directory":
      return directoryItem(result, place);
    case "link":
      return { name: result.href, href: result.href, ...defined({ type: result.mediaType }) };
    case "value": {
      const preview = isPreviewed ? previewOfJson(result.value) : undefined;
      return { name, href: url, ...defined({ type: result.mediaType, preview }) };
    }
    default:
      return result satisfies never;
  }
}

async function fileItem(
  deps: ViewDeps,
  file: FileResult,
  { locations }: ViewPlace,
  isPreviewed: boolean,
): Promise<ResultItem> {
  const { basename: name, mediaType, sizeBytes, sha256, reference } = file;
  const href = absoluteReference(reference, locations);
  const read = async (length: number) => {
    const opened = await openResult(deps, reference);
    return opened.slice(0, Math.min(length, opened.sizeBytes)).bytes();
  };
  // Only what this service publishes is loaded by a page of it.
  const src = href.startsWith(`${locations.outputsUrl}/`) ? href : undefined;
  const preview = isPreviewed ? await previewOf({ mediaType, sizeBytes, read, ...defined({ src }) }) : undefined;
  return { name, href, type: mediaType, length: sizeBytes, ...defined({ sha256, preview }) };
}

function directoryItem(directory: DirectoryResult, { baseUrl, locations }: ViewPlace): ResultItem {
  const { outputsPath } = locations;
  // Whoever serves the files elsewhere lists and packs none of them.
  const own = absoluteReference(directory.reference, { outputsPath, outputsUrl: `${baseUrl}${outputsPath}` });
  return {
    name: directory.basename,
    href: absoluteReference(directory.reference, locations),
    type: directoryType,
    length: directoryBytes(directory),
    listing: `${own}?f=html`,
    zip: `${own}?f=zip`,
  };
}
