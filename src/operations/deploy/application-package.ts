import { type ChosenProcess, chooseProcess } from "../../cwl/document/choose-process.ts";
import type { DeployedRun } from "../../cwl/document/deployed-process.ts";
import { loadSource, type Package } from "../../cwl/document/load/load.ts";
import { maxYamlValues, readSource, type Source } from "../../cwl/document/load/source.ts";
import { ownId } from "../../cwl/document/pack/pack-files.ts";
import { runsOf } from "../../cwl/document/pack/pack-run.ts";
import { defined } from "../../domain/defined.ts";
import { fault, issueFaults, pointer, refusal } from "../../domain/faults.ts";
import { errorText, type Fault, type Problem } from "../../domain/problem.ts";
import type { SourceDigest } from "../../domain/processes/process.ts";
import { isJsonObject, isList, type Json, type JsonObject, withExactValues } from "../../domain/values/json.ts";
import type { SentFiles } from "../uploads/sent-files.ts";
import { containerTool } from "./container-unit.ts";
import { stepsOf } from "./deployed-steps.ts";
import { type ExecutionUnit, readUnits, type UnitPlace } from "./execution-units.ts";
import { type FetchPackageDeps, fetchPackage, packInline } from "./fetch-package.ts";
import { joinSources } from "./join-units.ts";
import { fileAt, packageName, packFiles, textOf } from "./package-files.ts";
import { findLink } from "./package-link.ts";
import { checkPackageBody, containerProfile, descriptionOf, type GivenDescription } from "./package-schema.ts";
import { findRemoteUnit, namesProcess, type RemotePackage, remoteOfUrl } from "./remote-package.ts";

export type { ChosenProcess } from "../../cwl/document/choose-process.ts";

/** A body of a deployment: JSON that was parsed, a text of YAML or JSON, or several files. */
export type PackageBody =
  | { readonly kind: "json"; readonly value: Json }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "files"; readonly files: SentFiles; readonly start: string };

/** What a request says of a deployment beside its body. */
export type PackageWishes = {
  /** The process of a graph that is to be deployed. */
  readonly workflow?: string;
  readonly id?: string;
  /** It wins over the version that the package says. */
  readonly version?: string;
  /** The name of the file that the body was, when it is known. */
  readonly fileName?: string;
};

/** A deployment that was read: the CWL or a process of another server, and what was said beside it. */
export type ApplicationPackage = {
  readonly description: GivenDescription;
  /** The id that the request asks for. */
  readonly wantedId?: string;
  /** The version that who deploys it asks for. */
  readonly wantedVersion?: string;
} & PackageContent;

type PackageContent =
  | ({ readonly cwl: Package; readonly remote?: undefined } & PackageFacts)
  | {
      readonly cwl?: undefined;
      readonly remote: RemotePackage;
      readonly chosen?: undefined;
      readonly warnings?: undefined;
    };

/** What is known of a package besides its document. */
type PackageFacts = {
  readonly chosen: ChosenProcess;
  /** What whoever deploys it should know. */
  readonly warnings: readonly string[];
  readonly sources: readonly SourceDigest[];
  /** The steps that run processes that are deployed. */
  readonly deployed: readonly DeployedRun[];
  /** The name of its file, when it has one: a process called "main" is named after it. */
  readonly fileName?: string;
  /** True where the document has no id for its process, and packing took the file's name. */
  readonly isNamedByFile: boolean;
  /** Which files of several it is made of, and which came with it. */
  readonly files?: TakenFiles;
};

/** The paths of files that came together: those that a package is made of, and those that nothing of it names. */
export type TakenFiles = { readonly taken: readonly string[]; readonly left: readonly string[] };

/** A document that was not loaded yet. */
type Draft = {
  readonly source: Source;
  readonly warnings: readonly string[];
  readonly sources: readonly SourceDigest[];
  readonly deployed: readonly DeployedRun[];
  readonly fileName?: string;
  readonly isNamedByFile?: boolean;
  /** Where it stands in the body; the body itself when absent. */
  readonly at?: string;
  /** The processes that may be chosen; all when absent. */
  readonly ownIds?: readonly string[];
  readonly files?: TakenFiles;
};

const nothing = { warnings: [], sources: [], deployed: [] };

/**
 * Reads the body of a deployment: an application package, or CWL itself. What it links to is fetched. Throws
 * `invalid-parameter-value`, each fault with a JSON pointer or its line and column, `workflow-not-found`,
 * `unprocessable-content` for a link that cannot be followed, `conflict` for files that change meanwhile.
 */
