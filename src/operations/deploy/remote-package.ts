import { asksForSecrets, secretsWarning } from "../../cwl/document/secrets.ts";
import { defined } from "../../domain/defined.ts";
import { fault, pointer, refusal } from "../../domain/faults.ts";
import type { Fault, Problem } from "../../domain/problem.ts";
import type { RemoteDefinition } from "../../domain/processes/process.ts";
import {
  httpUrl,
  ogcAt,
  readRemoteRequirement,
  remoteRequirementOf,
  wpsAt,
} from "../../domain/processes/remote-requirement.ts";
import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";

/** A process of another server that is to be pinned as one of ours: where it is, and what the deployer said of it. */
export type RemotePackage = {
  readonly definition: RemoteDefinition;
  /** The id of the deployer's document, when it has one. */
  readonly suggestedId?: string;
  /** Ids that the deployer's document declares: the remote must have them. Undefined when it declares none. */
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
};

/**
 * Finds the process of another server that a CWL document stands for. Undefined when it stands for a tool or workflow.
 * Throws `invalid-parameter-value` when it names one wrongly.
 */
export function findRemoteUnit(unit: JsonObject, at = ""): RemotePackage | undefined {
  for (const list of ["requirements", "hints"]) {
    for (const { name, value, place } of requirementsIn(unit[list], pointer(at, list))) {
      const known = remoteRequirementOf(name);
      if (known === undefined) continue;
      const faults: Fault[] = [];
      const definition = readRemoteRequirement(known, value, place, faults);
      if (definition === undefined || faults.length > 0) throw refuse(faults);
      refuseSecrets(unit, at);
      const inputs = idsIn(unit.inputs);
      const outputs = idsIn(unit.outputs);
      const own = ownId(unit.id);
      return {
        definition,
        ...defined({ suggestedId: own, inputs, outputs }),
      };
    }
  }
  return undefined;
}

/** As in any CWL document: the part after `#`, and `main` is no name. */
function ownId(id: Json | undefined): string | undefined {
  const own = typeof id === "string" ? id.slice(id.lastIndexOf("#") + 1) : "";
  return own === "" || own === "main" ? undefined : own;
}

/** Nothing keeps the inputs of a job secret, wherever it runs. Throws `invalid-parameter-value`. */
function refuseSecrets(unit: JsonObject, at: string): void {
  const names = isJsonObject(unit.$namespaces) ? Object.entries(unit.$namespaces) : [];
  const namespaces = Object.fromEntries(names.flatMap(([name, iri]) => (typeof iri === "string" ? [[name, iri]] : [])));
  for (const list of ["requirements", "hints"]) {
    const given = unit[list];
    const classes = Array.isArray(given) ? given.map((one) => (isJsonObject(one) ? one.class : undefined)) : [];
    const named = isJsonObject(given) ? Object.keys(given) : classes;
    for (const name of named.filter((one) => typeof one === "string")) {
      if (!asksForSecrets({ namespaces }, name)) continue;
      throw refuse([fault(pointer(at, list), name, `none: ${secretsWarning}`)]);
    }
  }
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

/** Tells whether a URL is that of a process of another server, and not that of a document. */
export function namesProcess(href: Json | undefined): boolean {
  const url = httpUrl(href);
  if (url === undefined) return false;
  const isWps = [...url.searchParams].some(([name, value]) => /^service$/i.test(name) && /^wps$/i.test(value));
  return isWps || ogcAt(url) !== undefined;
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

function refuse(faults: readonly Fault[]): Problem {
  return refusal("deploy process", faults);
}
