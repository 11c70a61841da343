import { mkdir, open, rename } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { syncPath } from "../../files/disk/durable.ts";
import { readOwn } from "../../files/disk/open-regular.ts";
import { directoryMode, fileMode, type Layout, remoteDirectory } from "../../files/layout.ts";
import { keepAnswer } from "../../net/download.ts";
import type { OutboundAnswer } from "../../net/fetch.ts";
import type { SavedAnswer } from "../../net/remote/remote.ts";
import type { Prepared } from "../engine.ts";

const SavedAnswerSchema = v.object({
  status: v.number(),
  url: v.string(),
  headers: v.record(v.string(), v.string()),
  path: v.string(),
});

/** What of an answer's head is ever looked at again. */
const keptHeaders = ["content-type", "content-disposition", "location", "link", "retry-after"];

/** Whose answer it is. */
type AnswerPlace = Pick<Prepared, "executionId" | "directory">;

/** Keeps an answer below an execution's work directory; it can be found again when this resolves, and is whole then. */
export async function saveAnswer(
  deps: { readonly layout: Layout; readonly maxDownloadBytes: number },
  place: AnswerPlace,
  name: string,
  answer: OutboundAnswer,
): Promise<SavedAnswer> {
  const directory = join(remoteDirectory(deps.layout, place), name);
  await mkdir(directory, { recursive: true, mode: directoryMode });
  const file = await keepAnswer({ maxBytes: deps.maxDownloadBytes }, answer, directory, { name: "body" });
  await syncPath(file.path);
  const headers = keptHeaders.flatMap((header) => {
    const value = answer.headers.get(header);
    return value === null ? [] : [[header, value] as const];
  });
  const { status, url } = answer;
  const saved = { status, url, headers: Object.fromEntries(headers), path: file.path };
  await writeHead(directory, saved);
  return saved;
}

/** Its name is what says that the answer is whole. */
async function writeHead(directory: string, saved: SavedAnswer): Promise<void> {
  const path = join(directory, "head.json");
  {
    await using file = await open(`${path}.new`, "w", fileMode);
    await file.writeFile(JSON.stringify(saved));
    await file.sync();
  }
  await rename(`${path}.new`, path);
  await syncPath(directory);
}

/** Finds an answer that was kept whole. */
export async function findAnswer(layout: Layout, place: AnswerPlace, name: string): Promise<SavedAnswer | undefined> {
  const path = join(remoteDirectory(layout, place), name, "head.json");
  const text = await readOwn(path);
  return text === undefined ? undefined : v.parse(SavedAnswerSchema, JSON.parse(text));
}