export async function readPackage(
  deps: FetchPackageDeps,
  body: PackageBody,
  wishes: PackageWishes = {},
): Promise<ApplicationPackage> {
  const root = sourceOf(body, wishes.fileName);
  const wanted = defined({ wantedId: wishes.id, wantedVersion: wishes.version });
  const isText = body.kind !== "json";
  if (isCwl(root.value, isText)) {
    const draft =
      body.kind === "files" ? await fileDraft(deps, body, { path: body.start, wishes }) : await inlineDraft(deps, root);
    return { ...wanted, description: {}, ...finish(draft, wishes, isText) };
  }
  const fileOf = (href: string) => (body.kind === "files" ? fileAt(body.files, body.start, href) : undefined);
  const { description, units } = readBody(root.value, fileOf);
  const [first, ...others] = units;
  if (first?.kind === "link" && others.length === 0 && first.type === undefined && namesProcess(first.href)) {
    const remote = remoteOfUrl(first.href, pointer("", ...first.place, "href"), description.id);
    return { ...wanted, description, remote };
  }
  const drafts: Draft[] = [];
  for (const unit of units) {
    const path = unit.kind === "link" ? fileOf(unit.href) : undefined;
    const isFile = body.kind === "files" && path !== undefined;
    drafts.push(isFile ? await fileDraft(deps, body, { path, wishes }) : await draftOf(deps, root, unit, description));
  }
  return { ...wanted, description, ...finish(joined(drafts), wishes, isText) };
}

/** A file that came with the body, packed with those that it names. */
async function fileDraft(
  { findDeployed }: FetchPackageDeps,
  { files: { files }, start }: PackageBody & { readonly kind: "files" },
  { path, wishes }: { readonly path: string; readonly wishes: PackageWishes },
): Promise<Draft> {
  const { notes, taken, ...packed } = await packFiles(files, path, findDeployed);
  const fileName = packageName(path, wishes.fileName);
  return { ...packed, warnings: notes, sources: [], fileName, files: takenOf([...files.keys()], [start, ...taken]) };
}

function takenOf(all: readonly string[], taken: readonly string[]): TakenFiles {
  return { taken: all.filter((path) => taken.includes(path)), left: all.filter((path) => !taken.includes(path)) };
}

/** A document without files: it is packed where its steps run what is not in it. */
async function inlineDraft(deps: FetchPackageDeps, source: Source): Promise<Draft> {
  const { value } = source;
  if (!isJsonObject(value) || !runsOthers(value)) return { ...nothing, source };
  const { notes, ...packed } = await packInline(deps, source);
  return { ...packed, warnings: notes };
}

function runsOthers(document: JsonObject): boolean {
  const own = new Set((isList(document.$graph) ? document.$graph : [document]).map(ownId));
  return runsOf(document).some((run) => !run.startsWith("#") && !own.has(run));
}

function sourceOf(body: PackageBody, fileName = "package.cwl"): Source {
  if (body.kind === "text") return readSource(body.text, fileName, maxYamlValues);
  if (body.kind === "files") return readSource(startText(body), body.start, maxYamlValues);
  return { value: withExactValues(body.value), locate: (place) => pointer("", ...place) || "/" };
}

function startText({ files, start }: PackageBody & { readonly kind: "files" }): string {
  try {
    return textOf(files.files, start);
  } catch (cause) {
    throw refusePackage([{ pointer: start, detail: errorText(cause) }]);
  }
}

/** A package says what it holds; a text that says nothing is meant as CWL, and its faults are told as those of one. */
function isCwl(value: Json, isText: boolean): boolean {
  if (!isJsonObject(value)) return isText;
  if ("cwlVersion" in value) return true;
  return isText && !("executionUnit" in value) && !("processDescription" in value);
}

type ReadBody = { readonly description: GivenDescription; readonly units: readonly ExecutionUnit[] };

function readBody(body: Json, fileOf: (href: string) => string | undefined): ReadBody {
  const outcome = checkPackageBody(body);
  const faults: Fault[] = outcome.success ? [] : [...issueFaults(outcome.issues)];
  const linked = outcome.success ? findLink(body) : undefined;
  const given = isJsonObject(body) ? body.executionUnit : undefined;
  const units =
    linked === undefined
      ? readUnits(given, ["executionUnit"], { faults, fileOf })
      : readUnits({ href: linked.href }, linked.place, { faults, fileOf });
  if (!outcome.success) throw refusePackage(faults);
  checkProfile(outcome.output, units, faults);
  if (faults.length > 0) throw refusePackage(faults);
  return { description: descriptionOf(outcome.output), units };
}

