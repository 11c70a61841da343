import { basename, dirname, join } from "node:path";
import { readOwn } from "../../files/disk/open-regular.ts";
import { type ArrayFiles, arrayFilesOf, type JobFiles, manifestNames, manifestSuffix } from "./job-files.ts";
import type { Listings } from "./watch/listings.ts";
import { elementName } from "./watch/queue.ts";

/** Where a try stands in Slurm: as a job of its own, or as an element of an array. */
export type JobPlace = {
  /** By what the queue knows it. */
  readonly name: string;
  readonly array?: { readonly files: ArrayFiles; readonly index: number };
};

/** Finds where tries stand: what this process did not submit is read from the manifests. */
export type JobPlaces = {
  find(executionId: string, files: JobFiles): Promise<JobPlace>;
  /** Reads the number that Slurm gave to the job of a try; undefined when nobody could note it. */
  numberOf(executionId: string, files: JobFiles): Promise<string | undefined>;
  /** Notes the elements of an array in their order. */
  note(executionId: string, array: ArrayFiles, names: readonly string[]): void;
  /** Takes back what was noted of an array that is not to be. */
  drop(executionId: string, array: ArrayFiles, names: readonly string[]): void;
  /** How many manifests of an execution are known. */
  readCount(executionId: string): number;
  forget(executionId: string): void;
};

/** Makes what knows the places of jobs. */
export function createJobPlaces(listings: Listings): JobPlaces {
  /** By execution: the manifests that were read, and the places of their elements. */
  const known = new Map<string, { readonly read: Set<string>; readonly places: Map<string, JobPlace> }>();
  const of = (executionId: string) => {
    const found = known.get(executionId) ?? { read: new Set<string>(), places: new Map<string, JobPlace>() };
    known.set(executionId, found);
    return found;
  };
  const note = (executionId: string, array: ArrayFiles, names: readonly string[]) => {
    const { read, places } = of(executionId);
    read.add(basename(array.manifest));
    for (const [index, name] of names.entries()) {
      places.set(name, { name: elementName(array.name, index), array: { files: array, index } });
    }
  };
  const find = async (executionId: string, files: JobFiles): Promise<JobPlace> => {
    const there = known.get(executionId)?.places.get(files.name);
    if (there !== undefined) return there;
    const directory = dirname(files.base);
    const { manifests } = await listings.look(executionId);
    const { read, places } = of(executionId);
    for (const manifest of manifests.filter((name) => !read.has(name))) {
      const text = await readOwn(join(directory, manifest));
      if (text === undefined) continue;
      note(executionId, arrayFilesOf(directory, manifest.slice(0, -manifestSuffix.length)), manifestNames(text));
    }
    return places.get(files.name) ?? { name: files.name };
  };
  return {
    find,
    note,
    async numberOf(executionId, files) {
      const { array } = await find(executionId, files);
      const number = (await readOwn(array === undefined ? files.job : array.files.job))?.trim();
      return number === undefined || array === undefined ? number : `${number}_${array.index}`;
    },
    drop(executionId, array, names) {
      const { read, places } = of(executionId);
      read.delete(basename(array.manifest));
      for (const name of names) places.delete(name);
    },
    readCount: (executionId) => known.get(executionId)?.read.size ?? 0,
    forget: (executionId) => void known.delete(executionId),
  };
}
