/** Who runs the service and what it is for, as its operator words it. */
export type ServiceIdentity = {
  readonly title: string;
  readonly description: string;
  readonly provider?: { readonly name: string; readonly url?: string };
  /** Whom to ask; an address of mail or a page, or both. */
  readonly contact?: { readonly name?: string; readonly email?: string; readonly url?: string };
  readonly license?: { readonly name: string; readonly url?: string };
  readonly termsUrl?: string;
  readonly logoUrl?: string;
  readonly keywords: readonly string[];
  /** The languages (RFC 5646) of the texts of the processes, the usual one first; never empty. */
  readonly languages: readonly string[];
};

/** What a service says of itself whose operator says nothing. */
export const plainIdentity: ServiceIdentity = {
  title: "Heddle",
  description: "Runs tools as OGC API - Processes",
  keywords: [],
  languages: ["en-US"],
};
