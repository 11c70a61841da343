import * as v from "valibot";
import { type CwlDescription, describeDocument, descriptionFaults } from "../cwl/document/describe.ts";
import { isOwn, type Principal } from "../domain/access.ts";
import type { Clock } from "../domain/clock.ts";
import { defined } from "../domain/defined.ts";
import { fault } from "../domain/faults.ts";
import { canonicalJson, type Json, parseExact } from "../domain/json.ts";
import { type Fault, Problem } from "../domain/problem.ts";
import {
  jobControlOptions,
  type Process,
  type ProcessDefinition,
  type ProcessDescription,
  ProcessIdSchema,
  transmissionModes,
} from "../domain/process.ts";
import type { Database } from "../store/database.ts";
import { ownerOfProcess, undeployProcess as removeProcess, saveProcess } from "../store/processes.ts";
import { type ApplicationPackage, type GivenDescription, refusePackage } from "./application-package.ts";
import { defaultFaults } from "./check-defaults.ts";
import { noSuchProcess } from "./describe-processes.ts";
import { requireAction } from "./guard.ts";
import { mergeInputs, mergeOutputs } from "./merge-description.ts";
import type { ProcessCache } from "./process-cache.ts";
import type { RemotePackage } from "./remote-package.ts";
import { type RemoteProcesses, remoteProcess } from "./remote-processes.ts";
import { digestOf } from "./secrets.ts";

export type DeployDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly processes: ProcessCache;
  readonly remotes: RemoteProcesses;
};

/**
 * Deploys a process. Throws `invalid-parameter-value`, `duplicated-process` when the id is taken, `immutable-process`
 * when a built-in has it.
 */
export async function deployProcess(
  deps: DeployDeps,
  principal: Principal,
  given: ApplicationPackage,
): Promise<Process> {
  requireAction(principal, "deploy", "deploy process");
  requireLeave(principal, given.description);
  const process = { ...(await makeProcess(deps, given)), deployerRole: principal.role };
  const existing = await deps.processes.find(process.id);
  if (existing !== undefined && !existing.isMutable) throw immutableProcess("deploy", process.id);
  const outcome = await saveProcess(deps.database, process, deps.clock.now(), {
    replace: false,
    ...defined({ owner: principal.user }),
  });
  if (outcome === "exists") {
    const detail = `Cannot deploy process "${process.id}": found one with this id, wanted a free id or PUT`;
    throw new Problem("duplicated-process", detail);
  }
  deps.processes.forget(process.id);
  return process;
}

/** Replaces a process with a new revision; jobs keep the one they ran. Throws `no-such-process`, `immutable-process`, `forbidden`. */
export async function replaceProcess(
  deps: DeployDeps,
  principal: Principal,
  id: string,
  given: ApplicationPackage,
): Promise<Process> {
  requireAction(principal, "deploy", `replace process "${id}"`);
  requireLeave(principal, given.description);
  const replaced = await requireMutable(deps, "replace", id);
  await requireOwner(deps, principal, "replace", id);
  const process = { ...(await makeProcess(deps, given, replaced)), deployerRole: principal.role };
  await saveProcess(deps.database, process, deps.clock.now(), { replace: true });
  deps.processes.forget(id);
  return process;
}

/** Undeploys a process; its jobs and their results stay. Throws `no-such-process`, `immutable-process`, `forbidden`. */
export async function undeployProcess(deps: DeployDeps, principal: Principal, id: string): Promise<void> {
  requireAction(principal, "deploy", `undeploy process "${id}"`);
  await requireMutable(deps, "undeploy", id);
  await requireOwner(deps, principal, "undeploy", id);
  const isGone = await removeProcess(deps.database, id);
  deps.processes.forget(id);
  if (!isGone) throw noSuchProcess(id);
}

