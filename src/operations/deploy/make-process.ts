import * as v from "valibot";
import { type CwlDescription, describeDocument, descriptionFaults } from "../../cwl/document/describe.ts";
import { defined, unlessEmpty } from "../../domain/defined.ts";
import { fault } from "../../domain/faults.ts";
import type { RunSettings } from "../../domain/jobs/run-settings.ts";
import type { Fault } from "../../domain/problem.ts";
import {
  jobControlOptions,
  type Process,
  type ProcessDefinition,
  type ProcessDescription,
  ProcessIdSchema,
  transmissionModes,
} from "../../domain/processes/process.ts";
import { raisedBy, stepOf } from "../../domain/processes/version-step.ts";
import { canonicalJson, type Json, parseExact } from "../../domain/values/json.ts";
import { digestOf } from "../people/secrets.ts";
import { type RemoteProcesses, remoteProcess } from "../providers/remote-processes.ts";
import { defaultFaults } from "../submit/check-defaults.ts";
import { type ApplicationPackage, refusePackage } from "./application-package.ts";
import { circleFaults, pinnedRuns, stepsOf } from "./deployed-steps.ts";
import { mergeInputs, mergeOutputs } from "./merge-description.ts";
import type { GivenDescription } from "./package-schema.ts";

type MakeDeps = { readonly remotes: RemoteProcesses };

/**
 * Builds the process of a deployment, in the place of the one that it replaces, if any. Throws `invalid-parameter-value` with
 * every fault, `unprocessable-content` when another server cannot be asked.
 */
export function makeProcess(deps: MakeDeps, given: ApplicationPackage, replaced?: Process): Process | Promise<Process> {
  if (given.remote !== undefined) return pinProcess(deps, given, replaced);
  return makeCwlProcess(given, replaced);
}

/**
 * Pins a process of another server, which is asked what it takes and gives. Throws `unprocessable-content` when it
 * cannot be asked or knows no such process.
 */
async function pinProcess(
  deps: MakeDeps,
  { remote, description: given, wantedId, wantedVersion }: Extract<ApplicationPackage, { readonly cwl?: undefined }>,
  replaced: Process | undefined,
): Promise<Process> {
  const faults: Fault[] = [];
  const { definition } = remote;
  const suggested = { wanted: wantedId, own: remote.suggestedId, other: plainId(definition.processId) };
  const id = idOf(given, suggested, replaced?.id, faults);
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
  const { title, description, keywords } = given;
  const version = wantedVersion ?? given.version;
  const own = defined({ title, description, keywords, version });
  const visibility = given.visibility ?? replaced?.visibility ?? "public";
  const make = (last?: string) =>
    remoteProcess(
      definition,
      { ...described, ...defined({ version: last }), ...own },
      { id, isPublic: visibility === "public" },
    );
  return version === undefined && described.version === undefined ? asRevised(make, replaced) : make();
}

function plainId(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_.-]/g, "-");
}

/** Tells whether a package, or who deploys it, says its version; the process of another server is taken to say one. */
export function saysVersion({ cwl, description, wantedVersion }: ApplicationPackage): boolean {
  if (wantedVersion !== undefined) return true;
  return cwl === undefined || description.version !== undefined || describeDocument(cwl.cwl).version !== undefined;
}

/** Nobody said a version: that of a process that is replaced goes on, raised by what became of its inputs and outputs when anything changed. */
function asRevised(make: (version?: string) => Process, replaced: Process | undefined): Process {
  if (replaced === undefined) return make();
  const last = replaced.description.version;
  const same = make(last);
  if (same.revision === replaced.revision) return same;
  return make(raisedBy(stepOf(replaced.description, same.description), last));
}

function makeCwlProcess(
  {
    cwl,
    description: given,
    wantedId,
    wantedVersion,
    sources,
    deployed,
    fileName,
    isNamedByFile,
  }: Extract<ApplicationPackage, { remote?: undefined }>,
  replaced?: Process,
): Process {
  const faults: Fault[] = descriptionFaults(cwl.cwl).map((detail) => ({ pointer: "", detail }));
  const fromCwl = describeDocument(cwl.cwl);
  const suggested = {
    wanted: wantedId,
    own: isNamedByFile ? undefined : fromCwl.suggestedId,
    other: fileName && stemId(fileName),
  };
  const id = idOf(given, suggested, replaced?.id, faults);
  const says = { ...given, ...defined({ version: wantedVersion ?? given.version }) };
  const merged = mergeDescriptions(id, says, fromCwl, faults);
  circleFaults(id, deployed, faults);
  const steps = stepsOf(deployed);
  const definition: ProcessDefinition = {
    kind: "cwl",
    document: cwl.document,
    main: cwl.cwl.main.id,
    ...defined({ sources: unlessEmpty(sources), runs: unlessEmpty(pinnedRuns(deployed)) }),
    ...(Object.keys(steps).length === 0 ? {} : { steps }),
  };
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
  const process = says.version === undefined && fromCwl.version === undefined ? asRevised(make, replaced) : make();
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

/** The name of a file without what a file name says besides: `https://x/ndvi.cwl` is `ndvi`. */
function stemId(fileName: string): string {
  return plainId(fileName.replace(/(?:\.(?:cwl|ya?ml|json|zip|tar|tgz|gz))+$/i, "")).replace(/^[^A-Za-z0-9]+/, "");
}

type SuggestedIds = Readonly<Record<"wanted" | "own" | "other", string | undefined>>;

/** The description's id and the `wanted` one win over the document's `own`, and that over any `other`; a path has to agree with the first three. */
function idOf(given: GivenDescription, suggested: SuggestedIds, pathId: string | undefined, faults: Fault[]): string {
  const { wanted, own, other } = suggested;
  const id = given.id ?? wanted ?? own ?? pathId ?? other;
  const at = given.id !== undefined ? "/processDescription/id" : wanted !== undefined ? "?id" : "/id";
  if (given.id !== undefined && wanted !== undefined && given.id !== wanted) {
    faults.push(fault("?id", wanted, `"${given.id}", the id of the description`));
  }
  if (pathId !== undefined && id !== pathId) faults.push(fault(at, id, `"${pathId}", the id of the path`));
  if (id === undefined) {
    faults.push(fault(at, id, "an id"));
    return "";
  }
  const outcome = v.safeParse(ProcessIdSchema, id);
  if (outcome.success) return outcome.output;
  faults.push(fault(at, id, `an id: ${outcome.issues.map((issue) => issue.message).join(", ")}`));
  return "";
}

/** What a description says wins, member by member. */
function joinSettings(fromCwl: RunSettings | undefined, given: RunSettings | undefined): RunSettings | undefined {
  return fromCwl === undefined ? given : { ...fromCwl, ...given };
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
    ...defined({ heddle: joinSettings(fromCwl.heddle, given.heddle) }),
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
