import { fault, pointer } from "../faults.ts";
import type { Fault } from "../problem.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { withoutEndSlashes } from "../words/text.ts";
import type { RemoteDefinition } from "./process.ts";

/** The requirements that name a process of another server, as CWL documents write them: with and without a prefix. */
const names = ["WPS1Requirement", "OGCAPIRequirement"] as const;
type RequirementName = (typeof names)[number];

/** Tells whether a requirement names a process of another server. */
export function remoteRequirementOf(name: string): RequirementName | undefined {
  return names.find((one) => one === name.replace(/^weaver:/, ""));
}

/** Reads a requirement that names a process of another server; what is wrong is added to `faults`. */
export function readRemoteRequirement(
  name: RequirementName,
  value: JsonObject,
  at: string,
  faults: Fault[],
): RemoteDefinition | undefined {
  const members =
    name === "WPS1Requirement" ? ["class", "provider", "process", "restart"] : ["class", "process", "restart"];
  for (const other of Object.keys(value)) {
    if (!members.includes(other)) faults.push(fault(pointer(at, other), value[other], `only ${members.join(", ")}`));
  }
  if (value.restart !== undefined && value.restart !== "rerun") {
    faults.push(fault(pointer(at, "restart"), value.restart, '"rerun", or nothing'));
  }
  const definition = name === "WPS1Requirement" ? wpsProcess(value, at, faults) : ogcProcess(value, at, faults);
  if (definition === undefined) return undefined;
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

/** Reads an http or https URL without a user. */
export function httpUrl(given: Json | undefined): URL | undefined {
  const url = typeof given === "string" && URL.canParse(given) ? new URL(given) : undefined;
  const isUsable = url !== undefined && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  return isUsable ? url : undefined;
}

/** Names the WPS at a URL, of whatever query. */
export function wpsAt(url: URL, version?: string): Pick<RemoteDefinition, "type" | "url"> {
  return { type: version?.startsWith("2.") === true ? "wps-2.0.0" : "wps-1.0.0", url: plain(url) };
}

/** Names the process of an OGC API at a URL; undefined when it is none. */
export function ogcAt(url: URL): RemoteDefinition | undefined {
  const [, base = "", id] = /^(.*)\/processes\/([^/]+)\/?$/.exec(url.pathname) ?? [];
  if (id === undefined) return undefined;
  return { kind: "remote", type: "ogc-api-processes", url: url.origin + base, processId: decodeURIComponent(id) };
}

function plain(url: URL): string {
  return `${url.origin}${withoutEndSlashes(url.pathname)}`;
}
