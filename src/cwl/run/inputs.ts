import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Fault, Problem } from "../../domain/problem.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import { unknownMediaType } from "../../domain/values/media-type.ts";
import {
  type FileValue,
  isItemList,
  itemsOf,
  type PreparedInputs,
  type PreparedItem,
  preparedLeaves,
} from "../../domain/values/values.ts";
import { ifExists } from "../../files/disk/file-errors.ts";
import { toCustom } from "../document/custom-types.ts";
import { duringField } from "../document/load/failed-field.ts";
import type { CwlDocument, CwlProcess, CwlType, FileDemands, InputParameter, ListingMode } from "../document/schema.ts";
import { evaluate, type Scope } from "../javascript/expression.ts";
import type { Evaluating } from "../javascript/javascript.ts";
import { CwlFailure } from "../values/failure.ts";
import { withContents } from "../values/file-contents.ts";
import { withListing } from "../values/file-listing.ts";
import {
  atPath,
  fileObject,
  filesIn,
  isFileObject,
  mapFiles,
  nameParts,
  pathOf,
  safeBasename,
  secondaryFilesOf,
} from "../values/file-object.ts";
import { formatMediaType, isAmongFormats, mediaTypeFormat } from "../values/formats.ts";
import { asTyped, matchType, members, typeFault } from "../values/types.ts";
import { type ReadBounds, requireReadable } from "./readable.ts";
import { withSecondaryFiles } from "./secondary-files.ts";

/**
 * Turns prepared inputs into the input object of a process and checks it against the process's types.
 * Throws `invalid-parameter-value` with a fault for each input that does not fit.
 */
export function inputObject(
  process: CwlProcess,
  prepared: PreparedInputs,
  options: { readonly allowsLocalFiles: boolean },
): JsonObject {
  const faults: Fault[] = [];
  const values = process.inputs.flatMap((parameter): readonly (readonly [string, Json])[] => {
    const given = Object.hasOwn(prepared, parameter.id) ? prepared[parameter.id] : undefined;
    const value = preparedValue(parameter, given);
    const fault = faultOf(parameter, value, options.allowsLocalFiles ? undefined : given);
    if (fault !== undefined) faults.push({ pointer: `/inputs/${parameter.id}`, detail: fault });
    return [[parameter.id, value]];
  });
  const [first] = faults;
  if (first !== undefined) {
    throw new Problem("invalid-parameter-value", `Cannot run ${process.id}: ${first.pointer}: ${first.detail}`, {
      faults,
    });
  }
  return Object.fromEntries(values);
}

type Given = PreparedItem | readonly PreparedItem[] | undefined;

/** Words why what is given does not fit an input; undefined when it does, or a default stands in for it. */
export function inputFault(
  parameter: InputParameter,
  given: Given,
  { allowsLocalFiles }: { readonly allowsLocalFiles: boolean } = { allowsLocalFiles: true },
): string | undefined {
  return faultOf(parameter, preparedValue(parameter, given), allowsLocalFiles ? undefined : given);
}

/** Words what is wrong with a value; `given` is what it was made of, where it may name no file of this machine. */
function faultOf(parameter: InputParameter, value: Json, given: Given): string | undefined {
  return valueFault(parameter, value) ?? (given === undefined ? undefined : locationFault(given));
}

function preparedValue({ type }: InputParameter, given: Given): Json {
  return given === undefined ? null : toCustom(type, inputValue(type, given));
}

function valueFault({ type, default: fallback }: InputParameter, value: Json): string | undefined {
  return value === null && fallback !== undefined ? undefined : typeFault(type, value);
}

/** A File may not be named inside a plain value: what may be read was decided when the inputs were prepared. */
function locationFault(given: PreparedItem | readonly PreparedItem[]): string | undefined {
  const leaves = itemsOf(given).flatMap(preparedLeaves);
  const plain = leaves.flatMap((item) => (item.kind === "value" ? filesIn(item.value) : []));
  const named = plain.find((file) => file.path !== undefined || file.location !== undefined);
  return named === undefined ? undefined : "found the path or location of a file inside a value, wanted none";
}

