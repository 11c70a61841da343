import { defined } from "../../../domain/defined.ts";
import type { Fault } from "../../../domain/problem.ts";
import { readRemoteRequirement } from "../../../domain/processes/remote-requirement.ts";
import { isJsonObject, isList } from "../../../domain/values/json.ts";
import { nearNames } from "../../../domain/words/near-names.ts";
import { type Expression, type Requirements, resourceNames, type WorkDirEntry } from "../schema.ts";
import { asksForSecrets, secretsWarning } from "../secrets.ts";
import {
  type Entry,
  entries,
  type Field,
  fault,
  isPresent,
  items,
  member,
  note,
  optionalBoolean,
  refuseUnknownMembers,
  stringList,
  unexpected,
} from "./field.ts";
import {
  asExpression,
  isSince,
  type LoadContext,
  loadListingMode,
  optionalExpression,
  shortName,
} from "./load-context.ts";
import { checkLocations } from "./load-files.ts";

type Loader = (context: LoadContext, field: Field) => Requirements;

/** What is honoured, each by what it becomes. Those that become nothing ask for what is always done. */
const loaders: Readonly<Record<string, Loader>> = {
  EnvVarRequirement: loadEnvironment,
  InitialWorkDirRequirement: loadWorkDir,
  ResourceRequirement: loadResources,
  DockerRequirement: loadDocker,
  ShellCommandRequirement: () => ({ usesShell: true }),
  InlineJavascriptRequirement: (_context, field) => ({ javascript: stringList(field, "expressionLib") }),
  SchemaDefRequirement: () => ({}),
  SoftwareRequirement: loadSoftware,
  MultipleInputFeatureRequirement: () => ({ MultipleInputFeatureRequirement: true }),
  ScatterFeatureRequirement: () => ({ ScatterFeatureRequirement: true }),
  StepInputExpressionRequirement: () => ({ StepInputExpressionRequirement: true }),
  SubworkflowFeatureRequirement: () => ({ SubworkflowFeatureRequirement: true }),
  WPS1Requirement: loadRemote,
  OGCAPIRequirement: loadRemote,
};

/** Those that came with v1.1, and what v1.0 documents call them by the prefix of the program that had them first. */
const laterLoaders: Readonly<Record<string, Loader>> = {
  ToolTimeLimit: (context, field) => {
    const timeLimit = loadAmount(context, member(field, "timelimit"));
    return defined({ timeLimit });
  },
  CUDARequirement: (context, field) => ({ gpus: loadAmount(context, member(field, "cudaDeviceCountMin")) ?? 1 }),
  NetworkAccess: (context, field) => {
    const network = loadSwitch(context, member(field, "networkAccess"));
    return defined({ network });
  },
  WorkReuse: (context, field) => {
    const reuse = loadSwitch(context, member(field, "enableReuse"));
    return defined({ reuse });
  },
  LoadListingRequirement: (_context, field) => loadListingMode(field),
  InplaceUpdateRequirement: (_context, field) => ({ inplaceUpdate: optionalBoolean(field, "inplaceUpdate", false) }),
};
const earlierNames: Readonly<Record<string, string>> = { "cwltool:TimeLimit": "ToolTimeLimit" };

function loaderOf(context: LoadContext, name: string): Loader | undefined {
  if (Object.hasOwn(loaders, name)) return loaders[name];
  const later = earlierNames[name] ?? name.replace(/^cwltool:/, "");
  const isKnown = isSince(context, "v1.1") || later !== name;
  return isKnown && Object.hasOwn(laterLoaders, later) ? laterLoaders[later] : undefined;
}

/** A number, or an expression that gives one. */
function loadAmount(context: LoadContext, field: Field): number | Expression | undefined {
  return typeof field.value === "number" ? field.value : asExpression(context, field, "a number or an expression");
}

/** True, false, or an expression that gives one of them. */
function loadSwitch(context: LoadContext, field: Field): boolean | Expression | undefined {
  return typeof field.value === "boolean" ? field.value : asExpression(context, field, "true, false or an expression");
}

function loadSoftware(_context: LoadContext, field: Field): Requirements {
  const packages = entries(member(field, "packages"), "package", "specs");
  const names = packages.map((entry) => entry.id);
  note(field, `the software ${names.join(", ")} is taken from the machine or the image; nothing installs it`);
  const named = packages.map((entry) => {
    const specs = textsOf(entry, "specs").map((spec) => `(${spec})`);
    return [entry.id, ...textsOf(entry, "version"), ...specs].join(" ");
  });
  return { software: named };
}

/** Only told to readers: what is no text or number is left out. */
function textsOf({ field }: Entry, name: "version" | "specs"): readonly string[] {
  const given = isJsonObject(field.value) ? (field.value[name] ?? []) : [];
  return (isList(given) ? given : [given]).flatMap((one) =>
    typeof one === "string" || typeof one === "number" ? [String(one)] : [],
  );
}

/** Reads `requirements`. One that is not supported is a fault (CWL v1.2: it must not be ignored). */
export function loadRequirements(context: LoadContext, process: Field): Requirements {
  return loadAll(context, member(process, "requirements"), (entry, name) =>
    fault(
      entry.field,
      asksForSecrets(context, entry.id) ? secretsFault("requirement", entry.id) : unsupportedFault(context, name),
    ),
  );
}

/** Words why a requirement cannot be honoured: it is newer than the document, misspelt, or not known. */
function unsupportedFault(context: LoadContext, name: string): string {
  if (Object.hasOwn(laterLoaders, name)) {
    return `found requirement "${name}", which came with v1.1, in a document of ${context.version}: wanted cwlVersion: v1.1 or later`;
  }
  const known = [...Object.keys(loaders), ...Object.keys(laterLoaders)];
  const [near] = nearNames(name, known);
  const wanted = near === undefined ? `wanted one of ${known.join(", ")}` : `did you mean "${near}"?`;
  return `found requirement "${name}", which is not supported, ${wanted}`;
}

