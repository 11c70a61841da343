import * as v from "valibot";
import { withoutEndSlashes } from "../words/text.ts";
import type { Json } from "./json.ts";
import type { DirectoryResult, FileResult, Result, Results } from "./values.ts";

/** Where published outputs are found from outside. */
export type OutputLocations = {
  /** Where they lie on disk; no reference names it. */
  readonly outputsDirectory?: string;
  /** The path that serves them, such as `/outputs`. */
  readonly outputsPath: string;
  /** The URL that serves them, maybe on another host. */
  readonly outputsUrl: string;
};

/**
 * Makes each reference to a published output relative to the output directory, with a leading slash
 * (`/<jobId>/<outputId>/<file>`), so that address, path and directory can change and no row is rewritten.
 * Remote references, literals and references that are relative already stay as they are.
 */
export function makeResultsRelative(results: Results, settings: OutputLocations): Results {
  return mapReferences(results, (reference) => relativeReference(reference, settings));
}

/** Turns each relative reference of the results into a URL: what `makeResultsRelative` undoes. */
export function makeResultsAbsolute(results: Results, settings: OutputLocations): Results {
  return mapReferences(results, (reference) => absoluteReference(reference, settings));
}

/** Turns a relative reference into a URL below `outputsUrl`; any other stays as it is. */
export function absoluteReference(reference: string, settings: OutputLocations): string {
  const isRelative = reference.startsWith("/") && !reference.startsWith("//");
  return isRelative ? `${withoutEndSlashes(settings.outputsUrl)}${reference}` : reference;
}

function relativeReference(reference: string, settings: OutputLocations): string {
  const prefixes = [settings.outputsUrl, settings.outputsPath].map(withoutEndSlashes);
  const prefix = prefixes.find((candidate) => candidate !== "" && reference.startsWith(`${candidate}/`));
  if (prefix === undefined) return reference;
  // Taken away until none is left: otherwise a second call could find another prefix in what the first one kept.
  return relativeReference(reference.slice(prefix.length), settings);
}

function mapReferences(results: Results, change: (reference: string) => string): Results {
  return Object.fromEntries(Object.entries(results).map(([id, result]) => [id, mapResult(result, change)]));
}

function mapResult(result: Result, change: (reference: string) => string): Result {
  switch (result.kind) {
    case "value":
      return result;
    case "file":
      return mapFile(result, change);
    case "link":
      return { ...result, href: change(result.href) };
    case "directory":
      return { ...result, reference: change(result.reference) };
    case "list":
      return { ...result, items: result.items.map((item) => mapResult(item, change)) };
    case "record":
      return { ...result, members: mapReferences(result.members, change) };
    default:
      return result satisfies never;
  }
}

function mapFile(file: FileResult, change: (reference: string) => string): FileResult {
  const changed = { ...file, reference: change(file.reference) };
  if (file.secondaryFiles === undefined) return changed;
  return { ...changed, secondaryFiles: file.secondaryFiles.map((secondary) => mapFile(secondary, change)) };
}

const FileResultSchema: v.GenericSchema<unknown, FileResult> = v.object({
  kind: v.literal("file"),
  reference: v.string(),
  basename: v.string(),
  mediaType: v.string(),
  sizeBytes: v.number(),
  sha256: v.exactOptional(v.string()),
  secondaryFiles: v.exactOptional(v.array(v.lazy(() => FileResultSchema))),
});

const DirectoryResultSchema: v.GenericSchema<unknown, DirectoryResult> = v.object({
  kind: v.literal("directory"),
  reference: v.string(),
  basename: v.string(),
  files: v.array(
    v.object({
      path: v.string(),
      mediaType: v.string(),
      sizeBytes: v.number(),
      sha256: v.exactOptional(v.string()),
    }),
  ),
});

const ResultSchema: v.GenericSchema<unknown, Result> = v.union([
  v.object({
    kind: v.literal("value"),
    value: v.custom<Json>((value) => value !== undefined, "a JSON value"),
    mediaType: v.exactOptional(v.string()),
  }),
  FileResultSchema,
  DirectoryResultSchema,
  v.object({ kind: v.literal("link"), href: v.string(), mediaType: v.exactOptional(v.string()) }),
  v.object({ kind: v.literal("list"), items: v.array(v.lazy(() => ResultSchema)) }),
  v.object({
    kind: v.literal("record"),
    members: v.record(
      v.string(),
      v.lazy(() => ResultSchema),
    ),
  }),
]);

/** The results of a job as they are kept in JSON. */
export const ResultsSchema: v.GenericSchema<unknown, Results> = v.record(v.string(), ResultSchema);
