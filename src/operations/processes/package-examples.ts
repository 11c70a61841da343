import { basename, dirname, posix } from "node:path";
import { isInScope, mayDo, type Principal } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import type { Process } from "../../domain/processes/process.ts";
import { decodeText } from "../../domain/values/charset.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import { mediaTypeOf } from "../../domain/values/media-type.ts";
import { nextTurn } from "../../domain/waiting/timers.ts";
import type { InputChecks } from "../../engines/inputs/input-check.ts";
import type { Database } from "../../store/database/database.ts";
import { packageFacts, packageOfRevision } from "../../store/processes/revision-packages.ts";
import { type NamedText, parseInputFile, readInputsOfFile } from "../uploads/read-input-file.ts";
import type { PackageFiles, SentFiles } from "../uploads/sent-files.ts";

/** Finds the examples of packages: files of inputs that came along with what was deployed. */
export type PackageExamples = {
  /** Lists those of a revision, for who may read its package; the names are their paths in it. */
  of(caller: Principal | undefined, process: Process): Promise<readonly NamedText[]>;
};

export type ExamplesDeps = { readonly examples: PackageExamples };

type Deps = {
  readonly database: Database;
  readonly inputChecks: InputChecks;
  /** Reads what was deployed as several files; undefined for what came as one text. */
  readonly readFiles: (mediaType: string, bytes: Uint8Array) => Promise<SentFiles> | undefined;
};

/** Of a larger package nothing is looked at: its page is not to wait for that. */
const maxPackageBytes = 4 * 2 ** 20;
const maxExampleBytes = 100_000;
/** So much of the files that an example names comes along with it. */
const maxEmbeddedBytes = 100_000;
/** As values with what comes along: what an anchor of YAML repeats makes a file longer than it was. */
const maxTextCharacters = 400_000;
/** Values of one file in YAML: as many take the reader a fifth of a second, and hold up everybody. */
const maxYamlValues = 5000;
const mostLookedAt = 30;
/** Of all files that are looked at. */
const maxLookedBytes = 500_000;
const mostOffered = 8;
/** What was found is kept, of the packages that were looked at last. */
const mostRemembered = 16;
const maxRememberedCharacters = 4 * 2 ** 20;

/** Makes the finder. What a package holds is read once after each deployment of it. */
export function createPackageExamples(deps: Deps): PackageExamples {
  const memory = createMemory();
  return {
    async of(caller, process) {
      const mayRead = caller !== undefined && mayDo(caller, "read-package") && isInScope(caller, process.id);
      if (!mayRead || process.definition.kind !== "cwl") return [];
      const facts = await packageFacts(deps.database, process);
      if (facts === undefined || facts.sizeBytes > maxPackageBytes) return [];
      // The digest of a revision does not hold the files beside its definition.
      const name = `${process.id}@${process.revision}@${facts.deployment}`;
      return memory.get(name, () => readExamples(deps, process));
    },
  };
}

type Remembered = { readonly found: Promise<readonly NamedText[]>; characters: number };

/** Keeps what was read last, within its bounds; a failure is not kept. */
function createMemory() {
  const known = new Map<string, Remembered>();
  const trim = () => {
    let characters = [...known.values()].reduce((sum, one) => sum + one.characters, 0);
    for (const [name, one] of known) {
      if (known.size <= mostRemembered && characters <= maxRememberedCharacters) return;
      known.delete(name);
      characters -= one.characters;
    }
  };
  return {
    get(name: string, read: () => Promise<readonly NamedText[]>): Promise<readonly NamedText[]> {
      const before = known.get(name);
      const one = before ?? { found: read(), characters: 0 };
      known.delete(name);
      known.set(name, one);
      if (before !== undefined) return one.found;
      one.found.then(
        (found) => {
          one.characters = found.reduce((sum, { text }) => sum + text.length, 0);
          trim();
        },
        () => known.delete(name),
      );
      trim();
      return one.found;
    },
  };
}

