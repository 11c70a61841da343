import type {
  ProvAttributes,
  ProvDocument,
  ProvKind,
  ProvRecords,
  ProvValue,
} from "../../../domain/documents/provenance.ts";

/** Gathers the records of a provenance document. */
export type ProvWriter = {
  /** Adds an element and returns its name: one with the same `key` is the same, and keeps what was said first. */
  element(kind: "entity" | "activity" | "agent", key: string, attributes: Attributes): string;
  /** Returns the name of an element that was added; undefined where none was with this key. */
  nameOf(kind: "entity" | "activity" | "agent", key: string): string | undefined;
  relate(kind: Exclude<ProvKind, "entity" | "activity" | "agent">, attributes: Attributes): void;
  document(): ProvDocument;
};

/** Attributes of which those that are not known are left out. */
export type Attributes = Readonly<Record<string, ProvValue | readonly ProvValue[] | undefined>>;

/** Creates an empty document whose names lie below the address of the job's provenance. */
export function createProvWriter(address: string): ProvWriter {
  const records = new Map<ProvKind, Map<string, ProvAttributes>>();
  const names = new Map<string, string>();
  const recordsOf = (kind: ProvKind) => {
    const known = records.get(kind) ?? new Map<string, ProvAttributes>();
    records.set(kind, known);
    return known;
  };
  return {
    element(kind, key, attributes) {
      const known = names.get(`${kind} ${key}`);
      if (known !== undefined) return known;
      const all = recordsOf(kind);
      // Names that every reader takes: what they stand for is their label.
      const name = `job:${kind}-${all.size + 1}`;
      names.set(`${kind} ${key}`, name);
      all.set(name, withoutUnknown(attributes));
      return name;
    },
    nameOf: (kind, key) => names.get(`${kind} ${key}`),
    relate(kind, attributes) {
      const all = recordsOf(kind);
      all.set(`_:${kind}${all.size + 1}`, withoutUnknown(attributes));
    },
    document() {
      const told = [...records].map(([kind, all]): [ProvKind, ProvRecords] => [kind, Object.fromEntries(all)]);
      return { prefix: { job: `${address}#`, heddle: "urn:heddle:provenance:" }, ...Object.fromEntries(told) };
    },
  };
}

function withoutUnknown(attributes: Attributes): ProvAttributes {
  const known: Record<string, ProvValue | readonly ProvValue[]> = {};
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) known[name] = value;
  return known;
}

/** Builds the value that names something: a type or a role. */
export function provName(name: string): ProvValue {
  return { $: name, type: "prov:QUALIFIED_NAME" };
}

/** Formats a time as PROV has it; undefined stays undefined. */
export function provTime(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}
