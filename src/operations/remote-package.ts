import { fault, pointer } from "../domain/faults.ts";
import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { type Fault, Problem } from "../domain/problem.ts";
import type { RemoteDefinition } from "../domain/process.ts";

/** A process of another server that is to be pinned as one of ours: where it is, and what the deployer said of it. */
export type RemotePackage = {
  readonly definition: RemoteDefinition;
  /** Ids that the deployer's document declares: the remote must have them. Undefined when it declares none. */
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
};

/** The requirements that name a process of another server, as CWL documents write them: with and without a prefix. */
const requirements = ["WPS1Requirement", "OGCAPIRequirement"] as const;
type RequirementName = (typeof requirements)[number];

/**
 * Finds the process of another server that a CWL document stands for. Undefined when it stands for a tool or workflow.
 * Throws `invalid-parameter-value` when it names one wrongly.
 */
export function findRemoteUnit(unit: JsonObject, at = ""): RemotePackage | undefined {
  for (const list of ["requirements", "hints"]) {
    for (const { name, value, place } of requirementsIn(unit[list], pointer(at, list))) {
      const known = requirements.find((one) => one === name.replace(/^weaver:/, ""));
      if (known === undefined) continue;
      const inputs = idsIn(unit.inputs);
      const outputs = idsIn(unit.outputs);
      return {
        definition: readRequirement(known, value, place),
        ...(inputs === undefined ? {} : { inputs }),
        ...(outputs === undefined ? {} : { outputs }),
      };
    }
  }
  return undefined;
}

type Found = { readonly name: string; readonly value: JsonObject; readonly place: string };

/** Requirements are a map by class, or a list of objects with a class. */
function requirementsIn(given: Json | undefined, at: string): readonly Found[] {
  const entries = Array.isArray(given)
    ? given.map((value, index) => ({ name: isJsonObject(value) ? value.class : undefined, value, key: index }))
    : isJsonObject(given)
      ? Object.entries(given).map(([name, value]) => ({ name, value, key: name }))
      : [];
  return entries.flatMap(({ name, value, key }) =>
    typeof name === "string" && isJsonObject(value) ? [{ name, value, place: pointer(at, key) }] : [],
  );
}

function idsIn(given: Json | undefined): readonly string[] | undefined {
  if (Array.isArray(given)) {
    const ids = given.flatMap((one) => (isJsonObject(one) && typeof one.id === "string" ? [one.id] : []));
    return ids.length === 0 ? undefined : ids;
  }
  return isJsonObject(given) && Object.keys(given).length > 0 ? Object.keys(given) : undefined;
}

function readRequirement(name: RequirementName, value: JsonObject, at: string): RemoteDefinition {
  const faults: Fault[] = [];
  const members =
    name === "WPS1Requirement" ? ["class", "provider", "process", "restart"] : ["class", "process", "restart"];
  for (const other of Object.keys(value)) {
    if (!members.includes(other)) faults.push(fault(pointer(at, other), value[other], `only ${members.join(", ")}`));
  }
  if (value.restart !== undefined && value.restart !== "rerun") {
    faults.push(fault(pointer(at, "restart"), value.restart, '"rerun", or nothing'));
  }
  const definition = name === "WPS1Requirement" ? wpsProcess(value, at, faults) : ogcProcess(value, at, faults);
  if (definition === undefined || faults.length > 0) throw refuse(faults);
  return value.restart === "rerun" ? { ...definition, restart: "rerun" } : definition;
}

function wpsProcess({ provider, process }: JsonObject, at: string, faults: Fault[]): RemoteDefinition | undefined {
  const url = httpUrl(provider);
  if (url === undefined) faults.push(fault(pointer(at, "provider"), provider, "the http or https URL of a WPS"));
  if (typeof process !== "string" || process === "") {
    faults.push(fault(pointer(at, "process"), process, "the identifier of a process"));
    return undefined;
  }
  return url === undefined ? undefined : { kind: "remote", ...wpsAt(url), processId: process };
}

function ogcProcess({ process }: JsonObject, at: string, faults: Fault[]): RemoteDefinition | undefined {
  const url = httpUrl(process);
  const found = url === undefined ? undefined : ogcAt(url);
  if (found === undefined) faults.push(fault(pointer(at, "process"), process, "a URL that ends in /processes/ID"));
  return found;
}

/**
 * Reads the URL of a process: of a DescribeProcess, of a GetCapabilities (then `processId` must be given), or of a
 * process of an OGC API. Throws `invalid-parameter-value`.
 */
export function remoteOfUrl(href: Json | undefined, at: string, processId: string | undefined): RemotePackage {
  const url = httpUrl(href);
  if (url === undefined) throw refuse([fault(at, href, "an http or https URL")]);
  const parameters = new Map([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  if (parameters.get("service")?.toUpperCase() === "WPS") {
    const identifier = parameters.get("identifier") ?? processId;
    if (identifier === undefined || identifier.includes(",")) {
      throw refuse([fault(at, href, "one identifier in the URL, or the id of the process in the description")]);
    }
    return { definition: { kind: "remote", ...wpsAt(url, parameters.get("version")), processId: identifier } };
  }
  const definition = ogcAt(url);
  if (definition === undefined) {
    throw refuse([
      fault(at, href, "the URL of a DescribeProcess, of a GetCapabilities, or one that ends in /processes/ID"),
    ]);
  }
  return { definition };
}

function httpUrl(given: Json | undefined): URL | undefined {
  const url = typeof given === "string" && URL.canParse(given) ? new URL(given) : undefined;
  const isUsable = url !== undefined && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  return isUsable ? url : undefined;
}

function wpsAt(url: URL, version?: string): Pick<RemoteDefinition, "type" | "url"> {
  return { type: version?.startsWith("2.") === true ? "wps-2.0.0" : "wps-1.0.0", url: plain(url) };
}

function ogcAt(url: URL): RemoteDefinition | undefined {
  const [, base = "", id] = /^(.*)\/processes\/([^/]+)\/?$/.exec(url.pathname) ?? [];
  if (id === undefined) return undefined;
  return { kind: "remote", type: "ogc-api-processes", url: url.origin + base, processId: decodeURIComponent(id) };
}

function plain(url: URL): string {
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

function refuse(faults: readonly Fault[]): Problem {
  const all = faults.map((one) => `${one.pointer === "" ? "the body" : one.pointer}: ${one.detail}`).join("; ");
  return new Problem("invalid-parameter-value", `Cannot deploy process: ${all}`, { faults });
}
