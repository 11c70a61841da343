import { createHash } from "node:crypto";
import { chmodSync, constants, createReadStream, lstatSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { chmod, copyFile, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join, parse } from "node:path";
import { fileObject, isFileObject, pathOf, safeBasename, secondaryFilesOf } from "../../cwl/values/file-object.ts";
import { defined, unlessEmpty } from "../../domain/defined.ts";
import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";
import { hasCode } from "../../files/disk/file-errors.ts";
import { isInside } from "../../files/layout.ts";

/** Where outputs go, and the scratch directory that they may be moved out of. */
export type Home = { readonly directory: string; readonly scratch: string };

type Moving = Home & {
  /** Names that are taken in the directory, and the number that the next one of that name gets. */
  readonly taken: Map<string, number>;
  /** What was moved already: an output may name a file twice. */
  readonly moved: Map<string, string>;
};

/**
 * Brings the files of an output object into a directory, and adds what CWL runners print of them: location, size and
 * SHA-1, and the listing of directories. Two files of one name never meet: the later one gets a number before its
 * extension. A file of an earlier run is written anew.
 */
export async function bringHome(outputs: JsonObject, home: Home): Promise<JsonObject> {
  await mkdir(home.directory, { recursive: true });
  const moving: Moving = { ...home, taken: new Map(), moved: new Map() };
  const members: (readonly [string, Json])[] = [];
  for (const [id, value] of Object.entries(outputs)) members.push([id, await bringValue(moving, value)]);
  return Object.fromEntries(members);
}

async function bringValue(moving: Moving, value: Json): Promise<Json> {
  if (isFileObject(value)) return bringObject(moving, value);
  if (Array.isArray(value)) {
    const items: Json[] = [];
    for (const item of value) items.push(await bringValue(moving, item));
    return items;
  }
  if (!isJsonObject(value)) return value;
  const members: (readonly [string, Json])[] = [];
  for (const [name, member] of Object.entries(value)) members.push([name, await bringValue(moving, member)]);
  return Object.fromEntries(members);
}

async function bringObject(moving: Moving, object: JsonObject): Promise<JsonObject> {
  const source = pathOf(object);
  const known = source === undefined ? undefined : moving.moved.get(source);
  const target = known ?? join(moving.directory, takeName(moving, safeBasename(object)));
  if (known === undefined) await place(moving, object, target);
  if (source !== undefined) moving.moved.set(source, target);
  const secondaryFiles: Json[] = [];
  for (const file of secondaryFilesOf(object)) secondaryFiles.push(await bringObject(moving, file));
  const {
    listing: _listing,
    contents: _contents,
    dirname: _dirname,
    nameroot: _root,
    nameext: _ext,
    ...facts
  } = object;
  return {
    ...facts,
    ...(await describe(object.class === "Directory" ? "Directory" : "File", target)),
    ...defined({ secondaryFiles: unlessEmpty(secondaryFiles) }),
  };
}

function takeName({ taken }: Moving, wanted: string): string {
  const { name, ext } = parse(wanted);
  let number = taken.get(wanted) ?? 1;
  let free = wanted;
  for (; taken.has(free); number += 1) free = `${name}_${number + 1}${ext}`;
  taken.set(wanted, number);
  taken.set(free, taken.get(free) ?? 1);
  return free;
}

/** Puts a file or directory in its place: moved when it was made here, copied otherwise, written when it is a literal. */
async function place(home: Home, object: JsonObject, target: string): Promise<void> {
  const source = pathOf(object);
  if (source === target) return;
  if (source === undefined) return placeLiteral(home, object, target);
  if (object.class === "Directory" || isDirectory(target)) await rm(target, { recursive: true, force: true });
  const isOwn = isInside(home.scratch, source) && !holdsLinks(source);
  if (isOwn && moves(source, target)) return openModes(target);
  await copyTree(source, target);
}

async function placeLiteral(home: Home, object: JsonObject, target: string): Promise<void> {
  if (object.class === "File") {
    await writeFile(target, typeof object.contents === "string" ? object.contents : "");
    return;
  }
  await mkdir(target, { recursive: true });
  const listing = Array.isArray(object.listing) ? object.listing.filter(isFileObject) : [];
  for (const item of listing.flatMap((item) => [item, ...secondaryFilesOf(item)])) {
    await place({ ...home, scratch: target }, item, join(target, safeBasename(item)));
  }
}

function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Checks for links: such a directory is copied with their targets, because they would lead nowhere from its new place. */
function holdsLinks(path: string): boolean {
  const facts = lstatSync(path);
  if (!facts.isDirectory()) return facts.isSymbolicLink();
  return readdirSync(path).some((name) => holdsLinks(join(path, name)));
}

function moves(source: string, target: string): boolean {
  try {
    renameSync(source, target);
    return true;
  } catch (error) {
    if (hasCode(error, "EXDEV")) return false;
    throw error;
  }
}

async function copyTree(source: string, target: string): Promise<void> {
  const facts = await stat(source);
  if (!facts.isDirectory()) {
    await copyFile(source, target, constants.COPYFILE_FICLONE);
    return chmod(target, openMode(facts.mode));
  }
  await mkdir(target, { recursive: true });
  for (const name of await readdir(source)) await copyTree(join(source, name), join(target, name));
}

/** Opens results to whom the user's other files are open: scratch files are private. */
function openModes(path: string): void {
  const facts = lstatSync(path);
  chmodSync(path, facts.isDirectory() ? 0o777 & ~process.umask() : openMode(facts.mode));
  if (facts.isDirectory()) for (const name of readdirSync(path)) openModes(join(path, name));
}

function openMode(mode: number): number {
  return ((mode & 0o111) === 0 ? 0o666 : 0o777) & ~process.umask();
}

async function describe(kind: "File" | "Directory", path: string): Promise<JsonObject> {
  const { dirname: _dirname, nameroot: _root, nameext: _ext, ...object } = fileObject(kind, path);
  if (kind === "File") {
    const { size } = lstatSync(path);
    return { ...object, size, checksum: `sha1$${await sha1Of(path, size)}` };
  }
  const listing: JsonObject[] = [];
  for (const name of readdirSync(path).toSorted()) {
    const inner = join(path, name);
    listing.push(await describe(isDirectory(inner) ? "Directory" : "File", inner));
  }
  return { ...object, listing };
}

/** Files up to this size are read at once: 1 MiB. */
const wholeBytes = 2 ** 20;

async function sha1Of(path: string, size: number): Promise<string> {
  const hash = createHash("sha1");
  if (size <= wholeBytes) return hash.update(readFileSync(path)).digest("hex");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}
