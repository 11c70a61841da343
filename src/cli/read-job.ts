import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Package } from "../cwl/document/load.ts";
import { readSource } from "../cwl/document/source.ts";
import { type JobFile, readJobFile } from "../cwl/run/job-file.ts";
import { isJsonObject, type Json } from "../domain/json.ts";
import { errorText, Problem } from "../domain/problem.ts";
import type { Given } from "./command.ts";
import { readPackageInputs } from "./package-inputs.ts";

/** The words of a run: its package, and its job file, `-` for stdin. */
export type RunWords = { readonly file: string; readonly jobFile?: string };

/** A job file may name its package (`cwl:tool`), and is then the only word. */
export async function readRunWords(file: string, jobFile: string | undefined): Promise<RunWords> {
  if (jobFile !== undefined) return { file, jobFile };
  const named = await packageOfJob(file);
  return named === undefined ? { file } : { file: resolve(dirname(file), named), jobFile: file };
}

async function packageOfJob(file: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch {
    // Reading it as a package says what is wrong with it.
    return undefined;
  }
  if (!text.includes("cwl:tool")) return undefined;
  const value: Json = readSource(text, file).value;
  const tool = isJsonObject(value) ? value["cwl:tool"] : undefined;
  return typeof tool === "string" ? tool.replace(/^file:\/\//, "") : undefined;
}

/** Reads the inputs of a run: those of the job file, and over them those of the command line. */
export async function readJob(packed: Package, jobFile: string | undefined, given: Given): Promise<JobFile> {
  const inputs = readPackageInputs(packed.cwl.main.inputs, given.inputs ?? []);
  const text = jobFile === undefined ? "{}" : await readText(jobFile);
  const name = jobFile === undefined ? "command line" : jobFile === "-" ? "stdin" : jobFile;
  return readJobFile(text, name, packed.cwl, inputs);
}

async function readText(jobFile: string): Promise<string> {
  try {
    return await (jobFile === "-" ? Bun.stdin.text() : readFile(jobFile, "utf8"));
  } catch (cause) {
    throw new Problem("invalid-parameter-value", `Cannot read job file "${jobFile}": ${errorText(cause)}`, { cause });
  }
}
