import type { AssetCache } from "../../files/asset-cache.ts";
import type { Downloaded } from "../../net/download.ts";
import type { RemoteFacts } from "../../net/remote/ask-facts.ts";
import type { InputPlace } from "./input-place.ts";

/** What the client's share of the disk leaves, in bytes, and the words for what is used of it. */
export type ShareLeft = { readonly bytes: number; readonly used: string; readonly limit: string };

/** What a directory is made with, besides where it goes. */
export type DirectoryDeps = {
  /** Fetches a file of another server into a directory. Throws `remote-failure`. */
  readonly download: (url: string, directory: string) => Promise<Downloaded>;
  /** Asks another server about a file that is not fetched yet. */
  readonly factsOf: (url: string) => Promise<RemoteFacts>;
  /** What was fetched before, and may be used again. */
  readonly cache?: AssetCache;
  /** What the client's share of the disk leaves; no bound when undefined. */
  readonly shareLeft?: () => Promise<ShareLeft | undefined>;
  /** Gives the real path of a file below an input root. Throws for any other. */
  readonly localFile: (href: string) => Promise<string>;
  /** The most that one directory may hold, in bytes. */
  readonly maxBytes: number;
  /** Which assets of STAC items are wanted where the request does not say. */
  readonly assets?: readonly string[];
  readonly signal?: AbortSignal | undefined;
};

/** Where a directory is made. */
export type Target = { readonly place: InputPlace; readonly directory: string };
