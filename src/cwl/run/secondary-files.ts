import { lstat, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import { ifExists } from "../../files/disk/file-errors.ts";
import { isInside } from "../../files/layout.ts";
import type { SecondaryFile } from "../document/schema.ts";
import { evaluate, type Scope } from "../javascript/expression.ts";
import { CwlFailure } from "../values/failure.ts";
import { fileObject, isFileObject, pathOf, safeBasename, secondaryFilesOf, withPath } from "../values/file-object.ts";
import { type ReadBounds, requireReadablePath } from "./readable.ts";

/** Applies a pattern to a name: each leading `^` takes one extension off, the rest is appended. */
function secondaryName(name: string, pattern: string): string {
  let root = name;
  let suffix = pattern;
  while (suffix.startsWith("^")) {
    const dot = root.lastIndexOf(".");
    if (dot > 0) root = root.slice(0, dot);
    suffix = suffix.slice(1);
  }
  return root + suffix;
}

/**
 * Adds the secondary files that a file should have and are not among its own yet: those that an expression gives whole
 * and, when they are to be discovered, those that lie beside it. A step gets what its input carries and nothing else
 * (CWL v1.2 SecondaryFileSchema). Throws CwlFailure for one that is required and missing.
 */
export async function withSecondaryFiles(
  object: JsonObject,
  patterns: readonly SecondaryFile[],
  scope: Scope,
  options: {
    readonly isRequired: boolean;
    readonly discovers: boolean;
    readonly name: string;
    readonly readable: ReadBounds;
  },
): Promise<JsonObject> {
  if (patterns.length === 0 || object.class !== "File") return object;
  const path = pathOf(object);
  const own: Scope = { ...scope, self: object };
  const found = [...secondaryFilesOf(object)];
  for (const { pattern, isRequired } of patterns) {
    for (const wanted of wantedFiles(object, pattern, own)) {
      const name = safeBasename(withPath(wanted));
      if (found.some((file) => file.basename === name)) continue;
      // A file kept under another name stands among strangers.
      const isAmongOwn = path !== undefined && basename(path) === object.basename;
      const isNamed = pathOf(wanted) === undefined && wanted.location === undefined;
      const isBeside = isNamed && isAmongOwn && options.discovers;
      const file = isBeside ? await fileBeside(path, name, options.readable) : await named(wanted, options.readable);
      if (file !== undefined) {
        found.push(file);
        const own = pathOf(file);
        if (own !== undefined) options.readable?.found.add(own);
      } else if (isNeeded(isRequired, own) ?? options.isRequired) {
        throw new CwlFailure(
          `Cannot use ${options.name}: found no file "${name}" ${options.discovers ? "beside" : "that came with"} "${object.basename}", wanted one (secondaryFiles "${pattern}")`,
        );
      }
    }
  }
  return found.length === 0 ? object : { ...object, secondaryFiles: found };
}

function isNeeded(isRequired: SecondaryFile["isRequired"], scope: Scope): boolean | undefined {
  if (typeof isRequired !== "string") return isRequired;
  const value = evaluate(isRequired, scope);
  if (value === null || typeof value === "boolean") return value ?? false;
  throw new CwlFailure(`Cannot use secondaryFiles: found ${JSON.stringify(value)} for required, wanted true or false`);
}

/** A pattern names one file; an expression gives names, files, or lists of them. */
function wantedFiles(object: JsonObject, pattern: string, scope: Scope): readonly JsonObject[] {
  if (!/\$[({]/.test(pattern)) return [{ basename: secondaryName(safeBasename(object), pattern) }];
  return wantedValues(evaluate(pattern, scope), object);
}

function wantedValues(value: Json, object: JsonObject): readonly JsonObject[] {
  if (value === null) return [];
  if (isList(value)) return value.flatMap((item) => wantedValues(item, object));
  if (isFileObject(value)) return [value];
  if (typeof value === "string") return [{ basename: value }];
  throw new CwlFailure(`Cannot use secondaryFiles: found ${JSON.stringify(value)}, wanted names or files`);
}

/** A file that an expression gave with its place, or as a literal. */
async function named(object: JsonObject, readable: ReadBounds): Promise<JsonObject | undefined> {
  const given = pathOf(object) ?? (typeof object.location === "string" ? object.location : undefined);
  if (given === undefined) return typeof object.contents === "string" ? object : undefined;
  const path = given.startsWith("file://") ? fileURLToPath(given) : given;
  await requireReadablePath(readable, path);
  const facts = await ifExists(lstat(path));
  if (facts === undefined) return undefined;
  const facet = { basename: safeBasename({ ...object, path }), ...(facts.isDirectory() ? {} : { size: facts.size }) };
  return { ...object, ...fileObject(facts.isDirectory() ? "Directory" : "File", path, facet) };
}

/**
 * A file beside another one. A tool may have left a link there, which leads to what is not its own: what it leads to
 * lies in the same directory, or where the run may read.
 */
async function fileBeside(path: string, name: string, readable: ReadBounds): Promise<JsonObject | undefined> {
  const beside = join(dirname(path), safeBasename({ basename: name }));
  const facts = await ifExists(lstat(beside));
  if (facts === undefined) return undefined;
  if (facts.isDirectory()) return fileObject("Directory", beside);
  if (!facts.isFile()) await requireReal(beside, await realpath(dirname(path)), readable);
  const { size } = await stat(beside);
  return fileObject("File", beside, { size });
}

async function requireReal(path: string, directory: string, readable: ReadBounds): Promise<void> {
  const real = await ifExists(realpath(path));
  if (real === undefined || !isInside(directory, real)) await requireReadablePath(readable, path);
  if ((await ifExists(stat(path)))?.isFile() === true) return;
  throw new CwlFailure(`Cannot use "${path}": found neither a file nor a directory, wanted one of them`);
}
