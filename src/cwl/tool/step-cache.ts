import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import * as v from "valibot";
import { defined } from "../../domain/defined.ts";
import { type Maker, MakerSchema } from "../../domain/jobs/provenance.ts";
import { Problem } from "../../domain/problem.ts";
import {
  canonicalJson,
  isJsonObject,
  isList,
  type Json,
  type JsonObject,
  parseExact,
} from "../../domain/values/json.ts";
import { copyTree } from "../../files/disk/copy-tree.ts";
import { hasCode, ifExists } from "../../files/disk/file-errors.ts";
import { openDirectory, openRegular, readPart } from "../../files/disk/open-regular.ts";
import { directoryMode, isInside } from "../../files/layout.ts";
import { markUsed, partialEntry } from "../../files/step-cache.ts";
import type { CommandLineTool } from "../document/schema.ts";
import { evaluate } from "../javascript/expression.ts";
import type { CompleteCall } from "../run/complete-call.ts";
import { packageFault } from "../values/failure.ts";
import { fileObject, filesIn, isFileObject, mapFiles, pathOf } from "../values/file-object.ts";

/** A place in a cache: its key names a tool with its inputs. */
export type Cached = { readonly directory: string; readonly key: string };

/** Which job made the outputs of an entry, and when, stands in this file of it. */
const makerName = "made.json";

/** How much of a file is read at once for its digest. */
const digestBytes = 2 ** 20;

/** Tells whether a tool's results may be used again (CWL v1.2 WorkReuse). */
export function isReusable({ requirements, scope }: CompleteCall): boolean {
  const value = typeof requirements.reuse === "string" ? evaluate(requirements.reuse, scope) : requirements.reuse;
  if (value === undefined || value === null) return true;
  if (typeof value === "boolean") return value;
  throw packageFault(`Cannot decide on enableReuse: found ${JSON.stringify(value)}, wanted true or false`);
}

/** Names a tool with its inputs by their content: another byte in an input file is another name. */
export async function cacheKey(tool: CommandLineTool, { requirements, scope }: CompleteCall): Promise<string> {
  const { id: _id, label: _label, doc: _doc, extensions: _extensions, hints: _hints, ...what } = tool;
  const inputs = await contentOf(scope.inputs);
  const text = canonicalJson(parseExact(JSON.stringify({ what, requirements, inputs })));
  return createHash("sha256").update(text).digest("hex");
}

/** A value with each file told by its content in place of its path. */
async function contentOf(value: Json): Promise<Json> {
  if (isList(value)) return Promise.all(value.map(contentOf));
  if (!isJsonObject(value)) return value;
  if (!isFileObject(value)) return contentOfMembers(value);
  const { path, location: _location, dirname: _dirname, ...rest } = value;
  const whole = await contentOfMembers(rest);
  return typeof path === "string" ? { ...whole, content: await digestOf(path) } : whole;
}

async function contentOfMembers(object: JsonObject): Promise<JsonObject> {
  const members = Object.entries(object).map(async ([name, member]) => [name, await contentOf(member)] as const);
  return Object.fromEntries(await Promise.all(members));
}

async function digestOf(path: string): Promise<Json> {
  if ((await stat(path)).isDirectory()) {
    await using directory = await openDirectory(path);
    return await Promise.all(directory.names.map(async (name) => [name, await digestOf(join(path, name))]));
  }
  await using file = await openRegular(path);
  const hash = createHash("sha256");
  for (let at = 0; ; at += digestBytes) {
    const bytes = await readPart(file.handle, at, digestBytes);
    hash.update(bytes);
    if (bytes.byteLength < digestBytes) return hash.digest("hex");
  }
}

/** Finds the outputs that a tool had before; undefined when there are none, or not all of them. */
export async function findCached(directory: string, key: string): Promise<JsonObject | undefined> {
  const entry = join(directory, key);
  const text = await ifExists(readFile(join(entry, "outputs.json"), "utf8"));
  const kept: Json | undefined = text === undefined ? undefined : parseExact(text);
  if (!isJsonObject(kept)) return undefined;
  const outputs = await relocate(kept, (path) => join(entry, path));
  const facts = await Promise.all(filesIn(outputs).map((file) => ifExists(stat(pathOf(file) ?? entry))));
  return facts.includes(undefined) || !isJsonObject(outputs) ? undefined : outputs;
}

