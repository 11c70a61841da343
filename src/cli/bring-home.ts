import { constants } from "node:fs";
import { chmod, copyFile, mkdir } from "node:fs/promises";
import { join, parse } from "node:path";
import type { FileValue, OutputValue, OutputValues } from "../domain/values.ts";
import { hasCode } from "../files/file-errors.ts";

/**
 * Copies output files into a directory. Two files of one name never meet: the later one gets a number before its
 * extension. A file of an earlier run is written anew. Gives the values with the new paths.
 */
export async function bringHome(values: OutputValues, directory: string): Promise<OutputValues> {
  await mkdir(directory, { recursive: true });
  const taken = new Set<string>();
  const home: Record<string, OutputValue> = {};
  for (const [id, value] of Object.entries(values)) home[id] = await bringValue(value, directory, taken);
  return home;
}

async function bringValue(value: OutputValue, directory: string, taken: Set<string>): Promise<OutputValue> {
  if (value.kind === "file") return bringFile(value, directory, taken);
  if (value.kind !== "list") return value;
  const items: OutputValue[] = [];
  for (const item of value.items) items.push(await bringValue(item, directory, taken));
  return { kind: "list", items };
}

async function bringFile(file: FileValue, directory: string, taken: Set<string>): Promise<FileValue> {
  const basename = freeName(file.basename, taken);
  taken.add(basename);
  const path = join(directory, basename);
  await copyWhole(file.path, path);
  const secondaryFiles: FileValue[] = [];
  for (const secondary of file.secondaryFiles ?? []) secondaryFiles.push(await bringFile(secondary, directory, taken));
  return { ...file, path, basename, ...(secondaryFiles.length === 0 ? {} : { secondaryFiles }) };
}

function freeName(basename: string, taken: ReadonlySet<string>): string {
  const { name, ext } = parse(basename);
  let free = basename;
  for (let number = 2; taken.has(free); number += 1) free = `${name}_${number}${ext}`;
  return free;
}

async function copyWhole(source: string, target: string): Promise<void> {
  try {
    await copyFile(source, target, constants.COPYFILE_FICLONE);
    // Scratch files are private; results are as open as the user's other files.
    await chmod(target, 0o666 & ~process.umask());
  } catch (error) {
    // An output that is an input of this very directory is where it belongs already.
    if (!hasCode(error, "EINVAL")) throw error;
  }
}
