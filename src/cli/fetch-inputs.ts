import { mkdir } from "node:fs/promises";
import { join } from "node:path";

/** Puts what a URL leads to into a directory and gives its path. */
export type FetchFile = (url: string, directory: string, tell: (line: string) => void) => Promise<string>;

/** Files that are fetched beside each other. */
const lanes = 4;

/** Makes what fetches the files of a job, each URL once, each into a directory of its own below `root`. */
export function createFetching(
  fetchFile: FetchFile,
  root: string,
  say: (line: string) => void,
): (url: string) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  const ends: Promise<unknown>[] = Array.from({ length: lanes }, () => Promise.resolve());
  return (url) => {
    const found = known.get(url);
    if (found !== undefined) return found;
    const lane = known.size % lanes;
    const directory = join(root, String(known.size));
    const fetched = (ends[lane] ?? Promise.resolve()).then(async () => {
      say(`Fetching ${url}\n`);
      await mkdir(directory, { recursive: true });
      return fetchFile(url, directory, (line) => say(`${line}\n`));
    });
    ends[lane] = fetched.catch(() => undefined);
    known.set(url, fetched);
    return fetched;
  };
}