/** What widens the sandbox of tools is for an admin to say. Throws `forbidden`. */
function requireLeave(principal: Principal, { heddle }: GivenDescription): void {
  if (heddle?.ownNamespaces !== true || principal.role === "admin") return;
  const detail = `Cannot deploy process: found heddle.ownNamespaces with role "${principal.role}", wanted role "admin"`;
  throw new Problem("forbidden", detail);
}

/** A process is its deployer's: nobody else but an admin changes what its users run. Throws `forbidden`. */
async function requireOwner(deps: DeployDeps, principal: Principal, verb: string, id: string): Promise<void> {
  if (principal.role === "admin") return;
  const owner = await ownerOfProcess(deps.database, id);
  if (owner !== undefined && isOwn(principal, owner)) return;
  const owned = owner === undefined ? "it belongs to the admins" : "it belongs to another user";
  throw new Problem("forbidden", `Cannot ${verb} process "${id}": ${owned}, wanted its owner or an admin`);
}

async function requireMutable(deps: DeployDeps, verb: string, id: string): Promise<Process> {
  const existing = await deps.processes.find(id);
  if (existing === undefined) throw noSuchProcess(id);
  if (!existing.isMutable) throw immutableProcess(verb, id);
  return existing;
}

function immutableProcess(verb: string, id: string): Problem {
  return new Problem(
    "immutable-process",
    `Cannot ${verb} process "${id}": found a built-in, wanted a deployed process`,
  );
}

function makeProcess(deps: DeployDeps, given: ApplicationPackage, replaced?: Process): Process | Promise<Process> {
  if (given.remote !== undefined) return pinProcess(deps, given.remote, given.description, replaced);
  return makeCwlProcess(given, replaced);
}

/**
 * Pins a process of another server, which is asked what it takes and gives. Throws `unprocessable-content` when it
 * cannot be asked or knows no such process.
 */
async function pinProcess(
  deps: DeployDeps,
  remote: RemotePackage,
  given: GivenDescription,
  replaced: Process | undefined,
): Promise<Process> {
  const faults: Fault[] = [];
  const { definition } = remote;
  const id = idOf(given, { own: remote.suggestedId, other: plainId(definition.processId) }, replaced?.id, faults);
  const described = await deps.remotes.ask(definition);
  for (const part of ["inputs", "outputs"] as const) {
    const known = Object.keys(described[part]);
    const declared = remote[part]?.map((name) => ({ name, at: `/${part}/${name}` })) ?? [];
    const said = Object.keys(given[part] ?? {}).map((name) => ({ name, at: `/processDescription/${part}/${name}` }));
    for (const { name, at } of [...declared, ...said]) {
      if (!known.includes(name))
        faults.push(fault(at, name, `one of those of the remote process: ${known.join(", ")}`));
    }
    if (said.length > 0 && faults.length === 0) {
      faults.push(fault(`/processDescription/${part}`, given[part], "nothing: the remote process says it"));
    }
  }
  if (faults.length > 0) throw refusePackage(faults);
  const { title, description, keywords, version } = given;
  const own = defined({ title, description, keywords, version });
  const visibility = given.visibility ?? replaced?.visibility ?? "public";
  const make = (last?: string) =>
    remoteProcess(
      definition,
      { ...described, ...defined({ version: last }), ...own },
      { id, isPublic: visibility === "public" },
    );
  return given.version === undefined && described.version === undefined ? asRevised(make, replaced) : make();
}

function plainId(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_.-]/g, "-");
}

/** Nobody said a version: that of a process that is replaced goes on, and is raised when anything changed. */
function asRevised(make: (version?: string) => Process, replaced: Process | undefined): Process {
  if (replaced === undefined) return make();
  const last = replaced.description.version;
  const same = make(last);
  return same.revision === replaced.revision ? same : make(raised(last));
}

/** Raises the first number of a version, since nobody knows whether the new one takes what the last one took. */
function raised(version: string): string {
  const [whole, before = "", first, rest = ""] = /^(\D{0,8})(\d{1,9})((?:\.\d{1,9})*)/.exec(version) ?? [];
  if (whole === undefined || first === undefined) return `${version}.1`;
  return `${before}${Number(first) + 1}${rest.replaceAll(/\d+/g, "0")}`;
}

