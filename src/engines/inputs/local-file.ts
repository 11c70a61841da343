import { realpath, stat } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { defined } from "../../domain/defined.ts";
import { Problem } from "../../domain/problem.ts";
import type { DirectoryValue, FileValue, InputItem } from "../../domain/values/values.ts";
import { isInside } from "../../files/layout.ts";
import { type InputPlace, refuseInput } from "./input-place.ts";

/** A link as an input gives it. */
export type Reference = Extract<InputItem, { kind: "reference" }>;

/** Finds the file, or the directory, that a `file:` reference names below an input root. Throws `invalid-parameter-value`. */
export async function localFile(
  { inputRoots }: { readonly inputRoots: readonly string[] },
  place: InputPlace,
  { href, mediaType }: Reference,
): Promise<FileValue | DirectoryValue> {
  const wanted = "an existing file below an input root";
  try {
    const path = await realpath(fileURLToPath(href));
    const roots = await Promise.all(inputRoots.map((root) => realpath(root)));
    // The same words whether the file is missing or elsewhere: nothing outside the roots can be probed.
    if (!roots.some((root) => isInside(root, path))) throw refuseInput(place, `"${href}"`, wanted);
    const facts = await stat(path);
    if (place.isDirectory && facts.isDirectory()) return { kind: "directory", path, basename: basename(path) };
    if (!facts.isFile()) throw refuseInput(place, `"${href}", which is no regular file`, wanted);
    return { kind: "file", path, basename: basename(path), sizeBytes: facts.size, ...defined({ mediaType }) };
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw refuseInput(place, `"${href}"`, wanted, cause);
  }
}
