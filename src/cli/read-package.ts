import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { LoadOptions, Package } from "../engines/cwl/load.ts";
import { packDocument } from "../engines/cwl/pack.ts";

/** Reads a package that a user of this machine names as `FILE` or `FILE#PROCESS`; it may read what the user may. */
export function readPackage(
  word: string,
  options: Pick<LoadOptions, "isLibrary" | "allowsSecretsHint"> = {},
): Promise<Package> {
  const hash = word.lastIndexOf("#");
  const hasFragment = hash > 0 && !existsSync(word);
  const file = resolve(hasFragment ? word.slice(0, hash) : word);
  return packDocument(file, (path) => readFile(path, "utf8"), {
    allowsLocalFiles: true,
    ...options,
    ...(hasFragment ? { main: word.slice(hash + 1) } : {}),
  });
}
