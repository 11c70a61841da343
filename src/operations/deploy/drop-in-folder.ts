import { dirname } from "node:path";
import type { Logger } from "../../domain/logger.ts";
import { errorText } from "../../domain/problem.ts";
import { type FolderListing, listProcessFolder, signatureOf } from "../../files/process-folder.ts";
import {
  forgetFile,
  listProcessFiles,
  noteFileProblem,
  type ProcessFile,
} from "../../store/processes/process-files.ts";
import { digestOf } from "../people/secrets.ts";
import type { ProviderDeps } from "../providers/manage-providers.ts";
import { registerFromFile } from "../providers/provider-file.ts";
import { deployFile, undeployFile } from "./deploy-file.ts";
import type { DeployDeps } from "./deploy-process.ts";
import { type DeployingCaller, deployedFinder } from "./deployed-steps.ts";
import type { FetchPackageDeps } from "./fetch-package.ts";
import { readProcessFile } from "./process-file.ts";

export type DropInDeps = DeployDeps & ProviderDeps & FetchPackageDeps & { readonly logger: Logger };

/** Whoever writes into the folder runs the service; nobody asked for an address of it. */
const operator: DeployingCaller = { principal: { role: "admin" }, serviceUrls: [] };

/** A folder whose package files are processes as long as they are there. */
export type DropInFolder = {
  /**
   * Looks at the folder once, and deploys what changed and was the same at the look before: a file that is being written is
   * left for the next look. `counts`: a file that is missing twice at such looks is gone. True when another look should
   * follow soon.
   */
  look(counts: boolean): Promise<boolean>;
};

/** What is known of a file from the looks before. */
type Known = {
  /** What it was like at the last look. */
  signature: string;
  /** What it was like when it was read last. */
  read?: string;
  parts: ReadonlyMap<string, string>;
  /** How often it could not be deployed as it is. */
  failures: number;
  missing: number;
};

type State = {
  readonly files: Map<string, Known>;
  /** Which directory it was when it held files; undefined while none was seen. */
  identity?: string;
  /** What was told last of the folder itself. */
  told?: string;
  looks: number;
};

/** A file that cannot be deployed is tried again each so many looks: what was in its way may be gone. */
const triesEach = 10;

/** Creates what keeps a folder and the processes of its files the same. */
export function createDropInFolder(deps: DropInDeps, directory: string): DropInFolder {
  const state: State = { files: new Map(), looks: 0 };
  return {
    async look(counts) {
      const listing = await readListing(deps, directory, state);
      if (listing === undefined) return false;
      if (counts) state.looks += 1;
      const files = new Map(listing.packages);
      if (listing.providers !== undefined) files.set(listing.providers.path, listing.providers.signature);
      let isUnsettled = false;
      for (const [path, signature] of files) {
        if (path === listing.providers?.path) isUnsettled = takeProviders(deps, state, path, signature) || isUnsettled;
        else isUnsettled = (await takeFile(deps, state, path, signature)) || isUnsettled;
      }
      if (counts) await removeGone(deps, { directory, state, listing, files });
      return isUnsettled;
    },
  };
}

/** Undefined for a folder that cannot be read: nothing is known of its files then. */
async function readListing(
  { logger }: DropInDeps,
  directory: string,
  state: State,
): Promise<FolderListing | undefined> {
  try {
    return await listProcessFolder(directory);
  } catch (error) {
    const told = errorText(error);
    if (state.told !== told) {
      logger.warn("Cannot read the folder of processes: those that come from its files stay as they are", {
        directory,
        error,
      });
    }
    state.told = told;
    return undefined;
  }
}

/** True while a file is not yet taken: it changed since the last look. */
async function takeFile(deps: DropInDeps, state: State, path: string, signature: string): Promise<boolean> {
  const known = knownFile(state, path);
  const isSettled = known.signature === signature;
  known.signature = signature;
  if (!isSettled) {
    known.failures = 0;
    return true;
  }
  const isTried = known.read === signature && !(await havePartsChanged(known.parts));
  if (isTried && (known.failures === 0 || (known.failures > 1 && state.looks % triesEach !== 0))) return false;
  known.read = signature;
  await deployKnown(deps, path, known);
  return false;
}

