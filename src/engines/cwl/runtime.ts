import { doubleOf, type JsonObject } from "../../domain/json.ts";
import { evaluate, type Scope } from "./expression.ts";
import { CwlFailure } from "./failure.ts";
import type { CwlProcess, Requirements, ResourceName } from "./schema.ts";

/** What the processes around a process ask for it. */
export type Surroundings = { readonly requirements: Requirements; readonly hints: Requirements };

export const noSurroundings: Surroundings = { requirements: {}, hints: {} };

/** Goes one level further in: what is asked closer to the tool wins. */
export function within(outer: Surroundings, inner: Surroundings): Surroundings {
  return {
    requirements: { ...outer.requirements, ...inner.requirements },
    hints: { ...outer.hints, ...inner.hints },
  };
}

/** What counts for a process: requirements of any level before hints of any level (CWL v1.2 Workflow, requirements and hints). */
export function effectiveRequirements(process: CwlProcess, around: Surroundings): Requirements {
  const { requirements, hints } = within(around, process);
  const isRequired = requirements.docker !== undefined;
  return { ...hints, ...requirements, ...(isRequired ? { isContainerRequired: true } : {}) };
}

/** What is asked when a tool says nothing: cores, and MiB (CWL v1.2 ResourceRequirement). */
const defaults = { cores: 1, ram: 256, tmpdir: 1024, outdir: 1024 } as const;

/** The `runtime` that expressions see. Fractions are rounded up; a maximum without a minimum is the minimum too. */
export function runtimeObject(
  requirements: Requirements,
  scope: Scope,
  directories: { readonly outdir: string; readonly tmpdir: string },
): JsonObject {
  const read = (name: ResourceName) => {
    const value = readResource(requirements, scope, name);
    return value === undefined ? undefined : Math.ceil(value);
  };
  return {
    outdir: directories.outdir,
    tmpdir: directories.tmpdir,
    cores: read("coresMin") ?? read("coresMax") ?? defaults.cores,
    ram: read("ramMin") ?? read("ramMax") ?? defaults.ram,
    tmpdirSize: read("tmpdirMin") ?? read("tmpdirMax") ?? defaults.tmpdir,
    outdirSize: read("outdirMin") ?? read("outdirMax") ?? defaults.outdir,
  };
}

/** What a tool may take at most: only who said so is held to it. */
export function resourceLimits(
  requirements: Requirements,
  scope: Scope,
): { readonly memoryMebibytes?: number; readonly cores?: number } {
  const memoryMebibytes = readResource(requirements, scope, "ramMax");
  const cores = readResource(requirements, scope, "coresMax");
  return {
    ...(memoryMebibytes === undefined ? {} : { memoryMebibytes: Math.ceil(memoryMebibytes) }),
    ...(cores === undefined || cores === 0 ? {} : { cores }),
  };
}

function readResource(requirements: Requirements, scope: Scope, name: ResourceName): number | undefined {
  const given = requirements.resources?.[name];
  const value = typeof given === "string" ? evaluate(given, scope) : given;
  if (value === undefined || value === null) return undefined;
  const number = doubleOf(value);
  if (number !== undefined && number >= 0) return number;
  throw new CwlFailure(`Cannot reserve ${name}: found ${JSON.stringify(value)}, expected a number`);
}
