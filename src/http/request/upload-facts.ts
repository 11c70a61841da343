import * as v from "valibot";
import { defined } from "../../domain/defined.ts";
import { issueFaults, refusal } from "../../domain/faults.ts";

/** The facts of an uploaded file besides its bytes. */
export const UploadSchema = v.object({
  name: v.optional(v.pipe(v.string(), v.maxLength(1024, "at most 1024 characters"))),
  mediaType: v.optional(
    v.pipe(v.string(), v.regex(/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;[^\r\n]*)?$/, "a media type such as text/csv")),
  ),
});

/** Reads what is said of a file besides its bytes. Throws `invalid-parameter-value`. */
export function checkedFacts(
  name: string | undefined,
  mediaType: string | null,
): { readonly name?: string; readonly mediaType?: string } {
  // Clients that know nothing of a file send these by themselves; its name says more.
  const isTelling = mediaType !== null && !/^application\/(octet-stream|x-www-form-urlencoded)/.test(mediaType);
  const facts = { ...defined({ name }), ...(isTelling ? { mediaType } : {}) };
  const outcome = v.safeParse(UploadSchema, facts);
  if (outcome.success) return facts;
  throw refusal("upload file", issueFaults(outcome.issues));
}
