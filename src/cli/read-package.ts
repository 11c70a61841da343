import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { LoadOptions, Package } from "../cwl/document/load/load.ts";
import { packDocument } from "../cwl/document/pack/pack.ts";
import { defined } from "../domain/defined.ts";
import { readTextFile } from "../files/disk/read-text.ts";

/** Reads a package that a user of this machine names as `FILE` or `FILE#PROCESS`; it may read what the user may. */
export function readPackage(
  word: string,
  options: Pick<LoadOptions, "isLibrary" | "allowsSecretsHint"> = {},
): Promise<Package> {
  const { file, process } = readPackageWord(word);
  return packDocument(file, readTextFile, {
    allowsLocalFiles: true,
    ...options,
    ...defined({ main: process }),
  });
}

/** Reads `FILE` or `FILE#PROCESS`: the file's whole path, and the process that is meant. */
export function readPackageWord(word: string): { readonly file: string; readonly process?: string } {
  const hash = word.lastIndexOf("#");
  if (hash <= 0 || existsSync(word)) return { file: resolve(word) };
  return { file: resolve(word.slice(0, hash)), process: word.slice(hash + 1) };
}
