import { isOfType, isSameType } from "../../domain/processes/described.ts";
import type { Json } from "../../domain/values/json.ts";
import { isJsonType, mediaTypeOf, unknownMediaType } from "../../domain/values/media-type.ts";
import type { FileValue } from "../../domain/values/values.ts";
import type { DataContent } from "./data-url.ts";
import type { InputPlace } from "./input-place.ts";

/** What clients and servers say of a file when they do not know better. */
const vagueTypes = [unknownMediaType, "binary/octet-stream", "application/x-download", "text/plain"];

/**
 * Takes a file for what its input is described with, when nobody named its media type but vaguely. `formats` are the media
 * types of the input's description.
 */
export function withDescribedType<File extends Pick<FileValue, "basename" | "mediaType">>(
  file: File,
  formats: readonly string[],
): File {
  const { mediaType = unknownMediaType } = file;
  const usual = usualFormat(formats);
  const isVague = vagueTypes.some((vague) => isSameType(vague, mediaType));
  if (!isVague || usual === undefined || isOneOf(mediaType, formats)) return file;
  const byName = mediaTypeOf(file.basename);
  return { ...file, mediaType: isOneOf(byName, formats) ? byName : usual };
}

/** Tells the media type of inline content that none was named for; `formats` are those of the input's description. */
export function inlineType(value: Json, formats: readonly string[]): string {
  if (typeof value !== "string") return formats.find(isJsonType) ?? "application/json";
  return usualFormat(formats) ?? "text/plain";
}

/** Tells the media type of what a data: URL holds: the one that it names, else the usual one of its input. */
export function dataType({ isFile, formats }: Pick<InputPlace, "isFile" | "formats">, content: DataContent): string {
  return content.mediaType ?? (isFile ? inlineType(content.text, formats) : "text/plain");
}

/** The first format, when it says anything: not bytes of any kind, and no range. */
function usualFormat(formats: readonly string[]): string | undefined {
  if (formats.some((format) => isSameType(format, unknownMediaType))) return undefined;
  return formats.find((format) => !format.endsWith("/*"));
}

function isOneOf(mediaType: string, formats: readonly string[]): boolean {
  return formats.some((format) => isOfType(mediaType, format));
}