/** Several occurrences are a list; a single one is a list only when the type takes nothing else. */
function inputValue(type: CwlType, given: PreparedItem | readonly PreparedItem[]): Json {
  const accepted = members(type);
  const takesList = accepted.some((member) => member.kind === "array" || member.kind === "Any");
  if (isItemList(given)) {
    const values = given.map(itemValue);
    const [only] = values;
    if (values.length > 1 && isOneDirectory(accepted)) return directoryOfFiles(values);
    return !takesList && values.length === 1 && only !== undefined ? only : values;
  }
  const value = itemValue(given);
  if (typeFault(type, value) === undefined) return value;
  return takesList && value !== null && !isList(value) ? [value] : value;
}

function isOneDirectory(accepted: readonly CwlType[]): boolean {
  return accepted.every(({ kind }) => kind === "Directory" || kind === "null");
}

/** Several files that were given for one directory are what it holds. */
function directoryOfFiles(values: readonly Json[]): JsonObject {
  return { class: "Directory", basename: "files", listing: values };
}

function itemValue(item: PreparedItem): Json {
  switch (item.kind) {
    case "file":
      return preparedFile(item);
    case "directory":
      return fileObject("Directory", item.path, { basename: item.basename });
    case "value":
      return item.value;
    case "list":
      return item.items.map(itemValue);
    case "record":
      return Object.fromEntries(Object.entries(item.members).map(([name, one]) => [name, itemValue(one)]));
    case "link":
      throw new Problem("internal", `Cannot run a tool: found the link "${item.href}", wanted what it leads to`);
    default:
      return item satisfies never;
  }
}

function preparedFile(file: FileValue): JsonObject {
  const format = file.mediaType === undefined ? undefined : mediaTypeFormat(file.mediaType);
  const secondaryFiles = file.secondaryFiles?.map(preparedFile) ?? [];
  return {
    ...fileObject("File", file.path, {
      basename: file.basename,
      size: file.sizeBytes,
      ...(format === undefined ? {} : { format }),
    }),
    ...(secondaryFiles.length === 0 ? {} : { secondaryFiles }),
  };
}

/** What completing inputs needs besides the values. */
export type Means = Pick<Scope, "javascript" | "tell" | "warn"> & {
  /** What evaluates expressions is done inside this. */
  readonly evaluating: Evaluating;
  readonly broaderFormats: CwlDocument["broaderFormats"];
  /** What is listed of a directory when its parameter does not say. */
  readonly listing: ListingMode;
  readonly readable: ReadBounds;
  /** Secondary files that lie beside an input are found: only those of what the whole run was given. */
  readonly discovers: boolean;
};

/**
 * Completes the inputs of a process before it runs: defaults, checks, formats, contents, listings, and secondary files
 * beside their primary. What the process does not declare is left out; what is not given is null.
 */
export async function completeInputs(process: CwlProcess, given: JsonObject, means: Means): Promise<JsonObject> {
  const values = process.inputs.map(async (parameter) => {
    const value = Object.hasOwn(given, parameter.id) ? (given[parameter.id] ?? null) : null;
    const whole = asTyped(parameter.type, value ?? parameter.default ?? null);
    const fault = typeFault(parameter.type, whole);
    if (fault !== undefined) {
      throw new CwlFailure(`Cannot use input "${parameter.id}": ${fault}`, {}, { field: ["inputs", parameter.id] });
    }
    await requireReadable(means.readable, whole);
    return [parameter.id, await duringField(["inputs", parameter.id], () => mapFiles(whole, locate))] as const;
  });
  const inputs = Object.fromEntries(await Promise.all(values));
  const { javascript, tell, warn } = means;
  const known = { ...(javascript && { javascript }), ...(tell && { tell }), ...(warn && { warn }) };
  const scope: Scope = { inputs, self: null, runtime: {}, version: process.version, ...known };
  const completed = process.inputs.map(async (parameter) => {
    const name = `input "${parameter.id}"`;
    const part: Part = { demands: parameter, name, scope, means };
    const complete = () => completeValue(part, parameter.type, inputs[parameter.id] ?? null);
    return [parameter.id, await duringField(["inputs", parameter.id], complete)] as const;
  });
  return Object.fromEntries(await Promise.all(completed));
}

type Part = {
  readonly demands: FileDemands;
  readonly name: string;
  readonly scope: Scope;
  readonly means: Means;
};

