import { lstatSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { numberFaults } from "../../domain/faults.ts";
import { errorText, Problem } from "../../domain/problem.ts";
import { decodeText } from "../../domain/values/charset.ts";
import { isJsonObject, isList, type Json, type JsonObject, parseExact } from "../../domain/values/json.ts";
import { excessOfJson, jsonBounds } from "../../domain/values/json-bounds.ts";
import { nearNames } from "../../domain/words/near-names.ts";
import { type MayRead, readRegular } from "../../files/disk/open-regular.ts";
import { duringField } from "../document/load/failed-field.ts";
import type {
  CommandLineTool,
  CwlType,
  ListingMode,
  OutputBinding,
  RecordField,
  ToolOutput,
} from "../document/schema.ts";
import { evaluate, type Scope } from "../javascript/expression.ts";
import { mapInTurns } from "../javascript/in-turns.ts";
import type { Evaluating } from "../javascript/javascript.ts";
import { CwlFailure } from "../values/failure.ts";
import { withContents } from "../values/file-contents.ts";
import { withListing } from "../values/file-listing.ts";
import { mapFiles, pathOf, secondaryFilesOf } from "../values/file-object.ts";
import { members } from "../values/types.ts";
import { finishValue } from "./finish-output.ts";
import { findByPattern } from "./glob.ts";
import { type Bounds, mayRead, realBounds, toFile } from "./output-bounds.ts";

/** Where a tool worked, and what it may hand back. */
export type Collection = {
  readonly tool: CommandLineTool;
  readonly scope: Scope;
  /** What evaluates expressions is done inside this. */
  readonly evaluating: Evaluating;
  readonly outdir: string;
  /** Where the tool itself saw its output directory. */
  readonly visibleOutdir: string;
  readonly streams: { readonly stdout?: string; readonly stderr?: string };
  /** Paths outside the output directory that the tool was given. */
  readonly given: readonly string[];
  /** What is listed of a directory when its binding does not say. */
  readonly listing: ListingMode;
};

/** A tool may write its whole output object itself (CWL v1.2 CommandLineTool 4.3). 16 MiB at most. */
const outputObjectName = "cwl.output.json";
const maxOutputObjectBytes = 16 * 2 ** 20;
/** Each of many files takes several values. */
const outputObjectBounds = { ...jsonBounds, maxValues: 1_000_000 };

/**
 * Collects the outputs of a tool that ended well. No file outside its output directory is taken, also not through a
 * symlink, unless the tool was given it. Throws CwlFailure naming the output that cannot be made.
 */
export async function collectOutputs(collection: Collection): Promise<JsonObject> {
  const bounds = realBounds(collection.outdir, collection.given);
  const written = await readOutputObject(collection, bounds);
  const values = collection.tool.outputs.map(async (output) => {
    try {
      const value =
        written === undefined ? await collectOutput(collection, bounds, output) : (written[output.id] ?? null);
      const missing = value === null ? await missingText(collection, output, written) : "";
      return [output.id, await finishValue(collection, bounds, output, { value, missing })] as const;
    } catch (cause) {
      if (!(cause instanceof CwlFailure || cause instanceof Problem)) throw cause;
      const { field = ["outputs", output.id] } = cause instanceof CwlFailure ? cause : {};
      throw new CwlFailure(`Cannot collect output "${output.id}": ${cause.message}`, {}, { field });
    }
  });
  return Object.fromEntries(await Promise.all(values));
}

/** The most names that a message lists of what is there. */
const maxListed = 20;

/** Words where an output was looked for that is not there, and what was there instead. */
async function missingText(
  collection: Collection,
  { id, outputBinding }: ToolOutput,
  written: JsonObject | undefined,
): Promise<string> {
  if (written !== undefined) return `: ${outputObjectName} has ${listText(Object.keys(written), id)}`;
  const globs = outputBinding?.glob;
  if (globs === undefined || outputBinding?.outputEval !== undefined) return "";
  const patterns = (await collection.evaluating(() => globs.map((glob) => evaluate(glob, collection.scope)))).flat();
  const looked = patterns.map((pattern) => JSON.stringify(pattern)).join(", ");
  const [first] = patterns;
  const names = readdirSync(collection.outdir).toSorted();
  return `: nothing fits the glob ${looked}, the output directory has ${listText(names, typeof first === "string" ? first : "")}`;
}

/** Lists names, those that may have been meant first. */
function listText(names: readonly string[], wanted: string): string {
  if (names.length === 0) return "nothing in it";
  const near = nearNames(wanted, names);
  const listed = [...near, ...names.filter((name) => !near.includes(name))].slice(0, maxListed);
  return `${listed.map((name) => `"${name}"`).join(", ")}${names.length > maxListed ? `, and ${names.length - maxListed} more` : ""}`;
}

async function collectOutput(collection: Collection, bounds: Bounds, output: ToolOutput): Promise<Json> {
  const stream = output.stream === undefined ? undefined : collection.streams[output.stream];
  if (stream !== undefined) return toFile(bounds, stream);
  return collectBound(collection, bounds, { name: output.id, type: output.type, binding: output.outputBinding });
}

/** An output, or a field of one. */
type Bound = { readonly name: string; readonly type: CwlType; readonly binding: OutputBinding | undefined };

async function collectBound(collection: Collection, bounds: Bounds, { name, type, binding }: Bound): Promise<Json> {
  if (binding === undefined) {
    const record = members(type).find((member) => member.kind === "record");
    return record === undefined ? null : collectRecord(collection, bounds, record.fields);
  }
  const { glob: globs } = binding;
  const collectNamed = () => (globs === undefined ? undefined : collectGlobs(collection, bounds, { name, globs }));
  const found = await duringField(["outputs", name, "outputBinding", "glob"], async () => collectNamed());
  const listing = binding.loadListing ?? collection.listing;
  const load = (file: JsonObject) => {
    if (file.class === "Directory") return withListing(file, listing, readable(bounds));
    return binding.loadContents ? withContents(file, collection.scope.version, readable(bounds)) : file;
  };
  const files = found === undefined ? undefined : await mapInTurns(found, load);
  const { outputEval } = binding;
  if (outputEval !== undefined) {
    return duringField(["outputs", name, "outputBinding", "outputEval"], () =>
      collection.evaluating(() => evaluate(outputEval, { ...collection.scope, self: files ?? null })),
    );
  }
  return files === undefined ? null : pickFiles(type, files);
}

async function collectRecord(collection: Collection, bounds: Bounds, fields: readonly RecordField[]): Promise<Json> {
  const values = fields.map(async (field) => {
    const { name, type, outputBinding: binding } = field;
    const value = await collectBound(collection, bounds, { name, type, binding });
    return [field.name, value] as const;
  });
  return Object.fromEntries(await Promise.all(values));
}

async function collectGlobs(
  collection: Collection,
  bounds: Bounds,
  { name: bound, globs }: { readonly name: string; readonly globs: readonly string[] },
): Promise<readonly JsonObject[]> {
  const evaluated = await collection.evaluating(() => globs.map((glob) => evaluate(glob, collection.scope)));
  const patterns = evaluated.flatMap((value, index) => {
    const found = isList(value) ? value : [value];
    return found.map((pattern) => {
      if (typeof pattern === "string") return outsidePath(collection, pattern);
      throw new CwlFailure(`found ${JSON.stringify(pattern)} for glob "${globs[index]}", wanted a pattern`);
    });
  });
  const found = await Promise.all(
    patterns.map((pattern) => findByPattern(collection.outdir, pattern, readable(bounds))),
  );
  return mapInTurns([...new Set(found.flat())], (name) => {
    const file = toFile(bounds, join(collection.outdir, name));
    // The output directory itself is called what nobody chose.
    return name === "." ? { ...file, basename: bound } : file;
  });
}

function readable(bounds: Bounds): MayRead {
  return (real) => mayRead(bounds, real);
}

/** Writes a path in the output directory as the tool saw it as the path that it has here. */
function outsidePath({ outdir, visibleOutdir }: Collection, path: string): string {
  if (path === visibleOutdir) return outdir;
  return path.startsWith(`${visibleOutdir}/`) ? join(outdir, path.slice(visibleOutdir.length)) : path;
}

/** One file where one is wanted, all of them where a list is. */
function pickFiles(type: CwlType, files: readonly JsonObject[]): Json {
  const accepted = members(type);
  const isSingle = accepted.some((member) => member.kind === "File" || member.kind === "Directory");
  const isMany = accepted.some((member) => member.kind === "array" || member.kind === "Any");
  if (!isSingle || (isMany && files.length > 1)) return isMany ? files : null;
  if (files.length > 1) throw new CwlFailure(`found ${files.map((file) => file.basename).join(", ")}, wanted one file`);
  return files[0] ?? null;
}

async function readOutputObject(collection: Collection, bounds: Bounds): Promise<JsonObject | undefined> {
  const path = join(collection.outdir, outputObjectName);
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  const file = toFile(bounds, path);
  if (typeof file.size !== "number" || file.size > maxOutputObjectBytes) {
    throw new CwlFailure(
      `Cannot read ${outputObjectName}: found ${file.size} bytes, wanted at most ${maxOutputObjectBytes}`,
    );
  }
  const value = parseJson(await readRegular(path, readable(bounds), maxOutputObjectBytes));
  if (!isJsonObject(value)) throw new CwlFailure(`Cannot read ${outputObjectName}: wanted an object`);
  const [wrong] = numberFaults(value, "");
  if (wrong !== undefined) throw new CwlFailure(`Cannot read ${outputObjectName}: ${wrong.pointer}: ${wrong.detail}`);
  const located = await mapFiles(value, (object) => locateWritten(collection, bounds, object));
  return isJsonObject(located) ? located : undefined;
}

function parseJson(bytes: Buffer): Json {
  const excess = excessOfJson(bytes, outputObjectBounds);
  if (excess !== undefined)
    throw new CwlFailure(`Cannot read ${outputObjectName}: found ${excess.found}, wanted fewer`);
  try {
    const decoded = decodeText(bytes);
    if (decoded.kind === "text") return parseExact(decoded.text);
    throw new Error(`found ${decoded.found}, wanted ${decoded.wanted}`);
  } catch (cause) {
    throw new CwlFailure(`Cannot read ${outputObjectName}: ${errorText(cause)}`);
  }
}

/** A path that a tool wrote is relative to its output directory; the path wins over the location. */
async function locateWritten(collection: Collection, bounds: Bounds, object: JsonObject): Promise<JsonObject> {
  const written = pathOf(object) ?? (typeof object.location === "string" ? object.location : undefined);
  if (written === undefined) throw new CwlFailure("found a file without path or location, wanted one of them");
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(written);
  if (isUrl && !written.startsWith("file://"))
    throw new CwlFailure(`found location "${written}", wanted a file of the output directory`);
  const inside = isUrl ? fileURLToPath(written) : written;
  const path = resolve(collection.outdir, outsidePath(collection, inside));
  const found = toFile(bounds, path);
  const secondaryFiles = await Promise.all(
    secondaryFilesOf(object).map((file) => locateWritten(collection, bounds, file)),
  );
  return { ...object, ...found, ...(secondaryFiles.length === 0 ? {} : { secondaryFiles }) };
}
