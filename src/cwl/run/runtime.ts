import { doubleOf, type JsonObject } from "../../domain/values/json.ts";
import type { Requirements, ResourceName } from "../document/schema.ts";
import { evaluate, type Scope } from "../javascript/expression.ts";
import { packageFault } from "../values/failure.ts";

/** What is asked when a tool says nothing: cores, and MiB (CWL v1.2 ResourceRequirement). */
const defaults = { cores: 1, ram: 256, tmpdir: 1024, outdir: 1024 } as const;

/** The `runtime` that expressions see. Fractions are rounded up; a maximum without a minimum is the minimum too. */
export function runtimeObject(
  requirements: Requirements,
  scope: Scope,
  { memoryFactor = 1, ...place }: { readonly outdir: string; readonly tmpdir: string; readonly memoryFactor?: number },
): JsonObject {
  const read = (name: ResourceName) => {
    const value = readResource(requirements, scope, name);
    return value === undefined ? undefined : Math.ceil(value);
  };
  return {
    outdir: place.outdir,
    tmpdir: place.tmpdir,
    cores: read("coresMin") ?? read("coresMax") ?? defaults.cores,
    ram: Math.ceil((read("ramMin") ?? read("ramMax") ?? defaults.ram) * memoryFactor),
    tmpdirSize: read("tmpdirMin") ?? read("tmpdirMax") ?? defaults.tmpdir,
    outdirSize: read("outdirMin") ?? read("outdirMax") ?? defaults.outdir,
  };
}

/** What a tool may take at most: only who said so is held to it. */
export function resourceLimits(
  requirements: Requirements,
  scope: Scope,
  memoryFactor: number,
): { readonly memoryMebibytes?: number; readonly cores?: number } {
  const memoryMebibytes = readResource(requirements, scope, "ramMax");
  const cores = readResource(requirements, scope, "coresMax");
  return {
    ...(memoryMebibytes === undefined ? {} : { memoryMebibytes: Math.ceil(memoryMebibytes * memoryFactor) }),
    ...(cores === undefined || cores === 0 ? {} : { cores }),
  };
}

function readResource(requirements: Requirements, scope: Scope, name: ResourceName): number | undefined {
  const given = requirements.resources?.[name];
  const value = typeof given === "string" ? evaluate(given, scope) : given;
  if (value === undefined || value === null) return undefined;
  const number = doubleOf(value);
  if (number !== undefined && number >= 0) return number;
  throw packageFault(`Cannot reserve ${name}: found ${JSON.stringify(value)}, wanted a number`);
}