/** An image is told by its profile, where one is given (OGC 20-044 /req/ogcapppkg/profile-docker). */
function checkProfile(
  { deploymentProfile: profile }: { readonly deploymentProfile?: string | undefined },
  units: readonly ExecutionUnit[],
  faults: Fault[],
): void {
  if (profile === undefined) return;
  const isContainer = units.some(({ kind }) => kind === "container");
  const isTold = profile.replace(/^https:/, "http:") === containerProfile;
  if (isContainer && !isTold)
    faults.push(fault("/deploymentProfile", profile, `"${containerProfile}", as the unit is`));
  if (!isContainer && isTold)
    faults.push(fault("/executionUnit", "no image", `{type: "docker", image}, as the profile says`));
}

/** Words the refusal of a package with all its faults. */
export function refusePackage(faults: readonly Fault[]): Problem {
  return refusal("deploy process", faults);
}

async function draftOf(
  deps: FetchPackageDeps,
  root: Source,
  unit: ExecutionUnit,
  description: GivenDescription,
): Promise<Draft> {
  switch (unit.kind) {
    case "document":
      return { ...(await inlineDraft(deps, below(root, unit.value, unit.place))), at: pointer("", ...unit.place) };
    case "text":
      return inlineDraft(deps, readSource(unit.text, pointer("", ...unit.place).slice(1), maxYamlValues));
    case "link": {
      const link = { href: unit.href, pointer: pointer("", ...unit.place, "href") };
      const { notes, name, ...packed } = await fetchPackage(deps, link);
      return { ...packed, warnings: notes, fileName: name };
    }
    case "container":
      return containerDraft(root, unit, description);
    default:
      return unit satisfies never;
  }
}

/** A part of a source, whose values still know where they stood. */
function below(root: Source, value: Json, base: UnitPlace): Source {
  return { value, locate: (place) => root.locate([...base, ...place]) };
}

function containerDraft(
  root: Source,
  { value, place }: ExecutionUnit & { readonly kind: "container" },
  { id, inputs, outputs }: GivenDescription,
): Draft {
  const faults: Fault[] = [];
  const described = { id, inputs: jsonOf(inputs), outputs: jsonOf(outputs) };
  const { document, warnings } = containerTool(value, pointer("", ...place), described, faults);
  if (faults.length > 0) throw refusePackage(faults);
  // Nothing of the tool stands in the body: what is wrong with it is wrong with the unit.
  return { ...nothing, source: { value: document, locate: () => root.locate(place) }, warnings };
}

/** What a schema has checked is JSON, but its type admits members that are undefined. */
function jsonOf(value: unknown): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

function joined(drafts: readonly Draft[]): Draft {
  const [only, ...others] = drafts;
  if (only !== undefined && others.length === 0) return only;
  return {
    source: joinSources(drafts.map(({ source }) => source)),
    warnings: drafts.flatMap(({ warnings }) => warnings),
    sources: drafts.flatMap(({ sources }) => sources),
    deployed: drafts.flatMap(({ deployed }) => deployed),
    ...defined({ files: joinedFiles(drafts.flatMap(({ files }) => files ?? [])) }),
  };
}

function joinedFiles([first, ...others]: readonly TakenFiles[]): TakenFiles | undefined {
  const taken = [first, ...others].flatMap((one) => one?.taken ?? []);
  return first && takenOf([...first.taken, ...first.left], taken);
}

/** Chooses the process of a document, and checks all of it. */
function finish(draft: Draft, wishes: PackageWishes, isText: boolean): PackageContent {
  const { source, warnings, sources, deployed, ownIds, files } = draft;
  const { value } = source;
  const remote = isJsonObject(value) ? findRemoteUnit(value, draft.at) : undefined;
  if (remote !== undefined) return { remote };
  const chosen = chooseProcess(value, wishes.workflow, ownIds);
  const name = isText ? (draft.fileName ?? wishes.fileName ?? "package.cwl") : "the CWL document";
  const cwl = loadSource(source, name, { steps: stepsOf(deployed), ...defined({ main: chosen?.main }) });
  const fileName = draft.fileName ?? wishes.fileName;
  return {
    cwl,
    chosen: chosen ?? { main: cwl.cwl.main.id, others: [] },
    warnings: [...warnings, ...cwl.cwl.notes],
    sources,
    deployed,
    isNamedByFile: draft.isNamedByFile ?? false,
    ...defined({ fileName, files }),
  };
}
