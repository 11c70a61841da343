import { type FileValue, itemsOf, type PreparedItem, preparedLeaves } from "../../domain/values/values.ts";
import type { Prepared } from "../../engines/engine.ts";
import { type Layout, tasksDirectory } from "../../files/layout.ts";
import type { ReadBounds } from "./readable.ts";

/** Lists what values of an execution may name: what it makes itself, and what its inputs are. */
export function readBounds(layout: Layout, prepared: Prepared): ReadBounds {
  const inputs = Object.values(prepared.inputs).flatMap(inputPaths);
  return { roots: [tasksDirectory(layout, prepared.executionId), ...inputs], found: new Set() };
}

function inputPaths(item: PreparedItem | readonly PreparedItem[]): readonly string[] {
  return itemsOf(item)
    .flatMap(preparedLeaves)
    .flatMap((one) => {
      if (one.kind === "directory") return [one.path];
      return one.kind === "file" ? filePaths(one) : [];
    });
}

function filePaths(file: FileValue): readonly string[] {
  return [file.path, ...(file.secondaryFiles ?? []).flatMap(filePaths)];
}