async function completeValue(part: Part, declared: CwlType, value: Json): Promise<Json> {
  const type = matchType(declared, value) ?? declared;
  if (isList(value)) {
    const items = type.kind === "array" ? type.items : type;
    return Promise.all(value.map((item) => completeValue(part, items, item)));
  }
  if (type.kind === "record" && isJsonObject(value)) {
    // Of records that others define, GeoJSON for one, what is absent stays so: null would mean something else.
    const present =
      type.isForeign === true ? type.fields.filter((field) => Object.hasOwn(value, field.name)) : type.fields;
    const fields = present.map(async (field) => {
      const name = `${part.name}, field "${field.name}"`;
      return [
        field.name,
        await completeValue({ ...part, demands: field, name }, field.type, value[field.name] ?? null),
      ] as const;
    });
    return { ...value, ...Object.fromEntries(await Promise.all(fields)) };
  }
  return isFileObject(value) ? completeFile(part, value) : value;
}

async function completeFile({ demands, name, scope, means }: Part, object: JsonObject): Promise<JsonObject> {
  if (object.class === "Directory") return withListing(object, demands.loadListing ?? means.listing);
  const whole = await means.evaluating(() => {
    const formatted = withFormat(demands, name, { ...scope, self: object }, means);
    const options = { isRequired: true, name, readable: means.readable, discovers: means.discovers };
    return withSecondaryFiles(formatted, demands.secondaryFiles, scope, options);
  });
  return demands.loadContents ? withContents(whole, scope.version) : whole;
}

/** A file without a format is taken to have the one that is asked for. */
function withFormat(
  demands: FileDemands,
  name: string,
  scope: Scope & { readonly self: JsonObject },
  means: Means,
): JsonObject {
  const object: JsonObject = scope.self;
  const wanted = demands.formats.flatMap((format) => {
    const value = evaluate(format, scope);
    return (isList(value) ? value : [value]).filter((item) => typeof item === "string");
  });
  const [first] = wanted;
  const { format } = object;
  if (first === undefined) return object;
  if (typeof format !== "string") return { ...object, format: first };
  if (isAmongFormats(format, wanted, means.broaderFormats)) {
    return formatMediaType(format) === unknownMediaType ? { ...object, format: first } : object;
  }
  throw new CwlFailure(`Cannot use ${name}: found format "${format}", wanted ${wanted.join(" or ")}`);
}

/** Gives a File its path, size and names, and its secondary files theirs; a literal keeps its contents until it is staged. */
async function locate(object: JsonObject): Promise<JsonObject> {
  const path = pathOf(object) ?? (typeof object.location === "string" ? locationPath(object.location) : undefined);
  const secondary = await Promise.all(secondaryFilesOf(object).map(locate));
  const listing = isList(object.listing) ? await mapFiles(object.listing, locate) : undefined;
  const inner = {
    ...(secondary.length === 0 ? {} : { secondaryFiles: secondary }),
    ...(listing === undefined ? {} : { listing }),
  };
  if (path === undefined) return { ...locateLiteral(object), ...inner };
  const facts = await ifExists(stat(path));
  if (facts === undefined) throw new CwlFailure(`Cannot read file "${path}": found nothing there, wanted a file`);
  const isDirectory = object.class === "Directory";
  if (!facts.isFile() && !facts.isDirectory()) {
    throw new CwlFailure(`Cannot read file "${path}": found neither a file nor a directory, wanted one of them`);
  }
  if (facts.isDirectory() !== isDirectory) {
    throw new CwlFailure(`Cannot read "${path}": found ${isDirectory ? "a file" : "a directory"}, wanted the other`);
  }
  const named = { basename: safeBasename({ ...object, path }) };
  return {
    ...atPath(object, path),
    ...fileObject(isDirectory ? "Directory" : "File", path, named),
    ...(isDirectory ? {} : { size: facts.size }),
    ...inner,
  };
}

function locateLiteral(object: JsonObject): JsonObject {
  const basename = safeBasename(object);
  if (object.class === "Directory") return { ...object, basename };
  if (typeof object.contents !== "string") {
    throw new CwlFailure(`Cannot read file "${basename}": found neither a location nor contents, wanted one of them`);
  }
  return { ...object, basename, ...nameParts(basename), size: Buffer.byteLength(object.contents) };
}

function locationPath(location: string): string {
  if (location.startsWith("file://")) return fileURLToPath(location);
  if (location.startsWith("/")) return location;
  throw new CwlFailure(`Cannot read location "${location}": wanted a file of this machine`);
}
