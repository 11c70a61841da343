import type { DirectoryDocument, DirectoryFileDocument } from "../../../domain/documents/directory.ts";
import type { Link } from "../../../domain/links.ts";
import { catalogOf, directoryBytes, referenceInside } from "../../../domain/values/directories.ts";
import { absoluteReference, type OutputLocations } from "../../../domain/values/results.ts";
import type { DirectoryFile, DirectoryResult } from "../../../domain/values/values.ts";
import { zipDirectory } from "../../../operations/results/read-directory.ts";
import { directoryPage } from "../../../pages/results/directory.tsx";
import { foreignBytes, type RouteContext } from "../../route.ts";
import { documentFormat, documentResponse } from "../document-response.ts";
import { preferredType } from "../negotiate.ts";
import { dispositionOf } from "../send-file.ts";
import { digestField } from "./digest-field.ts";
import { lookInside, viewInside, viewsInside } from "./directory-views.ts";
import { isLookedAt } from "./result-preview.ts";

/** What a directory can be sent as, the usual first. */
export const directoryTypes = ["application/json", "text/html", "application/zip"] as const;

/** A published directory, and when the job that made it ended, in milliseconds since 1970. */
type MadeDirectory = { readonly directory: DirectoryResult; readonly madeAt: number | undefined };

/**
 * Answers with a published directory: the list of its files as JSON or as a page, or all of them as one archive for a client that asks
 * for a zip by `Accept` or `?f=zip`. The page shows the first files, or the one that `look` names.
 */
export async function directoryResponse(
  layout: Parameters<typeof zipDirectory>[0],
  context: RouteContext,
  { directory, madeAt }: MadeDirectory,
  locations: OutputLocations,
): Promise<Response> {
  const format = context.query("f");
  const accepted = preferredType(context.request.headers.get("accept"), directoryTypes);
  if (format === "zip" || (format === undefined && accepted === "application/zip")) {
    const headers = {
      ...foreignBytes,
      "content-type": "application/zip",
      "content-disposition": dispositionOf(`${directory.basename}.zip`, "attachment"),
      "cache-control": "private, no-cache",
      vary: "accept",
    };
    return new Response(context.isHead ? null : zipDirectory(layout, directory, madeAt), { headers });
  }
  const document = directoryDocument(directory, locations, context.baseUrl);
  const title = directory.basename;
  if (documentFormat(context) !== "html") return documentResponse(context, document, { title });
  const look = context.query("look");
  const shown =
    look === undefined
      ? (await viewsInside({ layout }, directory, { locations })).items
      : [await viewInside({ layout }, directory, look, { locations })];
  // This page has more than one address.
  const looks = new Map(directory.files.filter(isLookedAt).map(({ path }) => [path, lookInside("?f=html", path)]));
  const settings = { outputsUrl: locations.outputsUrl };
  return documentResponse(context, document, { title, page: directoryPage({ shown, looks, settings }) });
}

/** Builds the list of a directory's files, with the links to its archive and to its STAC catalogue. */
export function directoryDocument(
  directory: DirectoryResult,
  locations: OutputLocations,
  baseUrl: string,
): DirectoryDocument {
  const href = absoluteReference(directory.reference, locations);
  const self: Link = { href, rel: "self", type: "application/json", title: directory.basename };
  return {
    name: directory.basename,
    href,
    length: directoryBytes(directory),
    files: directory.files.map((file) => fileDocument(directory, file, locations)),
    links: [self, ...directoryLinks(directory, locations, baseUrl)],
  };
}

/** Lists the links that lead from a directory to its archive and to its STAC catalogue. */
export function directoryLinks(
  directory: DirectoryResult,
  locations: OutputLocations,
  baseUrl: string,
): readonly Link[] {
  // Whoever serves the files elsewhere packs none of them.
  const zip = absoluteReference(directory.reference, {
    ...locations,
    outputsUrl: `${baseUrl}${locations.outputsPath}`,
  });
  const catalog = catalogOf(directory);
  const item: readonly Link[] =
    catalog === undefined
      ? []
      : [
          {
            href: absoluteReference(referenceInside(directory, catalog.path), locations),
            rel: "item",
            type: "application/json",
            title: catalog.path,
          },
        ];
  return [...item, { href: `${zip}?f=zip`, rel: "enclosure", type: "application/zip", title: "All files" }];
}

function fileDocument(
  directory: DirectoryResult,
  { path, mediaType, sizeBytes, sha256 }: DirectoryFile,
  locations: OutputLocations,
): DirectoryFileDocument {
  return {
    name: path,
    href: absoluteReference(referenceInside(directory, path), locations),
    type: mediaType,
    length: sizeBytes,
    // A multihash begins with what was used, SHA-256, and its length in bytes.
    ...(sha256 === undefined ? {} : { digest: digestField(sha256), "file:checksum": `1220${sha256}` }),
  };
}
