import { lstat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { JsonObject } from "../../domain/json.ts";
import { ifExists } from "../../files/file-errors.ts";
import { evaluateString, type Scope } from "./expression.ts";
import { CwlFailure } from "./failure.ts";
import { fileObject, pathOf, safeBasename, secondaryFilesOf } from "./file-object.ts";
import type { SecondaryFile } from "./schema.ts";

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
 * Adds the secondary files that lie beside a file and are not among its own yet.
 * Throws CwlFailure for one that is required and missing.
 */
export async function withSecondaryFiles(
  object: JsonObject,
  patterns: readonly SecondaryFile[],
  scope: Scope,
  options: { readonly isRequired: boolean; readonly name: string },
): Promise<JsonObject> {
  const path = pathOf(object);
  if (patterns.length === 0 || object.class !== "File" || path === undefined) return object;
  const found = [...secondaryFilesOf(object)];
  for (const { pattern, isRequired } of patterns) {
    const name = wantedName(object, pattern, scope);
    if (found.some((file) => file.basename === name)) continue;
    // A file kept under another name stands among strangers.
    const file = basename(path) === object.basename ? await fileBeside(path, name) : undefined;
    if (file !== undefined) found.push(file);
    else if (isRequired ?? options.isRequired) {
      throw new CwlFailure(
        `Cannot use ${options.name}: found no file "${name}" beside "${object.basename}", expected one (secondaryFiles "${pattern}")`,
      );
    }
  }
  return found.length === 0 ? object : { ...object, secondaryFiles: found };
}

function wantedName(object: JsonObject, pattern: string, scope: Scope): string {
  const name = safeBasename(object);
  if (!pattern.includes("$(")) return secondaryName(name, pattern);
  return safeBasename({ basename: evaluateString(pattern, { ...scope, self: object }, "secondaryFiles") });
}

async function fileBeside(path: string, name: string): Promise<JsonObject | undefined> {
  const beside = join(dirname(path), safeBasename({ basename: name }));
  const facts = await ifExists(lstat(beside));
  if (facts === undefined) return undefined;
  return facts.isDirectory() ? fileObject("Directory", beside) : fileObject("File", beside, { size: facts.size });
}
