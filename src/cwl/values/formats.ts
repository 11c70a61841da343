import { isOfType } from "../../domain/processes/described.ts";
import { unknownMediaType } from "../../domain/values/media-type.ts";

/** Where IANA keeps its media types: the IRI of a format is this and the media type. */
const ianaMediaTypes = "https://www.iana.org/assignments/media-types/";
const ianaMediaTypesPlain = "http://www.iana.org/assignments/media-types/";

/** Formats of the EDAM ontology that have a media type. */
const edamMediaTypes: Readonly<Record<string, string>> = {
  "http://edamontology.org/format_1964": "text/plain",
  "http://edamontology.org/format_2330": "text/plain",
  "http://edamontology.org/format_2331": "text/html",
  "http://edamontology.org/format_2332": "application/xml",
  "http://edamontology.org/format_3464": "application/json",
  "http://edamontology.org/format_3475": "text/tab-separated-values",
  "http://edamontology.org/format_3508": "application/pdf",
  "http://edamontology.org/format_3547": "image/*",
  "http://edamontology.org/format_3579": "image/jpeg",
  "http://edamontology.org/format_3591": "image/tiff",
  "http://edamontology.org/format_3603": "image/png",
  "http://edamontology.org/format_3604": "image/svg+xml",
  "http://edamontology.org/format_3650": "application/netcdf",
  "http://edamontology.org/format_3752": "text/csv",
  "http://edamontology.org/format_3750": "application/yaml",
  "http://edamontology.org/format_3987": "application/zip",
};

/**
 * The media type that a format's IRI stands for; undefined when it is not known. An IRI holds no blanks: parameters are
 * spaced as media types are usually written, `image/tiff; application=geotiff`.
 */
export function formatMediaType(format: string): string | undefined {
  for (const prefix of [ianaMediaTypes, ianaMediaTypesPlain]) {
    if (format.startsWith(prefix))
      return format
        .slice(prefix.length)
        .split(/;\s*/)
        .map((one) => one.trimEnd())
        .join("; ");
  }
  if (Object.hasOwn(edamMediaTypes, format)) return edamMediaTypes[format];
  return /^[a-z]+\/[\w.+-]+$/.test(format) ? format : undefined;
}

/** The IRI of a media type; parameters (`;charset=utf-8`) are left out. */
export function mediaTypeFormat(mediaType: string): string {
  return `${ianaMediaTypes}${mediaType.split(";", 1).join("").trim()}`;
}

/** Tells whether a format is another one, or a kind of it. */
export function isFormat(
  format: string,
  wanted: string,
  broader: Readonly<Record<string, readonly string[]>>,
): boolean {
  const other = formatMediaType(wanted);
  // A set keeps the order in which it grows: each format is looked at once, however many ways lead to it.
  const kinds = new Set([format]);
  for (const kind of kinds) {
    if (kind === wanted) return true;
    const own = formatMediaType(kind);
    if (own !== undefined && other !== undefined && isOfType(own, other)) return true;
    for (const parent of Object.hasOwn(broader, kind) ? (broader[kind] ?? []) : []) kinds.add(parent);
  }
  return false;
}

/** Tells whether a file of a format may be given where some are wanted: one of them, a kind of one, or bytes of any. */
export function isAmongFormats(
  format: string,
  wanted: readonly string[],
  broader: Readonly<Record<string, readonly string[]>>,
): boolean {
  return wanted.some((one) => isFormat(format, one, broader)) || formatMediaType(format) === unknownMediaType;
}
