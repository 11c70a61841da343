import { fault, pointer } from "../../domain/faults.ts";
import type { Fault } from "../../domain/problem.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import { inputBindingOf, outputOf } from "./container-parameters.ts";
import { cwlTypeOf } from "./schema-types.ts";

/** A tool that was made of an image and a description, and what whoever deploys it should know. */
export type ContainerTool = { readonly document: JsonObject; readonly warnings: readonly string[] };

type Described = {
  readonly id?: string | undefined;
  readonly inputs?: JsonObject | undefined;
  readonly outputs?: JsonObject | undefined;
};

const unitMembers = ["type", "image", "deployment", "config", "bindings"];
const gibibyte = 1024;

/** What `config` may say, and how CWL says it: memory and storage in GB, time in seconds. */
const resources: Readonly<Record<string, { readonly name: string; readonly factor: number }>> = {
  cpuMin: { name: "coresMin", factor: 1 },
  cpuMax: { name: "coresMax", factor: 1 },
  memoryMin: { name: "ramMin", factor: gibibyte },
  memoryMax: { name: "ramMax", factor: gibibyte },
  storageTempMin: { name: "tmpdirMin", factor: gibibyte },
  storageOutputsMin: { name: "outdirMin", factor: gibibyte },
};

/**
 * Builds a CWL tool of a unit that names an image: it takes what the description says, as its bindings say (OGC 20-044
 * /req/docker/schema, executionUnit.yaml). What is wrong is added to `faults`.
 */
export function containerTool(unit: JsonObject, at: string, described: Described, faults: Fault[]): ContainerTool {
  const warnings: string[] = [];
  const { image, deployment, bindings } = unit;
  if (typeof image !== "string" || image.trim() === "")
    faults.push(fault(`${at}/image`, image, "the name of an image"));
  if (deployment !== undefined && typeof deployment !== "string") {
    faults.push(fault(`${at}/deployment`, deployment, "text"));
  } else if (deployment !== undefined && deployment !== "local") {
    warnings.push(`${at}/deployment: "${deployment}" has no effect: the image runs where tools of this service run`);
  }
  for (const name of Object.keys(unit)) {
    if (!unitMembers.includes(name)) warnings.push(`${pointer(at, name)} has no effect`);
  }
  const requirements = { ...requirementsOf(unit.config, `${at}/config`, { faults, warnings }) };
  const parameters = parametersOf(described, bindings, at, { faults, warnings });
  const outputDirectory = JSON.stringify(parameters.outputs).includes("/outputs/") ? "/outputs" : undefined;
  return {
    document: {
      cwlVersion: "v1.2",
      class: "CommandLineTool",
      ...(described.id === undefined ? {} : { id: described.id }),
      ...parameters,
      requirements: {
        ...requirements,
        InlineJavascriptRequirement: {},
        DockerRequirement: {
          ...(typeof image === "string" ? { dockerPull: image } : {}),
          ...(outputDirectory === undefined ? {} : { dockerOutputDirectory: outputDirectory }),
        },
      },
    },
    warnings,
  };
}

type Gathered = { readonly faults: Fault[]; readonly warnings: string[] };

function requirementsOf(config: Json | undefined, at: string, { faults, warnings }: Gathered): JsonObject {
  if (config === undefined) return {};
  if (!isJsonObject(config)) {
    faults.push(fault(at, config, "an object"));
    return {};
  }
  const wanted: Record<string, number> = {};
  let seconds: number | undefined;
  for (const [name, value] of Object.entries(config)) {
    const resource = Object.hasOwn(resources, name) ? resources[name] : undefined;
    if (resource === undefined && name !== "jobTimeout") warnings.push(`${pointer(at, name)} has no effect`);
    else if (typeof value !== "number" || value <= 0) faults.push(fault(pointer(at, name), value, "more than 0"));
    else if (resource === undefined) seconds = value;
    else wanted[resource.name] = value * resource.factor;
  }
  for (const [least, most] of [
    ["cpuMin", "cpuMax"],
    ["memoryMin", "memoryMax"],
  ] as const) {
    const [low, high] = [config[least], config[most]];
    if (typeof low === "number" && typeof high === "number" && high < low) {
      faults.push(fault(pointer(at, most), high, `${low} or more, as ${least} says`));
    }
  }
  return {
    ...(Object.keys(wanted).length === 0 ? {} : { ResourceRequirement: wanted }),
    ...(seconds === undefined ? {} : { ToolTimeLimit: { timelimit: Math.ceil(seconds) } }),
  };
}

function parametersOf(
  described: Described,
  bindings: Json | undefined,
  at: string,
  gathered: Gathered,
): { readonly inputs: JsonObject; readonly outputs: JsonObject } {
  const { faults, warnings } = gathered;
  const { inputs = {}, outputs = {} } = described;
  const inputBindings = bindingsOf(bindings, "inputBindings", { at, known: inputs, faults });
  const outputBindings = bindingsOf(bindings, "outputBindings", { at, known: outputs, faults });
  if (Object.keys(outputs).length === 0) {
    faults.push(fault("/processDescription/outputs", described.outputs, "the outputs: an image does not say them"));
  }
  const madeInputs = Object.entries(inputs).map(([name, definition], index) => {
    const place = pointer("/processDescription/inputs", name, "schema");
    const type = cwlTypeOf(definition, place, warnings);
    const binding = inputBindingOf(inputBindings[name], pointer(`${at}/bindings/inputBindings`, name), {
      type,
      index,
      gathered,
    });
    return [name, { type, ...(binding === undefined ? {} : { inputBinding: binding }) }] as const;
  });
  const madeOutputs = Object.entries(outputs).map(([name, definition]) => {
    const place = pointer("/processDescription/outputs", name, "schema");
    const type = cwlTypeOf(definition, place, warnings);
    const where = pointer(`${at}/bindings/outputBindings`, name);
    return [
      name,
      outputOf(outputBindings[name], where, { type, isOnly: Object.keys(outputs).length === 1, faults }),
    ] as const;
  });
  return { inputs: Object.fromEntries(madeInputs), outputs: Object.fromEntries(madeOutputs) };
}

function bindingsOf(
  bindings: Json | undefined,
  list: string,
  { at, known, faults }: { readonly at: string; readonly known: JsonObject; readonly faults: Fault[] },
): Readonly<Record<string, Json>> {
  if (bindings === undefined) return {};
  const found = isJsonObject(bindings) ? (bindings[list] ?? {}) : undefined;
  if (!isJsonObject(found) || isList(found)) {
    faults.push(
      fault(isJsonObject(bindings) ? `${at}/bindings/${list}` : `${at}/bindings`, found ?? bindings, "an object"),
    );
    return {};
  }
  for (const name of Object.keys(found)) {
    if (Object.hasOwn(known, name)) continue;
    const wanted = `one of those of the description: ${Object.keys(known).join(", ") || "none"}`;
    faults.push(fault(pointer(`${at}/bindings/${list}`, name), name, wanted));
  }
  return found;
}
