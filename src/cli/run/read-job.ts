import { dirname, resolve } from "node:path";
import { readSource } from "../../cwl/document/load/source.ts";
import type { CwlDocument } from "../../cwl/document/schema.ts";
import { type FetchFile, type JobFile, readJobFile } from "../../cwl/run/job-file.ts";
import { errorText, Problem } from "../../domain/problem.ts";
import { isJsonObject, type Json } from "../../domain/values/json.ts";
import { readTextFile, textOf } from "../../files/disk/read-text.ts";
import type { Arguments } from "../command.ts";
import { readPackageInputs } from "./package-inputs.ts";

/** The words of a run: its package, and the text of its job file, when there is one. */
export type RunWords = { readonly file: string; readonly job?: NamedText };

type NamedText = { readonly text: string; readonly name: string };

/** Reads what is to be run. A job file, or stdin (`-`), may name its package (`cwl:tool`), and is then the only word. */
export async function readRunWords(file: string, jobFile: string | undefined): Promise<RunWords> {
  if (jobFile !== undefined) return { file, job: await readJobText(jobFile) };
  const job = await readPossibleJob(file);
  const named = job === undefined ? undefined : packageOfJob(job);
  if (job === undefined || named === undefined) return { file };
  return { file: resolve(dirname(job.name), named), job };
}

async function readPossibleJob(file: string): Promise<NamedText | undefined> {
  if (file === "-") return readJobText(file);
  try {
    return { text: await readTextFile(file), name: file };
  } catch {
    // Reading it as a package says what is wrong with it.
    return undefined;
  }
}

function packageOfJob({ text, name }: NamedText): string | undefined {
  if (!text.includes("cwl:tool")) return undefined;
  const value: Json = readSource(text, name).value;
  const tool = isJsonObject(value) ? value["cwl:tool"] : undefined;
  return typeof tool === "string" ? tool.replace(/^file:\/\//, "") : undefined;
}

/** Reads the inputs of a run: those of the job file, and over them those of the command line. */
export async function readJob(
  documents: { readonly whole: CwlDocument; readonly narrowed: CwlDocument },
  job: NamedText | undefined,
  args: Arguments,
  fetchFile: FetchFile,
): Promise<JobFile> {
  const { whole, narrowed } = documents;
  const inputs = readPackageInputs(whole.main.inputs, args.inputs ?? []);
  const { text, name } = job ?? { text: "{}", name: "command line" };
  const read = await readJobFile(text, name, narrowed, { commandLine: inputs, fetchFile });
  // What the whole package has is known, and only not needed.
  const isKnown = (name: string) => whole.main.inputs.some((input) => input.id === name);
  return { ...read, unknown: read.unknown.filter((name) => !isKnown(name)) };
}

async function readJobText(jobFile: string): Promise<NamedText> {
  const name = jobFile === "-" ? "stdin" : jobFile;
  try {
    return { text: jobFile === "-" ? textOf(await Bun.stdin.bytes()) : await readTextFile(jobFile), name };
  } catch (cause) {
    throw new Problem("invalid-parameter-value", `Cannot read job file "${name}": ${errorText(cause)}`, { cause });
  }
}
