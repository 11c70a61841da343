import type { Namespaces } from "../xml.ts";

/** The versions of WPS that are spoken. */
export const wpsVersions = ["1.0.0", "2.0.0"] as const;
export type WpsVersion = (typeof wpsVersions)[number];

export const wps10 = "http://www.opengis.net/wps/1.0.0";
export const wps20 = "http://www.opengis.net/wps/2.0";
export const ows11 = "http://www.opengis.net/ows/1.1";
export const ows20 = "http://www.opengis.net/ows/2.0";
export const xlink = "http://www.w3.org/1999/xlink";
export const xmlNames = "http://www.w3.org/XML/1998/namespace";

/** Elements of WPS as they are read: parts of WPS 1.0 descriptions have no namespace, and early 2.0 servers another. */
export const wps: Namespaces = [wps10, wps20, "http://www.opengis.net/wps/2.0.0", ""];
/** Elements of OWS Common as they are read. */
export const ows: Namespaces = [ows11, ows20, "http://www.opengis.net/ows", ""];

/** The language that documents of WPS are in. */
export const wpsLanguage = "en-US";

/** Declared at the root of what is written, by version. */
export const declarations = {
  "1.0.0": { wps: wps10, ows: ows11, xlink },
  "2.0.0": { wps: wps20, ows: ows20, xlink },
} as const satisfies Record<WpsVersion, Readonly<Record<string, string>>>;

/** Tells the version of a document by the namespace of its root, else by its `version`. */
export function versionOf(root: { readonly namespace: string }, attributeValue?: string): WpsVersion {
  if (root.namespace === wps10) return "1.0.0";
  if (root.namespace.startsWith("http://www.opengis.net/wps/2")) return "2.0.0";
  return likelyVersion(attributeValue);
}

/** Tells the version that a text most likely names: 1.0.0 unless it begins with 2. */
export function likelyVersion(text: string | undefined): WpsVersion {
  return text?.startsWith("2.") === true ? "2.0.0" : "1.0.0";
}

/** Reads a version as clients write it, short forms too; undefined for one that is not spoken. */
export function readVersion(text: string): WpsVersion | undefined {
  if (/^1(\.0){0,2}$/.test(text)) return "1.0.0";
  return /^2(\.0(\.\d)?)?$/.test(text) ? "2.0.0" : undefined;
}
