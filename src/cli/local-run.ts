import { access, constants, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { onlyTargets } from "../cwl/document/targets.ts";
import type { JobFile } from "../cwl/run/job-file.ts";
import type { LocalRun, PreservedEnvironment } from "../cwl/run/local-run.ts";
import { defined } from "../domain/defined.ts";
import { errorText } from "../domain/problem.ts";
import { ifExists } from "../files/file-errors.ts";
import { type Given, type Io, isGiven, textOption, textOptions, UsageError } from "./command.ts";
import { requireDirectory } from "./require-directory.ts";

/** Reads which part of a workflow runs; undefined for the whole. */
export function narrowingOf(given: Given): LocalRun["narrow"] {
  const targets = textOptions(given, "target");
  return targets.length === 0 ? undefined : (document) => onlyTargets(document, targets);
}

/** Reads what the options ask of a run besides. Throws UsageError for a directory that cannot be used. */
export async function localRunOf(
  given: Given,
  io: Io,
  { job, say }: { readonly job: JobFile; readonly say: (text: string) => void },
): Promise<LocalRun> {
  const narrow = narrowingOf(given);
  const defaultImage = textOption(given, "default-container");
  const logs = textOption(given, "log-dir");
  return {
    ...defined({ narrow, defaultImage }),
    ...(logs === undefined ? {} : { logDirectory: await requireDirectory("--log-dir", logs) }),
    ...(isGiven(given, "debug") ? { tell: (line: string) => io.talk(`debug: ${line}\n`) } : {}),
    preserved: preservedOf(given, io, say),
    locateInput: job.locateInput,
  };
}

function preservedOf(given: Given, io: Io, say: (text: string) => void): PreservedEnvironment {
  const all = Object.entries(io.environment).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const named = textOptions(given, "preserve-environment");
  for (const name of named) {
    if (io.environment[name] === undefined) say(`Cannot preserve "${name}": found no such environment variable\n`);
  }
  return {
    named: Object.fromEntries(all.filter(([name]) => named.includes(name))),
    others: isGiven(given, "preserve-entire-environment") ? Object.fromEntries(all) : {},
  };
}

/** Reads where the output object goes; undefined for stdout. Throws UsageError for a file that cannot be written. */
export async function summaryOf(given: Given): Promise<string | undefined> {
  const named = textOption(given, "write-summary");
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
