import * as v from "valibot";
import { loadJson, loadSource, type Package } from "../cwl/document/load.ts";
import { maxYamlValues, readSource } from "../cwl/document/source.ts";
import { fault, issueFaults, refusal } from "../domain/faults.ts";
import { isJsonObject, type Json, type JsonObject, withExactValues } from "../domain/json.ts";
import type { Fault, Problem } from "../domain/problem.ts";
import { jobControlOptions, ProcessIdSchema, transmissionModes } from "../domain/process.ts";
import { RunSettingsSchema } from "../domain/run-settings.ts";
import { findRemoteUnit, type RemotePackage, remoteOfUrl } from "./remote-package.ts";

const texts = {
  title: v.optional(v.string("text")),
  description: v.optional(v.string("text")),
  keywords: v.optional(v.array(v.string("text"), "a list of words")),
  metadata: v.optional(v.array(v.looseObject({}), "a list of objects")),
};

const ParameterSchema = v.looseObject({
  ...texts,
  valuePassing: v.optional(v.array(v.picklist(["byValue", "byReference"], "byValue or byReference"))),
  schema: v.optional(v.custom<JsonObject>(isJsonObject, "a JSON Schema object")),
  minOccurs: v.optional(v.pipe(v.number("a number"), v.integer("a whole number"), v.minValue(0, "0 or more"))),
  maxOccurs: v.optional(
    v.union([v.pipe(v.number(), v.integer(), v.minValue(1)), v.literal("unbounded")], "1 or more, or unbounded"),
  ),
});

const DescriptionSchema = v.looseObject({
  ...texts,
  id: v.optional(ProcessIdSchema),
  version: v.optional(v.string("text")),
  jobControlOptions: v.optional(v.array(v.picklist(jobControlOptions, `one of ${jobControlOptions.join(", ")}`))),
  outputTransmission: v.optional(v.array(v.picklist(transmissionModes, `one of ${transmissionModes.join(", ")}`))),
  visibility: v.optional(v.picklist(["public", "private"], "public or private")),
  inputs: v.optional(v.record(v.string(), ParameterSchema, "a map by input id")),
  outputs: v.optional(v.record(v.string(), ParameterSchema, "a map by output id")),
  heddle: v.optional(RunSettingsSchema),
  /** The URL of a process of another server, which is then pinned as one of this service. */
  href: v.optional(v.string("text")),
  owsContext: v.optional(v.never("no context: the description itself")),
});
/** What a deployer says about a process beside its CWL. */
export type GivenDescription = v.InferOutput<typeof DescriptionSchema>;

/** The body of a deployment: an OGC application package (OGC 20-044, ogcapppkg.yaml) with one execution unit inside. */
export const ApplicationPackageSchema = v.strictObject({
  processDescription: v.optional(
    v.union([v.strictObject({ process: DescriptionSchema }), DescriptionSchema], "a process description"),
  ),
  executionUnit: v.optional(
    v.union(
      [v.array(v.looseObject({})), v.looseObject({})],
      "a CWL document, {unit, type}, {href}, or a list of one of them",
    ),
  ),
  deploymentProfileName: v.optional(v.string("text")),
  immediateDeployment: v.optional(v.literal(true, "true: a later deployment is not offered")),
});

/** A deployment that was read: the CWL or a process of another server, and what was said beside it. */
export type ApplicationPackage = { readonly description: GivenDescription } & (
  | { readonly cwl: Package; readonly remote?: undefined }
  | { readonly cwl?: undefined; readonly remote: RemotePackage }
);

/** Reads CWL from YAML or JSON text. Throws `invalid-parameter-value`; each fault has its line and column. */
export function readCwlText(text: string): ApplicationPackage {
  const source = readSource(text, "package.cwl", maxYamlValues);
  const remote = isJsonObject(source.value) ? findRemoteUnit(source.value) : undefined;
  return remote === undefined
    ? { cwl: loadSource(source, "package.cwl"), description: {} }
    : { remote, description: {} };
}

