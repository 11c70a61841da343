import { basename, dirname, posix } from "node:path";
import type { FindDeployed } from "../../cwl/document/deployed-process.ts";
import { maxYamlValues } from "../../cwl/document/load/source.ts";
import { type PackedSource, packSource } from "../../cwl/document/pack/pack.ts";
import { MissingFile, stemOf } from "../../cwl/document/pack/pack-files.ts";
import { defined } from "../../domain/defined.ts";
import { Problem } from "../../domain/problem.ts";
import { decodeText } from "../../domain/values/charset.ts";
import type { Json, JsonObject } from "../../domain/values/json.ts";
import type { PackageFiles, SentFiles } from "../uploads/sent-files.ts";
import { startByContent } from "./start-file.ts";

/** Where the files stand while they are packed: nothing of this name is on disk. */
const root = "/package";

/**
 * Packs a file that came with a deployment, with those that it runs, imports and includes, as `heddle deploy` packs those of
 * a directory: no other files are read. Says which were `taken`. Throws `invalid-parameter-value`.
 */
export async function packFiles(
  files: PackageFiles,
  start: string,
  findDeployed?: FindDeployed,
): Promise<PackedSource & { readonly taken: readonly string[] }> {
  const taken = new Set<string>();
  const pathOf = (path: string) => {
    if (!path.startsWith(`${root}/`)) throw new Error("it lies outside of the package");
    const own = path.slice(root.length + 1);
    for (const one of files.keys()) if (one === own || one.startsWith(`${own}/`)) taken.add(one);
    return own;
  };
  const packed = await packSource(`${root}/${start}`, async (path) => textOf(files, pathOf(path)), {
    maxValues: maxYamlValues,
    embedFile: async (path, kind) => embed(files, pathOf(path), kind),
    ...defined({ findDeployed }),
  });
  return { ...packed, taken: [...taken] };
}

/** Reads a file of a deployment as text. Throws an Error that says what is wrong with it. */
export function textOf(files: PackageFiles, path: string): string {
  const bytes = files.get(path);
  if (bytes === undefined) throw new MissingFile("the package has no such file");
  const decoded = decodeText(bytes);
  if (decoded.kind === "text") return decoded.text;
  throw new Error(`found ${decoded.found}, wanted ${decoded.wanted}`);
}

function embed(files: PackageFiles, path: string, kind: "File" | "Directory"): JsonObject {
  if (kind === "File") return { class: "File", basename: basename(path), contents: textOf(files, path) };
  const inside = [...files.keys()].filter((name) => name.startsWith(`${path}/`));
  if (inside.length === 0) throw new Error("the package has no such directory");
  const names = [...new Set(inside.map((name) => name.slice(path.length + 1).split("/")[0] ?? ""))].toSorted();
  const listing: Json[] = names.map((name) =>
    embed(files, `${path}/${name}`, files.has(`${path}/${name}`) ? "File" : "Directory"),
  );
  return { class: "Directory", basename: basename(path), listing };
}

/** What a file that starts a package is called, where there are several. */
const startNames = ["main", "package", "workflow", "app", "application", "index"];

/**
 * Chooses the file that is deployed: the wanted one, the only package or CWL that lies as high as none other, or of these
 * the one with a usual name, or what their content tells. A name without a folder is enough where one file has it. Throws `invalid-parameter-value` when it is not clear, `unprocessable-content` when there is none
 * of the wanted name.
 */
export function chooseStart(files: PackageFiles, wanted: string | undefined): string {
  if (wanted !== undefined) {
    const path = posix.normalize(wanted);
    if (files.has(path)) return path;
    const [named, ...alike] = [...files.keys()].filter((one) => basename(one) === path);
    if (named !== undefined && alike.length === 0) return named;
    const detail = `found start "${wanted.slice(0, 200)}", wanted one of ${listed([...files.keys()])}`;
    throw new Problem("unprocessable-content", `Cannot deploy process: ${detail}`, {
      faults: [{ pointer: "?start", detail }],
    });
  }
  const packages = highest([...files.keys()].filter((path) => /\.ogcapppkg(\.(json|ya?ml))?$/i.test(path)));
  const candidates = packages.length > 0 ? packages : highest([...files.keys()].filter((path) => /\.cwl$/i.test(path)));
  const named = startNames.flatMap((name) =>
    candidates.filter((path) => basename(path).toLowerCase() === `${name}.cwl`),
  );
  const [only, ...others] = candidates;
  const start = others.length === 0 ? (only ?? onlyFile(files)) : (named[0] ?? startByContent(files, candidates));
  if (start !== undefined) return start;
  const found = candidates.length === 0 ? `no .cwl in ${listed([...files.keys()])}` : `several, ${listed(candidates)}`;
  const detail = `found ${found}, wanted one, or ?start=FILE`;
  throw new Problem("invalid-parameter-value", `Cannot deploy process: ${detail}`, {
    faults: [{ pointer: "?start", detail }],
  });
}

/** Names a package after its file; after its folder, or what it was `sent` as, where files of many packages are called so. */
export function packageName(start: string, sent: string | undefined): string {
  const name = basename(start);
  const isUsual = startNames.includes(stemOf(start).toLowerCase());
  const folder = basename(dirname(start));
  if (!isUsual) return name;
  return folder === "." || folder === "" ? (sent ?? name) : folder;
}

function onlyFile(files: PackageFiles): string | undefined {
  return files.size === 1 ? [...files.keys()][0] : undefined;
}

function highest(paths: readonly string[]): readonly string[] {
  const depths = paths.map((path) => path.split("/").length);
  const least = Math.min(...depths);
  return paths.filter((_, index) => depths[index] === least);
}

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, 20).join(", ") || "nothing";
  return paths.length > 20 ? `${shown} and ${paths.length - 20} more` : shown;
}

/** Returns the path that a reference of one file means; undefined when no file has it. `cid:` means a part of a body by its id. */
export function fileAt({ files, ids }: SentFiles, from: string, reference: string): string | undefined {
  if (reference.startsWith("cid:")) return ids?.get(reference.slice(4));
  const path = posix.join(dirname(from), reference);
  return files.has(path) ? path : undefined;
}
