import { realpath } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defined } from "../../domain/defined.ts";
import { errorText, type Fault, Problem } from "../../domain/problem.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import type { PreparedInputs, PreparedItem } from "../../domain/values/values.ts";
import { nearNames } from "../../domain/words/near-names.ts";
import { ifExists } from "../../files/disk/file-errors.ts";
import { expandName } from "../document/load/load-context.ts";
import { type Place, readValues, type Source } from "../document/load/source.ts";
import type { CwlDocument } from "../document/schema.ts";
import { isFileObject } from "../values/file-object.ts";
import { typeText } from "../values/types.ts";
import { inputFault } from "./inputs.ts";

/** The inputs of a job file, and the names in it that the process does not know. */
export type JobFile = {
  readonly inputs: PreparedInputs;
  readonly unknown: readonly string[];
  /** What `cwl:requirements` asks for. */
  readonly requirements: readonly JsonObject[];
  /** Names where an input was given; undefined for one that was not. */
  readonly locateInput: (id: string) => string | undefined;
};

/** Fetches what a URL leads to and gives the path of the file. */
export type FetchFile = (url: string) => Promise<string>;

/** What a job is for: its inputs, and the prefixes that formats may use. */
type JobTarget = Pick<CwlDocument, "main" | "namespaces">;

/**
 * Reads a CWL job file (YAML or JSON). Locations of files are relative to the job file; `file` is its path. Over its inputs
 * go those of a command line, whose locations are relative to the working directory. Throws `invalid-parameter-value` with
 * `file:line:column` for a file that is not there, and for a value that does not fit the process.
 */
export async function readJobFile(
  text: string,
  file: string,
  document: JobTarget,
  { commandLine = {}, fetchFile }: { readonly commandLine?: JsonObject; readonly fetchFile?: FetchFile } = {},
): Promise<JobFile> {
  const source = readValues(text.trim() === "" ? "{}" : text, file);
  const job = source.value;
  if (!isJsonObject(job)) throw refuse([{ pointer: source.locate([]), detail: "wanted an object with the inputs" }]);
  const faults: Fault[] = [];
  const { namespaces } = document;
  const shared = { faults, namespaces, ...defined({ fetchFile }) };
  const inFile: Reader = { source, directory: dirname(resolve(file)), ...shared };
  const own: Reader = { source: optionSource(commandLine), directory: resolve("."), ...shared };
  const read = document.main.inputs.flatMap(({ id }) => {
    const reader = Object.hasOwn(commandLine, id) ? own : inFile;
    const value = reader === own ? commandLine[id] : Object.hasOwn(job, id) ? job[id] : undefined;
    return value === undefined ? [] : [readItem(reader, value, [id]).then((item) => [id, item] as const)];
  });
  const inputs = Object.fromEntries(await Promise.all(read));
  for (const parameter of document.main.inputs) {
    const isGiven = Object.hasOwn(inputs, parameter.id);
    const detail = inputFault(parameter, inputs[parameter.id]);
    const reader = Object.hasOwn(commandLine, parameter.id) ? own : inFile;
    const words = isGiven
      ? `field "${parameter.id}": ${detail}`
      : `found no "${parameter.id}", wanted ${typeText(parameter.type)}`;
    if (detail !== undefined)
      faults.push({ pointer: reader.source.locate(isGiven ? [parameter.id] : []), detail: words });
  }
  const names = document.main.inputs.map((input) => input.id);
  const unknown = Object.keys(job).filter((name) => !names.includes(name) && !name.includes(":"));
  if (faults.length > 0) throw refuse(faults.map((found) => withNear(found, unknown, names)));
  const named = job["cwl:requirements"] ?? [];
  const requirements = isList(named) ? named.filter(isJsonObject) : classesOf(named);
  const locateInput = (id: string) => {
    if (!Object.hasOwn(inputs, id)) return undefined;
    return (Object.hasOwn(commandLine, id) ? own : inFile).source.locate([id]);
  };
  return { inputs, unknown, requirements, locateInput };
}

/** An input that is missing may be there under a name that nobody asked for. */
function withNear(found: Fault, unknown: readonly string[], names: readonly string[]): Fault {
  const missing = names.find((name) => found.detail.startsWith(`found no "${name}",`));
  const [near] = missing === undefined ? [] : nearNames(missing, unknown);
  return near === undefined ? found : { ...found, detail: `${found.detail} (found "${near}")` };
}

/** Values of a command line stand in its options. */
function optionSource(value: JsonObject): Source {
  return { value, locate: ([name]) => (name === undefined ? "command line" : `--${name}`) };
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
  readonly fetchFile?: FetchFile;
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
  const field = object.path === undefined ? "location" : "path";
  if (/^https?:\/\//i.test(named)) return fetchNamed(reader, object, named, [...place, field]);
  for (const path of candidates(reader.directory, named)) {
    if ((await ifExists(realpath(path))) !== undefined) return path;
  }
  const pointer = reader.source.locate([...place, field]);
  reader.faults.push({ pointer, detail: `found "${named}", wanted an existing file of this machine` });
  return undefined;
}

/** A directory of the web has no list of what is in it: its files can be named one by one. */
async function fetchNamed(
  { fetchFile, source, faults }: Reader,
  object: JsonObject,
  url: string,
  place: Place,
): Promise<string | undefined> {
  const refuseIt = (detail: string) => {
    faults.push({ pointer: source.locate(place), detail: `found "${url}", ${detail}` });
    return undefined;
  };
  if (object.class === "Directory") return refuseIt("wanted a directory of this machine, or a listing of files");
  if (fetchFile === undefined) return refuseIt("wanted an existing file of this machine");
  try {
    return await fetchFile(url);
  } catch (cause) {
    return refuseIt(`which cannot be fetched: ${errorText(cause)}`);
  }
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