/**
 * Reads a JSON body: an application package, or CWL itself (it has a `cwlVersion`). Throws `invalid-parameter-value`;
 * each fault has a JSON pointer.
 */
export function readPackage(given: Json): ApplicationPackage {
  const body = withExactValues(given);
  if (isJsonObject(body) && "cwlVersion" in body) {
    const remote = findRemoteUnit(body);
    return remote === undefined ? { cwl: loadJson(body), description: {} } : { remote, description: {} };
  }
  const outcome = v.safeParse(ApplicationPackageSchema, body);
  const linked = outcome.success ? findLink(body) : undefined;
  if (outcome.success && linked !== undefined) {
    const description = plainDescription(outcome.output.processDescription ?? {});
    return { remote: remoteOfUrl(linked.href, linked.pointer, description.id), description };
  }
  const { unit, pointer, faults } = findUnit(isJsonObject(body) ? body.executionUnit : undefined);
  const all = [...(outcome.success ? [] : issueFaults(outcome.issues)), ...faults];
  if (!outcome.success || unit === undefined) throw refusePackage(all);
  if (all.length > 0) throw refusePackage(all);
  const description = plainDescription(outcome.output.processDescription ?? {});
  const remote = findRemoteUnit(unit, pointer);
  if (remote !== undefined) return { remote, description };
  return { cwl: loadJson(unit, { prefix: pointer }), description };
}

/** A link to a process of another server, in the description or instead of a unit. */
function findLink(body: Json): { readonly href: Json; readonly pointer: string } | undefined {
  if (!isJsonObject(body)) return undefined;
  const { processDescription: description, executionUnit: unit } = body;
  if (isJsonObject(description)) {
    if (description.href !== undefined) return { href: description.href, pointer: "/processDescription/href" };
    const { process } = description;
    if (isJsonObject(process) && process.href !== undefined) {
      return { href: process.href, pointer: "/processDescription/process/href" };
    }
  }
  const [only, ...others] = Array.isArray(unit) ? unit : [unit];
  const place = Array.isArray(unit) ? "/executionUnit/0/href" : "/executionUnit/href";
  if (others.length > 0 || !isJsonObject(only) || only.href === undefined) return undefined;
  return { href: only.href, pointer: place };
}

function plainDescription(given: GivenDescription | { process: GivenDescription }): GivenDescription {
  return isNested(given) ? given.process : given;
}

function isNested(given: GivenDescription | { process: GivenDescription }): given is { process: GivenDescription } {
  return isJsonObject(given.process);
}

/** Words the refusal of a package with all its faults. */
export function refusePackage(faults: readonly Fault[]): Problem {
  return refusal("deploy process", faults);
}

type FoundUnit = { readonly unit: JsonObject | undefined; readonly pointer: string; readonly faults: readonly Fault[] };

/** Types that a unit may have; the document itself says more. */
const unitTypes = ["application/cwl", "application/cwl+json", "application/cwl+yaml", "application/json"];

/** Finds the CWL of an execution unit: written out, below `unit`, or in a list of one. */
function findUnit(given: Json | undefined, at = "/executionUnit"): FoundUnit {
  const wrong = (wanted: string, pointer = at, value: unknown = given): FoundUnit => ({
    unit: undefined,
    pointer,
    faults: [fault(pointer, value, wanted)],
  });
  if (Array.isArray(given)) {
    const [only] = given;
    return given.length === 1 ? findUnit(only, `${at}/0`) : wrong("a list of one: several units are not offered");
  }
  if (!isJsonObject(given)) return wrong("an object");
  if ("href" in given) return wrong("the CWL itself: links are not offered", `${at}/href`, given.href);
  if (!("unit" in given)) return { unit: given, pointer: at, faults: [] };
  if (given.type !== undefined && !unitTypes.some((type) => type === given.type)) {
    return wrong(`one of ${unitTypes.join(", ")}`, `${at}/type`, given.type);
  }
  if (!isJsonObject(given.unit)) return wrong("a CWL document as an object", `${at}/unit`, given.unit);
  return { unit: given.unit, pointer: `${at}/unit`, faults: [] };
}
