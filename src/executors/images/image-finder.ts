import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { talkWords } from "../../domain/jobs/program-talk.ts";
import { ifExists } from "../../files/disk/file-errors.ts";
import { directoryMode } from "../../files/layout.ts";
import type { ImageFinding, ImageRequest } from "../machine.ts";
import { type ProgramEnd, runProgram } from "../run-program.ts";
import type { Confinement } from "../sandbox/confinement.ts";
import { type ContainerEngine, type EngineDeps, type EngineFinding, findEngine } from "./container-engine.ts";
import { imageNameForm, isImageName } from "./image-name.ts";
import { findImage } from "./images.ts";

/** Finds the images of tools. */
export type ImageFinder = {
  /** Finds an image that was imported, else one that the container engine has or can get. */
  find(request: ImageRequest): Promise<ImageFinding>;
  /** Words why there is no way to an image; undefined when it was imported, or an engine could have it. Fetches nothing. */
  lacks(request: ImageRequest): Promise<string | undefined>;
  /** The engine that runs what was not imported. */
  engine(): Promise<EngineFinding>;
};

export type ImageFinderDeps = {
  readonly confinement: Confinement;
  /** Where imported images lie, and what apptainer fetched. */
  readonly imagesDirectory?: string;
  /** No container engine is used when absent. */
  readonly engines?: EngineDeps;
  /** True where a document may have images built: never in the server, as what builds them is not confined. */
  readonly buildsImages?: boolean;
};

/** Registries may be slow, and images large: 30 minutes. */
const pullMilliseconds = 30 * 60_000;
const lookMilliseconds = 30_000;

/** Makes a finder; engines are looked for when the first image was not imported. */
export function createImageFinder(deps: ImageFinderDeps): ImageFinder {
  const { confinement, imagesDirectory, engines } = deps;
  let engine: Promise<EngineFinding> | undefined;
  const engineOf = () => {
    engine ??=
      engines === undefined
        ? Promise.resolve({ kind: "missing", reason: "no container engine is used" })
        : findEngine(engines);
    return engine;
  };
  const known = new Map<string, Promise<ImageFinding>>();
  const findImported = (request: ImageRequest): ImageFinding | undefined => {
    const names = [...request.names, ...(request.pull === undefined ? [] : [request.pull])];
    for (const name of names) {
      const image = imagesDirectory === undefined ? undefined : findImage(imagesDirectory, name);
      if (image !== undefined && confinement.runsImages) return { kind: "found", image };
    }
    const wrong = wrongNames(request);
    return wrong === undefined ? undefined : { kind: "missing", reason: wrong };
  };
  return {
    engine: engineOf,
    async lacks(request) {
      const found = await engineOf();
      const settled = findImported(request) ?? (found.kind === "found" ? undefined : missing(request, found, deps));
      return settled?.kind === "missing" ? settled.reason : undefined;
    },
    async find(request) {
      const settled = findImported(request);
      if (settled !== undefined) return settled;
      const found = await engineOf();
      if (found.kind === "missing" || engines === undefined) return missing(request, found, deps);
      const key = JSON.stringify(request);
      const asked = known.get(key) ?? askEngine(found.engine, engines, withImageNames(request), deps);
      known.set(key, asked);
      const answer = await asked;
      // What could not be had may be there the next time.
      if (answer.kind === "missing") known.delete(key);
      return answer;
    },
  };
}

/** An engine takes what begins with a dash for an option: only names that an image can have are handed to it. */
function withImageNames(request: ImageRequest): ImageRequest {
  return { ...request, names: request.names.filter(isImageName) };
}

/** Words what keeps an engine from being asked: what is to be fetched is no image, or nothing that is named is one. */
function wrongNames({ names, pull, dockerFile }: ImageRequest): string | undefined {
  const all = pull === undefined ? names : [pull];
  const [first] = all;
  if (first === undefined || all.some(isImageName)) return undefined;
  if (dockerFile !== undefined && names.length === 0) return undefined;
  return `found the image name ${JSON.stringify(first)}, wanted ${imageNameForm}, or an image that was imported under it`;
}

function missing(request: ImageRequest, found: EngineFinding, { confinement }: ImageFinderDeps): ImageFinding {
  const name = request.pull ?? request.names.at(0);
  const what = name === undefined ? "no name of an image" : `image "${name}" not imported`;
  const engine = found.kind === "missing" ? found.reason : "";
  const bwrap = confinement.runsImages ? "" : "bubblewrap on this machine and ";
  const wanted = `${bwrap}the image imported by "heddle images import", or a container engine`;
  return { kind: "missing", reason: `found ${what} and ${engine}, wanted ${wanted}` };
}

