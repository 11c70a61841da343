import { access, constants, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { onlyTargets } from "../../cwl/document/load/targets.ts";
import type { JobFile } from "../../cwl/run/job-file.ts";
import type { LocalRun, PreservedEnvironment } from "../../cwl/run/local-run.ts";
import { defined } from "../../domain/defined.ts";
import { errorText } from "../../domain/problem.ts";
import { ifExists } from "../../files/disk/file-errors.ts";
import { type Arguments, hasOption, type Io, textOption, textOptions, UsageError } from "../command.ts";
import { requireDirectory } from "../require-directory.ts";

/** Reads which part of a workflow runs; undefined for the whole. */
export function narrowingOf(args: Arguments): LocalRun["narrow"] {
  const targets = textOptions(args, "target");
  return targets.length === 0 ? undefined : (document) => onlyTargets(document, targets);
}

/** Reads what the options ask of a run besides. Throws UsageError for a directory that cannot be used. */
export async function localRunOf(
  args: Arguments,
  io: Io,
  { job, say }: { readonly job: JobFile; readonly say: (text: string) => void },
): Promise<LocalRun> {
  const narrow = narrowingOf(args);
  const defaultImage = textOption(args, "default-container");
  const logs = textOption(args, "log-dir");
  return {
    ...defined({ narrow, defaultImage }),
    ...(logs === undefined ? {} : { logDirectory: await requireDirectory("--log-dir", logs) }),
    ...(hasOption(args, "debug") ? { tell: (line: string) => io.talk(`debug: ${line}\n`) } : {}),
    preserved: preservedOf(args, io, say),
    locateInput: job.locateInput,
  };
}

function preservedOf(args: Arguments, io: Io, say: (text: string) => void): PreservedEnvironment {
  const all = Object.entries(io.environment).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const named = textOptions(args, "preserve-environment");
  for (const name of named) {
    if (io.environment[name] === undefined) say(`Cannot preserve "${name}": found no such environment variable\n`);
  }
  return {
    named: Object.fromEntries(all.filter(([name]) => named.includes(name))),
    others: hasOption(args, "preserve-entire-environment") ? Object.fromEntries(all) : {},
  };
}

/** Reads where the output object goes; undefined for stdout. Throws UsageError for a file that cannot be written. */
export async function summaryOf(args: Arguments): Promise<string | undefined> {
  const named = textOption(args, "write-summary");
  if (named === undefined) return undefined;
  const file = resolve(named);
  try {
    const facts = await ifExists(stat(file));
    if (facts?.isDirectory() === true) throw new Error("it is a directory");
    await access(facts === undefined ? dirname(file) : file, constants.W_OK);
    return file;
  } catch (cause) {
    const detail = `found "${named}" (${errorText(cause)}), wanted a file that can be written`;
    throw new UsageError(`Cannot use --write-summary: ${detail}`, { cause });
  }
}
