import { defined } from "../../../domain/defined.ts";
import type { ResultItem } from "../../../domain/documents/result-view.ts";
import { Problem } from "../../../domain/problem.ts";
import type { Json } from "../../../domain/values/json.ts";
import { absoluteReference, type OutputLocations } from "../../../domain/values/results.ts";
import type { FileResult } from "../../../domain/values/values.ts";
import { openResult } from "../../../operations/results/read-results.ts";
import type { Shared } from "../../../operations/results/share-results.ts";
import { type PreviewedFile, previewOf, type Seen } from "./result-preview.ts";

export type ViewDeps = Parameters<typeof openResult>[0];

export type FilePlace = {
  readonly locations: OutputLocations;
  /** What is short is told as it is. */
  readonly withValues?: boolean;
  /** Opens what a share leads to: nothing else is read for who has its token only, nor linked below the address of the job. */
  readonly shared?: Pick<Shared, "open">;
};

/** The longest result that is told as it is, in bytes of a file or characters of JSON. */
export const longestValue = 200;

/** Makes what a person looks at of a file; what is in it is read only where it is previewed or told. */
export async function fileItem(
  deps: ViewDeps,
  file: FileResult,
  { locations, withValues = false, shared }: FilePlace,
  isPreviewed: boolean,
): Promise<ResultItem> {
  const { basename: name, mediaType, sizeBytes, sha256, reference } = file;
  const href = absoluteReference(reference, locations);
  const read = async (length: number) => {
    const opened = await (shared?.open(segmentsOf(reference)) ?? openResult(deps, reference));
    return opened.slice(0, Math.min(length, opened.sizeBytes)).bytes();
  };
  // Only what this service publishes is loaded by a page of it.
  const src = href.startsWith(`${locations.outputsUrl}/`) ? href : undefined;
  const seen = isPreviewed ? await seenOf({ mediaType, sizeBytes, read, ...defined({ src }) }) : {};
  const value =
    withValues && sizeBytes <= longestValue ? lineOf(await seenOf({ mediaType, sizeBytes, read })) : undefined;
  return { name, href, type: mediaType, length: sizeBytes, ...defined({ sha256, value }), ...seen };
}

/** Splits the reference of a file below the outputs into the names of its path. */
function segmentsOf(reference: string): readonly string[] {
  return reference.split("/").slice(1).map(decodeURIComponent);
}

/** What a short file says, where it is one line of text or JSON. */
function lineOf({ preview }: Seen): Json | undefined {
  if (preview?.kind === "json") return preview.value;
  if (preview?.kind !== "text" || preview.fault !== undefined) return undefined;
  const line = preview.text.trimEnd();
  return line === "" || /[\r\n]/.test(line) ? undefined : line;
}

/** A file that somebody removed beside the server leaves the rest of the page as it is. */
async function seenOf(file: PreviewedFile): Promise<Seen> {
  try {
    return await previewOf(file);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { preview: { kind: "text", text: "", isCut: false, fault: error.message } };
  }
}
