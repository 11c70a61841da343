/** A value of an attribute in PROV-JSON (W3C Member Submission, 24 April 2013): text, a number, or one with its type. */
export type ProvValue = string | number | boolean | { readonly $: string; readonly type: string };

/** Attributes of a record; some have several values. */
export type ProvAttributes = Readonly<Record<string, ProvValue | readonly ProvValue[]>>;

/** Records by their names. */
export type ProvRecords = Readonly<Record<string, ProvAttributes>>;

/** The kinds of records that are told of a job. */
export const provKinds = [
  "entity",
  "activity",
  "agent",
  "used",
  "wasGeneratedBy",
  "wasDerivedFrom",
  "wasInformedBy",
  "wasAssociatedWith",
  "actedOnBehalfOf",
  "hadMember",
] as const;
export type ProvKind = (typeof provKinds)[number];

/** The provenance of a job as PROV-JSON. */
export type ProvDocument = { readonly prefix: Readonly<Record<string, string>> } & {
  readonly [kind in ProvKind]?: ProvRecords;
};
