import type { Link } from "../links.ts";
import type { RemoteType } from "../processes/remote-type.ts";

/** A server whose processes can run from here, with its state. Times are RFC 3339. */
export type ProviderDocument = {
  readonly id: string;
  readonly url: string;
  readonly type: RemoteType;
  readonly public: boolean;
  readonly forwardHeaders: readonly string[];
  /** Heddle signs in there. */
  readonly auth: boolean;
  readonly created: string;
  readonly status: string;
  readonly checked: string;
  readonly title?: string;
  /** Why it is down. */
  readonly message?: string;
  /** When it refused the last run that tells whether it does, since it wants a key or another one; gone when a run succeeds or the key is changed. */
  readonly refusedForKey?: string;
  readonly links: readonly Link[];
};

/** All servers that the reader may see. */
export type ProviderListDocument = { readonly providers: readonly ProviderDocument[]; readonly links: readonly Link[] };

/** A process as a provider lists it. */
export type OfferedProcess = {
  readonly id: string;
  readonly title?: string;
  readonly description?: string;
  readonly links: readonly Link[];
};

/** What a provider offers. */
export type ProviderOfferDocument = { readonly processes: readonly OfferedProcess[]; readonly links: readonly Link[] };

/** Which provider something is of, as its page tells it. */
export type ShownProvider = Pick<ProviderDocument, "id" | "url" | "type" | "title">;
