/** The formats of documents by what `f` calls them. JSON is the default. */
export const documentFormats = {
  json: { mediaType: "application/json", title: "This document as JSON" },
  html: { mediaType: "text/html", title: "This document as HTML" },
} as const;

export type DocumentFormat = keyof typeof documentFormats;

/** Tells whether a text is what `f` calls a format. */
export function isDocumentFormat(name: string): name is DocumentFormat {
  return Object.hasOwn(documentFormats, name);
}

/** The names of all formats. */
export const documentFormatNames: readonly DocumentFormat[] = Object.keys(documentFormats).filter(isDocumentFormat);
