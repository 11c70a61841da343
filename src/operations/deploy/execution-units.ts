import { fault, pointer } from "../../domain/faults.ts";
import type { Fault } from "../../domain/problem.ts";
import { httpUrl } from "../../domain/processes/remote-requirement.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import { essenceOf } from "../../domain/values/media-type.ts";

/** The way to a unit in the body: member names and list indexes. */
export type UnitPlace = readonly (string | number)[];

/** What is to be executed, in one of its forms (OGC 20-044, ogcapppkg.yaml). */
export type ExecutionUnit = { readonly place: UnitPlace } & (
  | { readonly kind: "document"; readonly value: JsonObject }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "link"; readonly href: string; readonly type?: string }
  | { readonly kind: "container"; readonly value: JsonObject }
);

/** Media types of CWL, as units and answers of other servers name them. */
export const cwlMediaTypes: readonly string[] = [
  "application/cwl",
  "application/cwl+json",
  "application/cwl+yaml",
  "application/x-cwl",
  "application/json",
  "application/yaml",
  "application/x-yaml",
  "text/yaml",
  "text/x-yaml",
];

/** Types of units that name an image and no CWL. */
const containerTypes = ["docker", "oci"];
const maxUnits = 100;

type Reading = {
  readonly faults: Fault[];
  /** Names the file of the body that a link means; undefined for one that means none. */
  readonly fileOf: (href: string) => string | undefined;
};

/** Reads the units of a package: one, or a list of them; what is wrong is added to `faults`. */
export function readUnits(given: Json | undefined, place: UnitPlace, reading: Reading): readonly ExecutionUnit[] {
  const { faults } = reading;
  if (!isList(given)) return readUnit(given, place, reading);
  if (given.length > 0 && given.length <= maxUnits) {
    return given.flatMap((one, index) => readUnit(one, [...place, index], reading));
  }
  faults.push({ pointer: at(place), detail: `found a list of ${given.length}, wanted 1 to ${maxUnits} units` });
  return [];
}

function readUnit(given: Json | undefined, place: UnitPlace, reading: Reading): readonly ExecutionUnit[] {
  const { faults } = reading;
  if (!isJsonObject(given)) {
    faults.push(fault(at(place), given, "an object: CWL, {value, mediaType}, {unit, type}, {href, type} or an image"));
    return [];
  }
  if ("cwlVersion" in given || "$graph" in given || "class" in given)
    return [{ kind: "document", value: given, place }];
  const forms = ["href", "unit", "value"].filter((name) => name in given);
  if (forms.length > 1) {
    faults.push({ pointer: at(place), detail: `found ${forms.join(" and ")}, wanted one of them` });
    return [];
  }
  if ("href" in given) return readLink(given, place, reading);
  if ("unit" in given) return readEnclosed(given, ["unit", "type"], place, faults);
  if ("value" in given) return readEnclosed(given, ["value", "mediaType"], place, faults);
  if (containerTypes.some((type) => type === given.type)) return [{ kind: "container", value: given, place }];
  if ("image" in given) faults.push(fault(at(place, "type"), given.type, containerTypes.join(" or ")));
  return "image" in given ? [] : [{ kind: "document", value: given, place }];
}

function readLink(given: JsonObject, place: UnitPlace, { faults, fileOf }: Reading): readonly ExecutionUnit[] {
  const { href, type } = given;
  const before = faults.length;
  if (typeof href !== "string" || (httpUrl(href) ?? fileOf(href)) === undefined) {
    faults.push(fault(at(place, "href"), href, "an http or https URL without a user, or a file of the body"));
  }
  checkType(type, at(place, "type"), faults);
  if (faults.length > before || typeof href !== "string") return [];
  return [{ kind: "link", href, place, ...(typeof type === "string" ? { type } : {}) }];
}

/** CWL below `unit` or `value`: as an object, or as a text of YAML or JSON. */
function readEnclosed(
  given: JsonObject,
  [name, typeName]: readonly [string, string],
  place: UnitPlace,
  faults: Fault[],
): readonly ExecutionUnit[] {
  const before = faults.length;
  checkType(given[typeName], at(place, typeName), faults);
  for (const other of ["encoding", "schema"]) {
    if (given[other] !== undefined) faults.push(fault(at(place, other), given[other], "none: CWL is text"));
  }
  const value = given[name];
  const inner = [...place, name];
  if (!isJsonObject(value) && typeof value !== "string") {
    faults.push(fault(at(inner), value, "a CWL document as an object, or as a text"));
  }
  if (faults.length > before) return [];
  if (typeof value === "string") return [{ kind: "text", text: value, place: inner }];
  return isJsonObject(value) ? [{ kind: "document", value, place: inner }] : [];
}

function checkType(type: Json | undefined, pointerText: string, faults: Fault[]): void {
  if (type === undefined) return;
  if (typeof type === "string" && cwlMediaTypes.includes(essenceOf(type))) return;
  faults.push(fault(pointerText, type, `one of ${cwlMediaTypes.join(", ")}`));
}

function at(place: UnitPlace, ...names: readonly (string | number)[]): string {
  return pointer("", ...place, ...names);
}