function makeCwlProcess(
  { cwl, description: given }: Extract<ApplicationPackage, { remote?: undefined }>,
  replaced?: Process,
): Process {
  const faults: Fault[] = descriptionFaults(cwl.cwl).map((detail) => ({ pointer: "", detail }));
  const fromCwl = describeDocument(cwl.cwl);
  const id = idOf(given, { own: fromCwl.suggestedId }, replaced?.id, faults);
  const merged = mergeDescriptions(id, given, fromCwl, faults);
  const definition: ProcessDefinition = { kind: "cwl", document: cwl.document, main: cwl.cwl.main.id };
  const make = (version = merged.version): Process => {
    const description = { ...merged, version };
    return {
      id,
      revision: revisionOf(description, definition),
      description,
      definition,
      isWorkflow: fromCwl.isWorkflow,
      isMutable: true,
      // Who replaces what is private, and says nothing of it, does not publish it.
      visibility: given.visibility ?? replaced?.visibility ?? "public",
      fileInputs: fromCwl.fileInputs,
    };
  };
  const process = given.version === undefined && fromCwl.version === undefined ? asRevised(make, replaced) : make();
  // What a schema says that is faulty by itself is told alone.
  if (faults.length === 0) faults.push(...defaultFaults(process, fromCwl.inputs));
  if (faults.length > 0) throw refusePackage(faults);
  return process;
}

/** Gives the digest that names a revision. */
export function revisionOf(description: ProcessDescription, definition: ProcessDefinition): string {
  return `sha256:${digestOf(canonicalJson(plainJson({ description, definition })))}`;
}

/** Values of a description are JSON, but their type admits members that are undefined; those are left out. */
function plainJson(value: unknown): Json {
  return parseExact(JSON.stringify(value));
}

/** The description's id wins over the document's `own`, and that over any `other`; a path has to agree with the first two. */
function idOf(
  given: GivenDescription,
  suggested: { readonly own?: string | undefined; readonly other?: string },
  pathId: string | undefined,
  faults: Fault[],
): string {
  const id = given.id ?? suggested.own ?? pathId ?? suggested.other;
  const at = given.id === undefined ? "/id" : "/processDescription/id";
  if (pathId !== undefined && id !== pathId) faults.push(fault(at, id, `"${pathId}", the id of the path`));
  const outcome = v.safeParse(ProcessIdSchema, id);
  if (outcome.success) return outcome.output;
  faults.push(fault(at, id, `an id: ${outcome.issues.map((issue) => issue.message).join(", ")}`));
  return "";
}

/** Metadata prefers what the deployer said; what runs, and how often an input occurs, is the CWL's to say. */
function mergeDescriptions(
  id: string,
  given: GivenDescription,
  fromCwl: CwlDescription,
  faults: Fault[],
): ProcessDescription {
  const { visibility: _visibility, inputs, outputs, href: _href, owsContext: _context, ...metadata } = given;
  const { suggestedId: _id, fileInputs: _files, isWorkflow: _kind, ...described } = fromCwl;
  const { links: _links, mutable: _mutable, revision: _revision, ...kept } = metadata;
  return {
    ...described,
    ...kept,
    id,
    version: given.version ?? fromCwl.version ?? "1.0.0",
    jobControlOptions: given.jobControlOptions ?? [...jobControlOptions],
    outputTransmission: given.outputTransmission ?? [...transmissionModes],
    inputs: mergeInputs("/processDescription/inputs", inputs ?? {}, fromCwl.inputs, {
      fileInputs: fromCwl.fileInputs,
      faults,
    }),
    outputs: mergeOutputs("/processDescription/outputs", outputs ?? {}, fromCwl.outputs, faults),
  };
}