async function askEngine(
  engine: ContainerEngine,
  { environment }: EngineDeps,
  request: ImageRequest,
  deps: ImageFinderDeps,
): Promise<ImageFinding> {
  const run = (words: readonly string[], limit = lookMilliseconds) =>
    runProgram([engine.program, ...engine.globalFlags, ...words], environment, limit);
  const found = (name: string, told: ProgramEnd, reference = name): ImageFinding => ({
    kind: "found",
    image: { name, reference, entrypoint: [], defaultCommand: [], environment: {}, ...idIn(told.out) },
  });
  if (engine.name === "apptainer" || engine.name === "singularity") {
    const name = request.pull ?? request.names.at(0);
    if (name === undefined) return missing(request, { kind: "found", engine }, deps);
    return pullSif(name, run, deps.imagesDirectory);
  }
  for (const name of [...request.names, ...(request.pull === undefined ? [] : [request.pull])]) {
    const known = await run(["image", "inspect", "--format", "{{.Id}}", name]);
    if (known.exitCode === 0) return found(name, known);
  }
  if (request.pull !== undefined) {
    const reference = fullName(request.pull);
    const answer = await run(["pull", "--quiet", reference], pullMilliseconds);
    return answer.exitCode === 0
      ? found(request.pull, await run(["image", "inspect", "--format", "{{.Id}}", reference]), reference)
      : {
          kind: "missing",
          reason: `found that ${engine.name} cannot pull "${reference}" ${talkWords(lastLine(answer))}, wanted the image there, or imported by "heddle images import"`,
        };
  }
  if (request.dockerFile === undefined) {
    return {
      kind: "missing",
      reason: `found no image "${request.names.join('" or "')}" in ${engine.name}, wanted it there, or imported by "heddle images import"`,
    };
  }
  if (deps.buildsImages !== true) {
    return {
      kind: "missing",
      reason: 'found dockerFile, wanted an image that was built before: only "heddle run" builds images',
    };
  }
  const tag = request.names.at(0) ?? `heddle-${digest(request.dockerFile)}`;
  const answer = await build(tag, request.dockerFile, (words) => run(words, pullMilliseconds));
  return answer.exitCode === 0
    ? found(tag, await run(["image", "inspect", "--format", "{{.Id}}", tag]))
    : {
        kind: "missing",
        reason: `found that ${engine.name} cannot build dockerFile ${talkWords(lastLine(answer))}, wanted an image`,
      };
}

/** Engines word the id of an image with or without what it is. */
function idIn(told: string): { readonly digest?: string } {
  const [, hex] = /^(?:sha256:)?([0-9a-f]{64})\s*$/.exec(told) ?? [];
  return hex === undefined ? {} : { digest: `sha256:${hex}` };
}

/** Docker's own registry is meant where none is named; podman would ask. */
export function fullName(name: string): string {
  const [first = "", ...rest] = name.split("/");
  if (rest.length === 0) return `docker.io/library/${name}`;
  return /[.:]/.test(first) || first === "localhost" ? name : `docker.io/${name}`;
}

type Run = (words: readonly string[], limit?: number) => Promise<ProgramEnd>;

async function build(tag: string, dockerFile: string, run: Run): Promise<ProgramEnd> {
  const context = await mkdtemp(join(tmpdir(), "heddle-build-"));
  try {
    await writeFile(join(context, "Dockerfile"), dockerFile);
    return await run(["build", "--tag", tag, context]);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** Fetches an image as the one file that apptainer runs. */
async function pullSif(name: string, run: Run, imagesDirectory: string | undefined): Promise<ImageFinding> {
  const image = (reference: string): ImageFinding => ({
    kind: "found",
    image: { name, reference, entrypoint: [], defaultCommand: [], environment: {} },
  });
  if (imagesDirectory === undefined) return image(`docker://${name}`);
  const file = join(imagesDirectory, "sif", `${encodeURIComponent(name)}.sif`);
  if ((await ifExists(stat(file))) !== undefined) return image(file);
  await mkdir(join(imagesDirectory, "sif"), { recursive: true, mode: directoryMode });
  const answer = await run(["pull", "--force", file, `docker://${name}`], pullMilliseconds);
  if (answer.exitCode === 0) return image(file);
  return {
    kind: "missing",
    reason: `found that it cannot be pulled ${talkWords(lastLine(answer))}, wanted the image "${name}"`,
  };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function lastLine({ exitCode, out, talk }: ProgramEnd): string {
  return (talk.trim() || out.trim()).split("\n").at(-1) || `it ended with ${exitCode}`;
}
