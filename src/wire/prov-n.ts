import {
  type ProvAttributes,
  type ProvDocument,
  type ProvKind,
  type ProvValue,
  provKinds,
} from "../domain/documents/provenance.ts";

/** What each kind of record names before its attributes, in the order of PROV-N (W3C Recommendation, 30 April 2013). */
const terms: Readonly<Record<ProvKind, readonly string[]>> = {
  entity: [],
  activity: ["prov:startTime", "prov:endTime"],
  agent: [],
  used: ["prov:activity", "prov:entity", "prov:time"],
  wasGeneratedBy: ["prov:entity", "prov:activity", "prov:time"],
  wasDerivedFrom: ["prov:generatedEntity", "prov:usedEntity", "prov:activity", "prov:generation", "prov:usage"],
  wasInformedBy: ["prov:informed", "prov:informant"],
  wasAssociatedWith: ["prov:activity", "prov:agent", "prov:plan"],
  actedOnBehalfOf: ["prov:delegate", "prov:responsible", "prov:activity"],
  hadMember: ["prov:collection", "prov:entity"],
};

/** Writes provenance in PROV-N, a statement a line. */
export function writeProvN(document: ProvDocument): string {
  const prefixes = Object.entries(document.prefix).map(([name, iri]) => `  prefix ${name} <${iri}>`);
  const statements = provKinds.flatMap((kind) =>
    Object.entries(document[kind] ?? {}).map(([name, attributes]) => `  ${statement(kind, name, attributes)}`),
  );
  return ["document", ...prefixes, "", ...statements, "endDocument", ""].join("\n");
}

function statement(kind: ProvKind, name: string, attributes: ProvAttributes): string {
  const positional = terms[kind];
  const isElement = kind === "entity" || kind === "activity" || kind === "agent";
  const isShort = kind === "hadMember" || kind === "wasInformedBy";
  const named = positional.map((term) => termText(attributes[term]));
  const others = Object.entries(attributes)
    .filter(([attribute]) => !positional.includes(attribute))
    .flatMap(([attribute, value]) => valuesOf(value).map((one) => `${attribute}=${literal(one)}`));
  const parts = [...(isElement ? [name] : []), ...(isShort || !isBare(named) || !isElement ? named : [])];
  return `${kind}(${parts.join(", ")}${others.length === 0 ? "" : `, [${others.join(", ")}]`})`;
}

/** A record whose places are all empty leaves them out. */
function isBare(named: readonly string[]): boolean {
  return named.every((one) => one === "-");
}

function termText(value: ProvAttributes[string] | undefined): string {
  const [first] = value === undefined ? [] : valuesOf(value);
  if (first === undefined) return "-";
  return typeof first === "object" ? first.$ : String(first);
}

function valuesOf(value: ProvAttributes[string]): readonly ProvValue[] {
  return Array.isArray(value) ? value : [single(value)];
}

function single(value: ProvAttributes[string]): ProvValue {
  if (typeof value === "object" && !("$" in value)) return "";
  return value;
}

function literal(value: ProvValue): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : `"${value}" %% xsd:double`;
  if (typeof value === "boolean") return `"${value}" %% xsd:boolean`;
  return value.type === qualifiedName ? `'${value.$}'` : `${quoted(value.$)} %% ${value.type}`;
}

const qualifiedName = "prov:QUALIFIED_NAME";

function quoted(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  return `"${escaped.replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t")}"`;
}
