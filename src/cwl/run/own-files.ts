import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { JsonObject } from "../../domain/values/json.ts";
import { isInside, type Layout, ownFilesDirectory, tasksDirectory } from "../../files/layout.ts";
import { fileObject, mapFilesNow, pathOf, secondaryFilesOf } from "../values/file-object.ts";

/**
 * Names the file that a tool changes in place of another one (CWL v1.2 InplaceUpdateRequirement): itself when the job
 * made it, else the job's own copy, one for all its steps. Nobody's input is ever changed.
 */
export function ownPath(layout: Layout, executionId: string, path: string): string {
  if (isInside(tasksDirectory(layout, executionId), path)) return path;
  const name = createHash("sha256").update(path).digest("hex").slice(0, 32);
  return join(ownFilesDirectory(layout, executionId), name, basename(path));
}

/** Puts the job's own files in place of those that they are copies of: who comes later sees what was changed. */
export function withOwnFiles(layout: Layout, executionId: string, inputs: JsonObject): JsonObject {
  if (!existsSync(ownFilesDirectory(layout, executionId))) return inputs;
  const change = (object: JsonObject): JsonObject => {
    const path = pathOf(object);
    const own = path === undefined ? undefined : ownPath(layout, executionId, path);
    const secondaryFiles = secondaryFilesOf(object).map(change);
    const whole = secondaryFiles.length === 0 ? object : { ...object, secondaryFiles };
    if (own === undefined || own === path || !existsSync(own)) return whole;
    const { location } = fileObject("File", own);
    return { ...whole, path: own, location: location ?? null };
  };
  const members = Object.entries(inputs).map(([name, value]) => [name, mapFilesNow(value, change)] as const);
  return Object.fromEntries(members);
}
