import { chmod, mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { FileValue } from "../../src/domain/values/values.ts";
import { createLayout, type Layout, taskDirectory } from "../../src/files/layout.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

export const jobId = "0c0ffee0-0000-4000-8000-000000000001";
export const executionId = "0c0ffee0-0000-4000-8000-0000000000e1";

/** A data directory, and where a tool of the execution writes. */
export type FilesRig = AsyncDisposable & {
  readonly layout: Layout;
  readonly toolDirectory: string;
  /** Makes a file as the tool would; a path is taken from the tool's directory. */
  make(path: string, text?: string): Promise<string>;
};

/** Makes an empty data directory; the outputs may lie elsewhere. */
export async function filesRig(outputsDirectory?: string): Promise<FilesRig> {
  const directory = await temporaryDirectory();
  const layout = createLayout(directory.path, outputsDirectory);
  const toolDirectory = join(taskDirectory(layout, { executionId, step: "main", shard: 0, try: 1 }), "out");
  await mkdir(toolDirectory, { recursive: true });
  await mkdir(layout.outputsDirectory, { recursive: true });
  return {
    layout,
    toolDirectory,
    make: async (path, text = `text of ${path}`) => {
      const file = join(toolDirectory, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
      await chmod(file, 0o644);
      return file;
    },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

/** The value an engine gives for a file. */
export function fileValue(path: string, changes: Partial<FileValue> = {}): FileValue {
  return { kind: "file", path, basename: basename(path), sizeBytes: 0, ...changes };
}
