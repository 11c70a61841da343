import { realpath } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isJsonObject, type Json, type JsonObject } from "../../domain/json.ts";
import { type Fault, Problem } from "../../domain/problem.ts";
import type { PreparedInputs, PreparedItem } from "../../domain/values.ts";
import { ifExists } from "../../files/file-errors.ts";
import { isList } from "./field.ts";
import { isFileObject } from "./file-object.ts";
import { expandName } from "./load-context.ts";
import type { CwlDocument } from "./schema.ts";
import { type Place, readSource, type Source } from "./source.ts";

/** The inputs of a job file, and the names in it that the process does not know. */
export type JobFile = {
  readonly inputs: PreparedInputs;
  readonly unknown: readonly string[];
  /** What `cwl:requirements` asks for. */
  readonly requirements: readonly JsonObject[];
};

/** What a job is for: its inputs, and the prefixes that formats may use. */
type JobTarget = Pick<CwlDocument, "main" | "namespaces">;

/**
 * Reads a CWL job file (YAML or JSON). Locations of files are relative to the job file; `file` is its path.
 * Throws `invalid-parameter-value` with `file:line:column` for a file that is not there.
 */
export async function readJobFile(text: string, file: string, document: JobTarget): Promise<JobFile> {
  const source = readSource(text.trim() === "" ? "{}" : text, file);
  return readJob(source, resolve(file), document);
}

/** Reads the inputs of a job from values given otherwise, as on a command line; `base` is what locations are relative to. */
async function readJob(source: Source, base: string, document: JobTarget): Promise<JobFile> {
  const job = source.value;
  if (!isJsonObject(job)) throw refuse([{ pointer: source.locate([]), detail: "expected an object with the inputs" }]);
  const reader: Reader = { source, directory: dirname(base), faults: [], namespaces: document.namespaces };
  const known = new Set(document.main.inputs.map((input) => input.id));
  const read = Object.entries(job).flatMap(([name, value]) =>
    known.has(name) ? [readItem(reader, value, [name]).then((input) => [name, input] as const)] : [],
  );
  const inputs = Object.fromEntries(await Promise.all(read));
  if (reader.faults.length > 0) throw refuse(reader.faults);
  const named = job["cwl:requirements"] ?? [];
  const requirements = isList(named) ? named.filter(isJsonObject) : classesOf(named);
  return { inputs, unknown: Object.keys(job).filter((name) => !known.has(name) && !name.includes(":")), requirements };
}

function classesOf(map: Json): readonly JsonObject[] {
  if (!isJsonObject(map)) return [];
  return Object.entries(map).map(([name, value]) => ({ ...(isJsonObject(value) ? value : {}), class: name }));
}

type Reader = {
  readonly source: Source;
  readonly directory: string;
  readonly faults: Fault[];
  readonly namespaces: CwlDocument["namespaces"];
};

function refuse(faults: readonly Fault[]): Problem {
  const [first] = faults;
  return new Problem("invalid-parameter-value", `Cannot read job file: ${first?.pointer}: ${first?.detail}`, {
    faults,
  });
}

/** Gives each File and Directory of a value its path, wherever it stands. */
async function readItem(reader: Reader, value: Json, place: Place): Promise<PreparedItem> {
  return { kind: "value", value: await locateFiles(reader, value, place) };
}

async function locateFiles(reader: Reader, value: Json, place: Place): Promise<Json> {
  if (isList(value)) {
    return Promise.all(value.map((item, index) => locateFiles(reader, item, [...place, index])));
  }
  if (!isJsonObject(value)) return value;
  const members = await Promise.all(
    Object.entries(value).map(async ([name, member]) => {
      return [name, await locateFiles(reader, member, [...place, name])] as const;
    }),
  );
  const whole: JsonObject = Object.fromEntries(members);
  if (!isFileObject(whole)) return whole;
  const path = await findPath(reader, whole, place);
  const { location: _location, ...rest } = whole;
  const { format } = whole;
  return {
    ...(path === undefined ? whole : { ...rest, path }),
    ...(typeof format === "string" ? { format: expandName(reader, format) } : {}),
  };
}

function locationOf(object: JsonObject): string | undefined {
  const named = object.path ?? object.location;
  return typeof named === "string" ? named : undefined;
}

/** Finds the file that an object names; reports one that is not there. */
async function findPath(reader: Reader, object: JsonObject, place: Place): Promise<string | undefined> {
  const named = locationOf(object);
  if (named === undefined) return undefined;
  for (const path of candidates(reader.directory, named)) {
    if ((await ifExists(realpath(path))) !== undefined) return path;
  }
  const pointer = reader.source.locate([...place, object.path === undefined ? "location" : "path"]);
  reader.faults.push({ pointer, detail: `found "${named}", expected an existing file of this machine` });
  return undefined;
}

/** A location may be a URL, a path, or a path written as in a URL. */
function candidates(directory: string, named: string): readonly string[] {
  if (named.startsWith("file://")) return [fileURLToPath(named)];
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(named)) return [];
  const plain = resolve(directory, named);
  if (!/%[0-9A-Fa-f]{2}/.test(named)) return [plain];
  return [
    plain,
    resolve(
      directory,
      named.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    ),
  ];
}
