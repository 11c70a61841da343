import { readdir } from "node:fs/promises";
import type { Clock } from "../../../domain/waiting/clock.ts";
import { ifExists } from "../../../files/disk/file-errors.ts";
import { type Layout, slurmDirectory } from "../../../files/layout.ts";
import { manifestSuffix } from "../job-files.ts";

/** What lies in the directory of an execution's jobs: a listing shows what a network file system hides from single look-ups. */
export type Listing = {
  readonly names: ReadonlySet<string>;
  /** Those of the manifests of arrays. */
  readonly manifests: readonly string[];
};

/** Lists the directories of jobs, each for all who look at about the same time. */
export type Listings = {
  look(executionId: string): Promise<Listing>;
  forget(executionId: string): void;
};

/** How old a listing may be: all tasks of an execution look in turns, at other moments. */
const freshMilliseconds = 250;

/** Makes what lists the directories of jobs. */
export function createListings(layout: Layout, clock: Clock): Listings {
  const known = new Map<string, { readonly askedAt: number; readonly listing: Promise<Listing> }>();
  return {
    look(executionId) {
      const last = known.get(executionId);
      if (last !== undefined && clock.elapsed() - last.askedAt < freshMilliseconds) return last.listing;
      const entry = { askedAt: clock.elapsed(), listing: list(layout, executionId) };
      known.set(executionId, entry);
      // Whoever waits for it is told; the next one looks anew.
      entry.listing.catch(() => {
        if (known.get(executionId) === entry) known.delete(executionId);
      });
      return entry.listing;
    },
    forget: (executionId) => void known.delete(executionId),
  };
}

async function list(layout: Layout, executionId: string): Promise<Listing> {
  const names = (await ifExists(readdir(slurmDirectory(layout, executionId)))) ?? [];
  return { names: new Set(names), manifests: names.filter((name) => name.endsWith(manifestSuffix)) };
}