async function readExamples(deps: Deps, process: Process): Promise<readonly NamedText[]> {
  const source = await packageOfRevision(deps.database, process);
  const reading = source && deps.readFiles(source.mediaType, source.bytes);
  if (reading === undefined) return [];
  const { files } = await reading;
  const paths = [...files.keys()].filter((path) => isCandidate(path, files)).toSorted(byHint);
  const found: NamedText[] = [];
  let lookedBytes = 0;
  for (const path of paths.slice(0, mostLookedAt)) {
    lookedBytes += files.get(path)?.byteLength ?? 0;
    if (lookedBytes > maxLookedBytes) break;
    const example = exampleOf(deps, process, { files, path });
    if (example !== undefined) found.push(example);
    if (found.length === mostOffered) break;
    // Others have their turn before the next file is parsed.
    await nextTurn();
  }
  return found;
}

function isCandidate(path: string, files: PackageFiles): boolean {
  const isHidden = path.split("/").some((step) => step.startsWith(".") || step === "__MACOSX");
  return /\.(ya?ml|json)$/i.test(path) && !isHidden && (files.get(path)?.byteLength ?? 0) <= maxExampleBytes;
}

/** Names that say that a file holds inputs; any other may, too. */
const hints = /(^|[^a-z])(jobs?|inputs?|params?|parameters?|examples?|samples?|execute|request|tests?)([^a-z]|$)/i;

function byHint(one: string, other: string): number {
  const rank = (path: string) => Number(!hints.test(path)) * 100 + path.split("/").length;
  return rank(one) - rank(other) || (one < other ? -1 : 1);
}

type InPackage = { readonly files: PackageFiles; readonly path: string };

/** Reads a file as an example; undefined for what says no inputs of the process, or such that do not fit. */
function exampleOf(deps: Deps, process: Process, { files, path }: InPackage): NamedText | undefined {
  const decoded = decodeText(files.get(path) ?? new Uint8Array());
  if (decoded.kind !== "text") return undefined;
  try {
    const file = { name: basename(path), text: decoded.text };
    const value = parseInputFile(file, maxYamlValues);
    if (isPackage(value)) return undefined;
    const embedding = { files, path, room: { bytes: maxEmbeddedBytes } };
    const text = JSON.stringify(embedded(value, embedding));
    if (text.length > maxTextCharacters) return undefined;
    const { inputs, left, unfit } = readInputsOfFile(deps, process, { ...file, text });
    const named = Object.keys(inputs).length + left.filter(({ pointer }) => pointer.startsWith("/inputs/")).length;
    const strange = left.filter(({ pointer }) => !/^(\/|cwl:|\$)/.test(pointer)).length;
    return named > 0 && strange <= named && unfit.length === 0 ? { name: path, text } : undefined;
  } catch (error) {
    // Most files of a package are something else.
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

const membersOfPackages = [
  "cwlVersion",
  "$graph",
  "executionUnit",
  "processDescription",
  "jobControlOptions",
  "baseCommand",
];

function isPackage(value: JsonObject): boolean {
  return membersOfPackages.some((name) => Object.hasOwn(value, name));
}

type Embedding = InPackage & {
  /** Counts down how much more may come along. */
  readonly room: { bytes: number };
};

/** Puts files that lie in the package in the place of their names, as addresses that hold them, as far as there is room. */
function embedded(value: Json, embedding: Embedding): Json {
  if (isList(value)) return value.map((item) => embedded(item, embedding));
  if (!isJsonObject(value)) return value;
  const isFile = value.class === "File";
  const place = isFile ? (value.location ?? value.path) : value.href;
  const bytes = typeof place === "string" ? fileBeside(place, embedding) : undefined;
  if (typeof place === "string" && bytes !== undefined) {
    embedding.room.bytes -= bytes.byteLength;
    const { location: _location, path: _path, href: _href, ...others } = value;
    const url = `data:${mediaTypeOf(place)};base64,${Buffer.from(bytes).toString("base64")}`;
    return { ...others, [isFile ? "location" : "href"]: url };
  }
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, embedded(member, embedding)]));
}

function fileBeside(place: string, { files, path, room }: Embedding): Uint8Array | undefined {
  if (/^[a-z][a-z0-9+.-]+:/i.test(place)) return undefined;
  const bytes = files.get(posix.join(dirname(path), place));
  return bytes === undefined || bytes.byteLength > room.bytes ? undefined : bytes;
}
