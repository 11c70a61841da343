import { createHash } from "node:crypto";
import { createReadStream, lstatSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorText, Problem } from "../../domain/problem.ts";
import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";
import { hasCode, ifExists } from "../../files/disk/file-errors.ts";
import { removeEmpty } from "../../files/disk/new-place.ts";
import { directoryMode, fileMode, isPlainName } from "../../files/layout.ts";
import { runProgram } from "../run-program.ts";
import { findBubblewrap } from "../sandbox/bubblewrap.ts";
import type { UnpackedImage } from "./image.ts";
import { imageNameForm, isImageName } from "./image-name.ts";

/** Writes an image's name as it is kept: `docker.io/library/debian` is `debian:latest`. */
export function imageName(name: string): string {
  const short = name.replace(/^(?:index\.)?docker\.io\//, "").replace(/^library\//, "");
  return short.slice(short.lastIndexOf("/") + 1).includes(":") || short.includes("@") ? short : `${short}:latest`;
}

/** Texts that no file can be named after: nothing was ever imported under them. */
function isNameable(name: string): boolean {
  return name.isWellFormed() && encodeURIComponent(imageName(name)).length <= 240;
}

function nameFile(directory: string, name: string): string {
  return join(directory, "names", `${encodeURIComponent(imageName(name))}.json`);
}

/** Lists the names of the images of a directory. */
export function listImages(directory: string): readonly string[] {
  try {
    const files = readdirSync(join(directory, "names")).filter((file) => file.endsWith(".json"));
    return files.map((file) => decodeURIComponent(file.slice(0, -".json".length))).toSorted();
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}

/** Finds an image by its name; undefined when it was not imported. */
export function findImage(directory: string, name: string): UnpackedImage | undefined {
  if (!isNameable(name)) return undefined;
  try {
    const kept: unknown = JSON.parse(readFileSync(nameFile(directory, name), "utf8"));
    if (!isJsonObject(kept)) return undefined;
    const entries = textList(kept.environment).map((entry) => {
      const equals = entry.indexOf("=");
      return [entry.slice(0, equals), entry.slice(equals + 1)] as const;
    });
    return {
      name: imageName(name),
      digest: `sha256:${kept.root}`,
      rootfs: join(directory, "roots", String(kept.root)),
      entrypoint: textList(kept.entrypoint),
      defaultCommand: textList(kept.command),
      environment: Object.fromEntries(entries),
    };
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Forgets an image, and removes its files when no other name has them. False when there is none of that name. */
export async function removeImage(directory: string, name: string): Promise<boolean> {
  const image = findImage(directory, name);
  if (image === undefined) return false;
  await rm(nameFile(directory, name));
  const isShared = listImages(directory).some((other) => findImage(directory, other)?.rootfs === image.rootfs);
  if (!isShared) await rm(image.rootfs, { recursive: true, force: true });
  return true;
}

/**
 * Unpacks an archive of `docker save`, an OCI archive, or the tar of a root file system. Without a name the archive's
 * own is taken. Gives the name. Throws `invalid-parameter-value` for an archive that cannot be used.
 */
export async function importImage(directory: string, archive: string, name?: string): Promise<string> {
  if (name !== undefined) requireName(archive, name);
  const found = findBubblewrap();
  if (found.kind === "missing") throw refuse(archive, `found that ${found.reason}, wanted it to unpack images`);
  const root = await digestOf(archive);
  const made = await mkdir(directory, { recursive: true, mode: directoryMode });
  const scratch = await mkdtemp(join(directory, "import-"));
  try {
    const unpacked = await unpack(found.program, archive, scratch);
    const wanted = name ?? unpacked.name;
    if (wanted === undefined) throw refuse(archive, "found no name in it, wanted one: heddle images import FILE NAME");
    requireName(archive, wanted);
    for (const part of ["roots", "names"]) {
      await mkdir(join(directory, part), { recursive: true, mode: directoryMode });
    }
    const target = join(directory, "roots", root);
    if ((await ifExists(readdir(target))) === undefined) await rename(unpacked.rootfs, target);
    const { entrypoint, command, environment } = unpacked;
    const kept = { root, entrypoint, command, environment };
    const partial = join(scratch, "name.json");
    await writeFile(partial, JSON.stringify(kept), { mode: fileMode });
    await rename(partial, nameFile(directory, wanted));
    return imageName(wanted);
  } finally {
    await rm(scratch, { recursive: true, force: true });
    if (made !== undefined) await removeEmpty(directory, made);
  }
}

/** A name is found again by the texts of packages, and handed to engines: only one that an image can have is kept. */
function requireName(archive: string, name: string): void {
  if (isImageName(name) && isNameable(name)) return;
  throw refuse(archive, `found the name ${JSON.stringify(name)}, wanted ${imageNameForm}`);
}

type Unpacked = {
  readonly rootfs: string;
  readonly name?: string;
  readonly entrypoint: Json;
  readonly command: Json;
  readonly environment: Json;
};

async function unpack(program: string, archive: string, scratch: string): Promise<Unpacked> {
  const rootfs = join(scratch, "rootfs");
  const parts = join(scratch, "parts");
  await mkdir(rootfs);
  const names = await listArchive(archive);
  const isSaved = names.some((name) => /^(?:\.\/)?(?:manifest|index)\.json$/.test(name));
  if (!isSaved) {
    await extract(program, archive, rootfs);
    return { rootfs, entrypoint: [], command: [], environment: [] };
  }
  await mkdir(parts);
  await extract(program, archive, parts);
  const found = (await readSaved(parts, archive)) ?? (await readOci(parts, archive));
  for (const layer of found.layers) {
    const file = partFile(parts, layer, archive);
    if (file === undefined)
      throw refuse(archive, `found no layer ${JSON.stringify(layer)}, wanted a file inside the archive`);
    for (const entry of await listArchive(file)) await applyWhiteout(rootfs, entry);
    await extract(program, file, rootfs);
  }
  const config = isJsonObject(found.config.config) ? found.config.config : {};
  return {
    rootfs,
    ...(found.name === undefined ? {} : { name: found.name }),
    entrypoint: config.Entrypoint ?? [],
    command: config.Cmd ?? [],
    environment: config.Env ?? [],
  };
}

type Saved = { readonly layers: readonly string[]; readonly config: JsonObject; readonly name?: string };

/** What `docker save` writes. */
async function readSaved(parts: string, archive: string): Promise<Saved | undefined> {
  const manifest = await readPart(parts, "manifest.json", archive);
  const [first] = Array.isArray(manifest) ? manifest : [];
  if (!isJsonObject(first)) return undefined;
  const config = await readPart(parts, String(first.Config), archive);
  const [name] = textList(first.RepoTags);
  return {
    layers: textList(first.Layers).map((layer) => checkPart(layer, archive)),
    config: isJsonObject(config) ? config : {},
    ...(name === undefined ? {} : { name }),
  };
}

/** What the OCI image layout says: an index, in it a manifest, in that the layers. */
async function readOci(parts: string, archive: string): Promise<Saved> {
  const blobOf = (descriptor: Json | undefined): string => {
    const digest = isJsonObject(descriptor) ? String(descriptor.digest) : "";
    return checkPart(`blobs/${digest.replace(":", "/")}`, archive);
  };
  const index = await readPart(parts, "index.json", archive);
  const [described] = isJsonObject(index) && Array.isArray(index.manifests) ? index.manifests : [];
  const manifest = await readPart(parts, blobOf(described), archive);
  if (!isJsonObject(manifest) || !Array.isArray(manifest.layers)) {
    throw refuse(archive, "found an index without a manifest, wanted one image");
  }
  const config = await readPart(parts, blobOf(manifest.config), archive);
  const notes = isJsonObject(described) && isJsonObject(described.annotations) ? described.annotations : {};
  const name = notes["io.containerd.image.name"] ?? notes["org.opencontainers.image.ref.name"];
  return {
    layers: manifest.layers.map(blobOf),
    config: isJsonObject(config) ? config : {},
    ...(typeof name === "string" ? { name } : {}),
  };
}

function checkPart(path: string, archive: string): string {
  if (path.split("/").every(isPlainName)) return path;
  throw refuse(archive, `found the part ${JSON.stringify(path)}, wanted a path inside the archive`);
}

async function readPart(parts: string, path: string, archive: string): Promise<Json | undefined> {
  const file = partFile(parts, path, archive);
  if (file === undefined) return undefined;
  const text = await readFile(file, "utf8");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refuse(archive, `found "${path}" that is no JSON (${errorText(error)}), wanted an image`);
  }
}

/** Gives the file of a part; undefined when there is none. A link of the archive could lead anywhere on this machine. */
function partFile(parts: string, path: string, archive: string): string | undefined {
  const steps = checkPart(path, archive).split("/");
  let file = parts;
  for (const [index, step] of steps.entries()) {
    file = join(file, step);
    const facts = lstatSync(file, { throwIfNoEntry: false });
    const isLast = index === steps.length - 1;
    if (facts === undefined || !(isLast ? facts.isFile() : facts.isDirectory())) return undefined;
  }
  return file;
}

/** `.wh.name` takes away what lower layers have under a name, `.wh..wh..opq` all that they have in a directory. */
async function applyWhiteout(rootfs: string, entry: string): Promise<void> {
  const steps = entry.split("/").filter((step) => step !== "" && step !== ".");
  const last = steps.pop() ?? "";
  if (!last.startsWith(".wh.") || steps.includes("..")) return;
  let directory = rootfs;
  for (const step of steps) {
    directory = join(directory, step);
    // Through a symlink it would reach out of the root.
    if (lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  }
  const hidden = last === ".wh..wh..opq" ? readdirSync(directory) : [last.slice(".wh.".length)];
  for (const name of hidden.filter(isPlainName)) await rm(join(directory, name), { recursive: true, force: true });
}

async function listArchive(archive: string): Promise<readonly string[]> {
  const { out } = await runTar(["tar", "--list", "--quoting-style=literal", "--file", archive], archive);
  return out.split("\n").filter((name) => name !== "");
}

/** Unpacks inside a sandbox that sees nothing writable but the target: no link of the archive leads out of it. */
async function extract(program: string, archive: string, target: string): Promise<void> {
  const system = ["/usr", "/bin", "/lib", "/lib64"].flatMap((path) => ["--ro-bind-try", path, path]);
  await runTar(
    [
      ...[program, "--unshare-all", "--die-with-parent", ...system, "--proc", "/proc", "--dev", "/dev"],
      ...["--bind", target, "/target", "--ro-bind", archive, "/archive", "--chdir", "/target", "--"],
      ...["tar", "--extract", "--file", "/archive", "--exclude", ".wh.*", "--exclude", "dev/*"],
      ...["--no-same-owner", "--delay-directory-restore"],
    ],
    archive,
  );
}

/** Images may be large: an hour. */
const tarMilliseconds = 3_600_000;

async function runTar(command: readonly string[], archive: string): Promise<{ readonly out: string }> {
  const { exitCode, out, talk } = await runProgram(
    command,
    { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8" },
    tarMilliseconds,
  );
  if (exitCode === 0) return { out };
  throw refuse(
    archive,
    `found what tar cannot unpack (${talk.trim().split("\n").slice(0, 3).join("; ")}), wanted an image`,
  );
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest("hex");
}

function textList(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function refuse(archive: string, detail: string): Problem {
  return new Problem("invalid-parameter-value", `Cannot import image "${archive}": ${detail}`);
}
