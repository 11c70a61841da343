import { isProgressLine } from "../../executors/local/tool-progress.ts";
import { readPart } from "../../files/disk/open-regular.ts";
import { openLogToRead } from "../../files/jobs/job-log.ts";

/** What a failure quotes of a tool's stderr. */
const tailLines = 20;
const tailBytes = 4 * 1024;

/** A file that a tool writes to, and the directory of its own that it must really lie in. */
export type Talk = { readonly file: string; readonly within: string };

/** The last lines that a tool wrote, without those that tell progress. */
export async function stderrTail({ file, within }: Talk): Promise<string> {
  const handle = await openLogToRead(file, within);
  if (handle === undefined) return "";
  await using log = handle;
  const offset = Math.max(0, (await log.stat()).size - tailBytes);
  const lines = (await readPart(log, offset, tailBytes)).toString("utf8").split("\n");
  const told = (offset > 0 ? lines.slice(1) : lines).filter((line) => line !== "" && !isProgressLine(line));
  return told.slice(-tailLines).join("\n");
}
