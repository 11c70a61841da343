import { mkdir } from "node:fs/promises";
import { join } from "node:path";

/** Fetches a file into a directory and returns its path. */
export type FetchFile = (url: string, directory: string, log: (line: string) => void) => Promise<string>;

/** Files that are fetched beside each other. */
const lanes = 4;

/** Builds the function that fetches the files of a job: each URL once, into a directory of its own below `root`. */
export function createFetching(
  fetchFile: FetchFile,
  root: string,
  say: (line: string) => void,
): (url: string) => Promise<string> {
  const files = new Map<string, Promise<string>>();
  const ends: Promise<unknown>[] = Array.from({ length: lanes }, () => Promise.resolve());
  return (url) => {
    const earlier = files.get(url);
    if (earlier !== undefined) return earlier;
    const lane = files.size % lanes;
    const directory = join(root, String(files.size));
    const fetched = (ends[lane] ?? Promise.resolve()).then(async () => {
      say(`Fetching ${url}\n`);
      await mkdir(directory, { recursive: true });
      return fetchFile(url, directory, (line) => say(`${line}\n`));
    });
    ends[lane] = fetched.catch(() => undefined);
    files.set(url, fetched);
    return fetched;
  };
}
