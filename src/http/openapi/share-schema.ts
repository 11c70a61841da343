import * as v from "valibot";

/** A share, as the list of shares has it. */
export const ShownShare = v.looseObject({
  jobID: v.string(),
  processID: v.string(),
  providerID: v.optional(v.string()),
  title: v.optional(v.string()),
  user: v.optional(v.string()),
  by: v.optional(v.string()),
  outputs: v.optional(v.array(v.string())),
  created: v.pipe(v.string(), v.isoTimestamp()),
  expires: v.pipe(v.string(), v.isoTimestamp()),
  href: v.string(),
});
