import * as v from "valibot";

/** What both of two jobs have under an id. */
function comparedPair<Value extends v.GenericSchema>(value: Value) {
  return v.object({ id: v.string(), same: v.optional(v.boolean()), a: v.optional(value), b: v.optional(value) });
}

const ComparedResult = v.object({
  ...comparedPair(
    v.array(
      v.object({
        name: v.string(),
        href: v.optional(v.string()),
        look: v.optional(v.string()),
        type: v.optional(v.string()),
        length: v.optional(v.number()),
        sha256: v.optional(v.string()),
        value: v.optional(v.unknown()),
      }),
    ),
  ).entries,
  inside: v.optional(
    v.array(
      v.looseObject({
        name: v.string(),
        kind: v.picklist(["json", "table", "text", "files", "not-compared"]),
        note: v.optional(v.string()),
      }),
    ),
  ),
});

/** What `/jobs/compare` tells of two jobs beside their statuses. */
export const comparisonMembers = {
  process: v.object({ same: v.boolean() }),
  revision: v.object({ same: v.boolean(), difference: v.optional(v.string()) }),
  inputs: v.array(
    v.object({ ...comparedPair(v.unknown()).entries, defaults: v.optional(v.array(v.picklist(["a", "b"]))) }),
  ),
  statistics: v.array(comparedPair(v.looseObject({}))),
  results: v.array(ComparedResult),
};
