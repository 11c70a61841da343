import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import * as v from "valibot";
import type { Job, JobRequest } from "../../domain/jobs/job.ts";
import { isJsonObject, type Json, parseExact } from "../../domain/values/json.ts";
import { ResultsSchema } from "../../domain/values/results.ts";
import type { Inputs, Result, Results } from "../../domain/values/values.ts";
import { syncPath } from "../disk/durable.ts";
import { directoryMode, fileMode, joinInside, type Layout, valuesDirectory } from "../layout.ts";

/**
 * Longer texts of JSON stand in a file, and a row tells where; in characters. A row is read whole, and so are a thousand
 * of them for one list of jobs.
 */
const longestInRow = 32 * 1024;

/** What stands in a row instead of a value that is kept in a file. */
const keptMember = "heddle:keptAs";

/**
 * Keeps a value of a job or an execution in a file when it is too long for a row; gives what the row is to hold. The file
 * is durable when this resolves. Done twice it is the same file.
 */
export async function keepValue(layout: Layout, owner: string, name: string, value: Json): Promise<Json> {
  const text = JSON.stringify(value);
  // What looks like a place is not to be taken for one.
  if (text.length <= longestInRow && !isPlace(value)) return value;
  return { [keptMember]: await writeValue(layout, owner, name, text) };
}

/** Gives the value that `keepValue` was given, from what the row holds. */
export async function keptValue(layout: Layout, held: Json): Promise<Json> {
  return isPlace(held) ? readValue(layout, String(held[keptMember])) : held;
}

function isPlace(value: Json): value is { readonly [keptMember]: string } {
  return isJsonObject(value) && typeof value[keptMember] === "string" && Object.keys(value).length === 1;
}

/** Keeps the inputs of a request in a file when they are too long for a row; gives the request as the row is to hold it. */
export async function keepInputs(layout: Layout, jobId: string, request: JobRequest): Promise<JobRequest> {
  const text = JSON.stringify(request.inputs);
  if (text.length <= longestInRow) return request;
  return { ...request, inputs: {}, inputsKeptAs: await writeValue(layout, jobId, "inputs", text) };
}

const InputsSchema = v.custom<Inputs>((value) => typeof value === "object" && value !== null);

/** Gives a job with the inputs that it was submitted with, wherever they are kept. */
export async function withInputs(layout: Layout, job: Job): Promise<Job> {
  const { inputsKeptAs, ...request } = job.request;
  if (inputsKeptAs === undefined) return job;
  return { ...job, request: { ...request, inputs: v.parse(InputsSchema, await readValue(layout, inputsKeptAs)) } };
}

/** Keeps those results of an execution in files that are too long for a row; gives what the rows are to hold. */
export async function keepResults(layout: Layout, executionId: string, results: Results): Promise<Results> {
  const held: [string, Result][] = [];
  for (const [outputId, result] of Object.entries(results)) {
    const text = JSON.stringify({ [outputId]: result });
    if (text.length <= longestInRow) held.push([outputId, result]);
    else {
      const keptAs = await writeValue(layout, executionId, `result ${outputId}`, text);
      held.push([outputId, { kind: "value", value: null, keptAs }]);
    }
  }
  return Object.fromEntries(held);
}

/** Gives the results that `keepResults` was given, from what the rows hold. */
export async function keptResults(layout: Layout, held: Results): Promise<Results> {
  const results: [string, Result][] = [];
  for (const [outputId, result] of Object.entries(held)) {
    const keptAs = result.kind === "value" ? result.keptAs : undefined;
    const read = keptAs === undefined ? undefined : v.parse(ResultsSchema, await readValue(layout, keptAs));
    results.push([outputId, read?.[outputId] ?? result]);
  }
  return Object.fromEntries(results);
}

/** Removes what is kept of a job or an execution. Harmless when nothing is. */
export async function removeKeptValues(layout: Layout, owner: string): Promise<void> {
  await rm(joinInside(valuesDirectory(layout), owner), { recursive: true, force: true });
}

/** Writes a text durably; gives its place below the directory of values. */
async function writeValue(layout: Layout, owner: string, name: string, text: string): Promise<string> {
  const top = valuesDirectory(layout);
  const place = `${owner}/${createHash("sha256").update(name).digest("hex").slice(0, 32)}.json`;
  const path = joinInside(top, place);
  await mkdir(dirname(path), { recursive: true, mode: directoryMode });
  {
    await using file = await open(`${path}.new`, "w", fileMode);
    await file.writeFile(text);
    await file.sync();
  }
  await rename(`${path}.new`, path);
  for (const directory of [dirname(path), top, dirname(top)]) await syncPath(directory);
  return place;
}

async function readValue(layout: Layout, place: string): Promise<Json> {
  return parseExact(await readFile(joinInside(valuesDirectory(layout), place), "utf8"));
}