/** Outputs that a tool had before, and which job made them; entries of earlier programs do not say. */
export type CopiedOutputs = { readonly outputs: JsonObject; readonly made?: Maker };

/** Copies the outputs that a tool had before to where it would have written them now; undefined when there are none. */
export async function copyCached(directory: string, key: string, outdir: string): Promise<CopiedOutputs | undefined> {
  const found = await findCached(directory, key);
  if (found === undefined) return undefined;
  const entry = join(directory, key);
  const made = makerIn(await ifExists(readFile(join(entry, makerName), "utf8")));
  await copyTree(join(entry, "out"), outdir);
  await markUsed(entry);
  const outputs = await relocate(found, (path) => join(outdir, relative(join(entry, "out"), path)));
  return isJsonObject(outputs) ? { outputs, ...defined({ made }) } : undefined;
}

/** Reads who made an entry; undefined for an entry that does not say, or not in full. */
function makerIn(text: string | undefined): Maker | undefined {
  if (text === undefined) return undefined;
  const outcome = v.safeParse(v.pipe(v.string(), v.parseJson(), MakerSchema), text);
  return outcome.success ? outcome.output : undefined;
}

/** The paths that lie in no other of them. */
function outermost(paths: readonly string[]): readonly string[] {
  const kept: string[] = [];
  // What lies in a directory comes right after it.
  for (const path of [...new Set(paths)].map((path) => `${path}/`).toSorted()) {
    const last = kept.at(-1);
    if (last === undefined || !path.startsWith(last)) kept.push(path);
  }
  return kept.map((path) => path.slice(0, -1));
}

async function keepOne(outdir: string, path: string, kept: string): Promise<void> {
  const target = join(kept, relative(outdir, path));
  await mkdir(dirname(target), { recursive: true, mode: directoryMode });
  await copyTree(path, target, (real) => isInside(outdir, real));
}

/**
 * Keeps the outputs of a tool, with the job that made them where that is told, and nothing else that it left; those that name files
 * from elsewhere are not kept.
 */
export async function keepCached(
  { directory, key }: Cached,
  outdir: string,
  outputs: JsonObject,
  made?: Maker,
): Promise<void> {
  const paths = filesIn(outputs).flatMap((file) => pathOf(file) ?? []);
  if (!paths.every((path) => isInside(outdir, path))) return;
  await mkdir(directory, { recursive: true, mode: directoryMode });
  const partial = await mkdtemp(join(directory, partialEntry));
  try {
    await mkdir(join(partial, "out"), { mode: directoryMode });
    for (const path of outermost(paths)) await keepOne(outdir, path, join(partial, "out"));
    const kept = await relocate(outputs, (path) => join("out", relative(outdir, path)));
    await writeFile(join(partial, "outputs.json"), JSON.stringify(kept));
    if (made !== undefined) await writeFile(join(partial, makerName), JSON.stringify(made));
    await rename(partial, join(directory, key));
  } catch (error) {
    // Another run has kept the same meanwhile, or a directory leads elsewhere by its links.
    if (!hasCode(error, "ENOTEMPTY", "EEXIST") && !(error instanceof Problem)) throw error;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

function relocate(value: Json, move: (path: string) => string): Promise<Json> {
  return mapFiles(value, async (object) => {
    const path = pathOf(object);
    const secondaryFiles = isList(object.secondaryFiles) ? await relocate(object.secondaryFiles, move) : undefined;
    const inner = secondaryFiles === undefined ? {} : { secondaryFiles };
    if (path === undefined) return { ...object, ...inner };
    const moved = move(path);
    const { location } = fileObject("File", moved);
    return { ...object, path: moved, location: location ?? null, ...inner };
  });
}