/** Two failures one after the other are told: one may be that of a file that is written slowly. */
async function deployKnown(deps: DropInDeps, path: string, known: Known): Promise<void> {
  const { logger, database } = deps;
  let digest = "";
  try {
    const read = await readProcessFile({ ...deps, findDeployed: deployedFinder(deps, operator) }, path);
    ({ digest } = read);
    known.parts = read.parts;
    const before = (await listProcessFiles(database)).find((one) => one.path === path);
    if (before?.digest !== digest || before.problem !== undefined) {
      const { process, change } = await deployFile(deps, path, read);
      if (change !== "none") logger.info(`A file was ${change} as a process`, { path, process: process.id });
    }
    known.failures = 0;
  } catch (error) {
    known.failures += 1;
    if (known.failures !== 2) return;
    logger.warn("Cannot deploy a file of the folder of processes", { path, error });
    await noteFileProblem(database, { path, digest }, errorText(error));
  }
}

/** Servers are asked of what type they are, which takes its time: nothing waits for it. */
function takeProviders(deps: DropInDeps, state: State, path: string, signature: string): boolean {
  const known = knownFile(state, path);
  const isSettled = known.signature === signature;
  known.signature = signature;
  if (!isSettled) return true;
  const isDue = known.failures > 0 && state.looks % (triesEach * 6) === 0;
  if (known.read === signature && !isDue) return false;
  known.read = signature;
  void registerFromFile(deps, path)
    .then(async (problems) => {
      known.failures = problems.length;
      if (problems.length === 0) return forgetFile(deps.database, path);
      const text = problems.join("; ");
      deps.logger.warn("Cannot register providers of a file", { path, problems: text });
      return noteFileProblem(deps.database, { path, digest: digestOf(text) }, text);
    })
    .catch((error: unknown) => deps.logger.error("Cannot register providers of a file", { path, error }));
  return false;
}

function knownFile({ files }: State, path: string): Known {
  const known = files.get(path) ?? { signature: "", parts: new Map(), failures: 0, missing: 0 };
  files.set(path, known);
  known.missing = 0;
  return known;
}

async function havePartsChanged(parts: ReadonlyMap<string, string>): Promise<boolean> {
  for (const [part, signature] of parts) {
    if (((await signatureOf(part)) ?? "") !== signature) return true;
  }
  return false;
}

type Look = {
  readonly directory: string;
  readonly state: State;
  readonly listing: FolderListing;
  readonly files: ReadonlyMap<string, string>;
};

/** Undeploys what comes from files that are gone: the folder that held them is there, and they were missing twice. */
async function removeGone(deps: DropInDeps, { directory, state, listing, files }: Look): Promise<void> {
  if (files.size > 0) state.identity = listing.identity;
  const all = await listProcessFiles(deps.database);
  const missing = all.filter(({ path }) => dirname(path) === directory && !files.has(path));
  if (state.identity !== listing.identity) {
    const told = state.identity === undefined ? "it is empty" : "another directory is in its place";
    if (missing.length > 0 && state.told !== told) {
      const facts = { directory, processes: missing.length };
      deps.logger.warn(`Nothing is undeployed by the folder of processes, since ${told}`, facts);
    }
    state.told = told;
    return;
  }
  delete state.told;
  for (const file of missing) await removeMissing(deps, state, file);
}

async function removeMissing(deps: DropInDeps, { files }: State, file: ProcessFile): Promise<void> {
  const known = files.get(file.path) ?? { signature: "", parts: new Map(), failures: 0, missing: 0 };
  files.set(file.path, known);
  known.missing += 1;
  if (known.missing < 2) return;
  const process = await undeployFile(deps, file);
  files.delete(file.path);
  if (process !== undefined)
    deps.logger.info("A process was undeployed, as its file is gone", { path: file.path, process });
}
