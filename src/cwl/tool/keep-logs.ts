import { constants, copyFileSync, lstatSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { taskLogFile } from "../../files/layout.ts";
import type { Call } from "../run/call.ts";
import type { RunContext } from "../run/run-context.ts";
import type { Try } from "./try.ts";

/** What a tool said that went to no file of its own. */
const talkName = "log.txt";

/**
 * Keeps what a tool wrote to stdout and stderr in the directory for logs, when there is one: the files that the streams
 * went to under their names, all else in `log.txt`. Runs of a scattered step are numbered from 2 on.
 */
export function keepLogs({ local, layout }: RunContext, call: Call, { key, plan }: Try): void {
  const { logDirectory } = local;
  if (logDirectory === undefined) return;
  const name = call.path === "" ? call.process.id : call.path;
  const directory = join(logDirectory, call.shard === 0 ? name : `${name}_${call.shard + 1}`);
  const { stdout, stderr } = plan.streams;
  const kept = [
    [stdout, stdout],
    [stderr, stderr],
    [taskLogFile(layout, key), talkName],
  ] as const;
  for (const [file, as] of kept) {
    if (file === undefined || as === undefined) continue;
    const facts = lstatSync(file, { throwIfNoEntry: false });
    if (facts?.isFile() !== true || (as === talkName && facts.size === 0)) continue;
    mkdirSync(directory, { recursive: true });
    copyFileSync(file, join(directory, basename(as)), constants.COPYFILE_FICLONE);
  }
}