/** Reads `hints`. One that is not supported is noted; one that asks for secrecy must not be taken for kept. */
export function loadHints(context: LoadContext, process: Field): Requirements {
  return loadAll(context, member(process, "hints"), (entry, name) => {
    const later = Object.hasOwn(laterLoaders, name) ? `: it came with v1.1, and this is ${context.version}` : "";
    if (!asksForSecrets(context, entry.id))
      note(entry.field, `hint "${name}" is not supported and has no effect${later}`);
    else if (context.allowsSecretsHint) note(entry.field, secretsWarning);
    else fault(entry.field, secretsFault("hint", entry.id));
  });
}

/** Refuses, or notes, what asks for secrecy where nothing else of its kind is read. */
export function refuseSecrets(context: LoadContext, field: Field): void {
  for (const what of ["requirements", "hints"] as const) {
    for (const entry of entries(member(field, what), "class")) {
      if (!asksForSecrets(context, entry.id)) continue;
      if (context.allowsSecretsHint) note(entry.field, secretsWarning);
      else fault(entry.field, secretsFault(what === "hints" ? "hint" : "requirement", entry.id));
    }
  }
}

function secretsFault(what: string, name: string): string {
  return `found ${what} "${name}", wanted none: ${secretsWarning}`;
}

function loadAll(context: LoadContext, field: Field, unknown: (entry: Entry, name: string) => void): Requirements {
  let found: Requirements = {};
  for (const entry of entries(field, "class")) {
    const name = shortName(entry.id).replace(/^weaver:/, "");
    const load = loaderOf(context, name);
    if (load === undefined) unknown(entry, name);
    else found = { ...found, ...load(context, entry.field) };
  }
  return found;
}

/** A process of another server, which `runRemoteStep` runs. */
function loadRemote(_context: LoadContext, field: Field): Requirements {
  if (!isJsonObject(field.value)) return {};
  const faults: Fault[] = [];
  const name = "provider" in field.value ? "WPS1Requirement" : "OGCAPIRequirement";
  const remote = readRemoteRequirement(name, field.value, "", faults);
  for (const { pointer, detail } of faults) fault(field, `${pointer.slice(1)}: ${detail}`);
  return defined({ remote });
}

function loadEnvironment(context: LoadContext, field: Field): Requirements {
  refuseUnknownMembers(field, ["class", "envDef"]);
  const environment = entries(member(field, "envDef"), "envName", "envValue").flatMap(({ id, field: entry }) => {
    const value = asExpression(context, member(entry, "envValue"));
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(id)) {
      fault(entry, `found variable name "${id}", wanted letters, digits and _`);
      return [];
    }
    return value === undefined ? [] : [[id, value] as const];
  });
  return { environment };
}

function loadWorkDir(context: LoadContext, field: Field): Requirements {
  refuseUnknownMembers(field, ["class", "listing"]);
  const listing = member(field, "listing");
  if (typeof listing.value === "string") return { workDir: asExpression(context, listing) ?? "" };
  if (!isList(listing.value)) {
    unexpected(listing, "a list or an expression");
    return {};
  }
  return { workDir: items(listing).flatMap((item) => loadWorkDirEntry(context, item) ?? []) };
}

function loadWorkDirEntry(context: LoadContext, field: Field): WorkDirEntry | undefined {
  if (typeof field.value === "string") {
    const value = asExpression(context, field);
    return value === undefined ? undefined : { kind: "expression", value };
  }
  if (isList(field.value)) {
    checkLocations(context, field);
    return { kind: "literal", value: field.value };
  }
  if (!isJsonObject(field.value)) {
    if (field.value !== null) unexpected(field, "an expression, a Dirent, a File or a Directory");
    return undefined;
  }
  if (field.value.class !== undefined) {
    checkLocations(context, field);
    return { kind: "literal", value: field.value };
  }
  refuseUnknownMembers(field, ["entry", "entryname", "writable"]);
  const entry = asExpression(context, member(field, "entry"));
  const entryname = optionalExpression(context, field, "entryname");
  const isWritable = optionalBoolean(field, "writable", false);
  if (entry === undefined) return undefined;
  return { kind: "dirent", entry, isWritable, ...defined({ entryname }) };
}

function loadResources(context: LoadContext, field: Field): Requirements {
  refuseUnknownMembers(field, ["class", ...resourceNames]);
  const resources = resourceNames.flatMap((name): readonly (readonly [string, number | Expression])[] => {
    const found = member(field, name);
    if (!isPresent(found)) return [];
    if (typeof found.value === "number" && found.value >= 0) return [[name, found.value]];
    const text = asExpression(context, found, "a number or an expression");
    return text === undefined ? [] : [[name, text]];
  });
  return { resources: Object.fromEntries(resources) };
}

const dockerMembers = [
  "dockerPull",
  "dockerLoad",
  "dockerFile",
  "dockerImport",
  "dockerImageId",
  "dockerOutputDirectory",
];

function loadDocker(_context: LoadContext, field: Field): Requirements {
  refuseUnknownMembers(field, ["class", ...dockerMembers]);
  for (const name of ["dockerPull", "dockerImageId", "dockerLoad", "dockerImport"]) {
    const found = member(field, name);
    // What an image cannot be called is told where it is looked for; this could not even be meant as one.
    if (typeof found.value !== "string" || !/^-|^$|[\s\p{C}]/u.test(found.value)) continue;
    unexpected(found, "a name without blanks and control characters that begins with no dash");
  }
  return isJsonObject(field.value) ? { docker: field.value } : {};
}
