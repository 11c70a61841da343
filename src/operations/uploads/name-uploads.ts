import { defined } from "../../domain/defined.ts";
import { mayDo, type Principal } from "../../domain/people/access.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Database } from "../../store/database/database.ts";
import type { VaultFile } from "../../store/uploads/vault.ts";
import { listVaultFiles } from "../../store/uploads/vault-lists.ts";
import { findUsableUpload, mayNameUpload, readUploadReference, shownOf } from "./references.ts";

type UploadLookDeps = { readonly database: Database; readonly clock: Clock };

/** A form names thousands of files at most in its fields: so many of them are looked up. */
const maxNamed = 200;
/** Where nobody has a key, the uploads of others may stand between. */
const lookedThrough = 200;

/** Lists one's own uploads that a request may name without their tokens, the newest first. */
export async function listOwnUploads(
  { database, clock }: UploadLookDeps,
  principal: Principal,
  limit: number,
): Promise<readonly VaultFile[]> {
  if (!mayDo(principal, "upload")) return [];
  const { user } = principal;
  if (user === undefined && !mayNameUpload(principal, {})) return [];
  const wanted = { now: clock.now(), limit: user === undefined ? lookedThrough : limit, ...defined({ user }) };
  const files = await listVaultFiles(database, wanted);
  return files.filter((file) => mayNameUpload(principal, file)).slice(0, limit);
}

/** Finds the uploads that references name, by these; what cannot be used any more, or by others only, has none. */
export async function findNamedUploads(
  deps: UploadLookDeps,
  principal: Principal,
  references: readonly string[],
): Promise<ReadonlyMap<string, VaultFile | undefined>> {
  const found = new Map<string, VaultFile | undefined>();
  for (const reference of new Set(references.slice(0, maxNamed))) {
    const { href, tokens } = readUploadReference(reference);
    found.set(reference, await findUsableUpload(deps, { principal, shown: shownOf(tokens) }, href));
  }
  return found;
}
