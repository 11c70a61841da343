import { stat } from "node:fs/promises";
import { mayDo, type Principal } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import { ifExists } from "../../files/disk/file-errors.ts";
import { removeVaultFile as removeContent, vaultFile } from "../../files/vault.ts";
import { forgetRemovals } from "../../store/jobs/removals.ts";
import { findUsableFile, findVaultFile, removeVaultFile, type VaultFile } from "../../store/uploads/vault.ts";
import { type JobOfUpload, keepersOfVaultFile } from "../../store/uploads/vault-lists.ts";
import { maySee, maySeeJob, requireAction } from "../people/guard.ts";
import { matchesHash } from "../people/secrets.ts";
import { auditingUpload, type VaultDeps } from "./keep-vault-file.ts";
import { isOwnUpload, type VaultToken } from "./references.ts";

/** Which file or upload a caller means, and what it shows for it. */
export type VaultClaim = { readonly id: string; readonly tokens: readonly VaultToken[] };

/** An uploaded file whose bytes can be read. */
export type ReadableFile = { readonly file: VaultFile; readonly path: string };

/**
 * Finds an uploaded file. Throws `forbidden` for whoever neither uploaded it with a key nor shows its token, be it there or
 * not; `not-found` when its bytes are gone.
 */
export async function readVaultFile(deps: VaultDeps, principal: Principal, claim: VaultClaim): Promise<ReadableFile> {
  requireAction(principal, "upload", "read an uploaded file");
  const file = await findUsableFile(deps.database, claim.id, deps.clock.now());
  if (file === undefined || !mayUse(principal, file, claim)) throw noUpload("read", claim.id);
  const path = vaultFile(deps.layout, file.id);
  if ((await ifExists(stat(path))) === undefined) {
    throw new Problem("not-found", `Cannot read uploaded file "${file.id}": its bytes are gone`);
  }
  return { file, path };
}

/**
 * Removes an uploaded file, anybody's for who may end all jobs. Throws `forbidden` as reading does, `conflict` while a job may read
 * it, and `kept-job` with the names of the jobs where it was an input of jobs that are kept for good: released, they let it go.
 */
export async function dropVaultFile(deps: VaultDeps, principal: Principal, claim: VaultClaim): Promise<void> {
  requireAction(principal, "upload", "remove an uploaded file");
  const file = await findRemovable(deps, principal, claim);
  if (!(await removeVaultFile(auditingUpload(deps, principal, "remove-upload", file), file.id))) {
    const { words } = await keepersOf(deps, principal, file.id);
    const action = `Cannot remove uploaded file "${file.id}"`;
    if (words !== undefined)
      throw new Problem("kept-job", `${action}: found it kept by ${words}, wanted that released first`);
    throw new Problem("conflict", `${action}: found a job that may read it, wanted none`);
  }
  await removeContent(deps.layout, file.id);
  await forgetRemovals(deps.database, [file.id]);
}

/** So many jobs that keep an upload are named. */
const namedKeepers = 5;

/** The jobs that are kept for good and read an upload, of those that the caller may see, and words that name them; without words there are none. */
export async function keepersOf(
  deps: Pick<VaultDeps, "database">,
  principal: Principal,
  id: string,
): Promise<{ readonly jobs: readonly JobOfUpload[]; readonly words?: string }> {
  const found = await keepersOfVaultFile(deps.database, id, namedKeepers);
  if (found.length === 0) return { jobs: [] };
  const visible = await Promise.all(found.map((job) => maySeeJob(deps, principal, job)));
  const jobs = found.filter((_, index) => visible[index] === true);
  const named = jobs.map((job) => `job ${job.id} of process "${job.processId}"`);
  const others = jobs.length < found.length ? ["a job of somebody else"] : [];
  return { jobs, words: [...named, ...others].join(", ") };
}

/** Finds an uploaded file that a caller may remove. Throws `forbidden` for any other, and for one that is not there. */
export async function findRemovable(
  { database }: Pick<VaultDeps, "database">,
  principal: Principal,
  claim: VaultClaim,
): Promise<VaultFile> {
  const file = await findVaultFile(database, claim.id);
  const isAllowed = file !== undefined && (mayUse(principal, file, claim) || mayDo(principal, "dismiss-all"));
  if (!isAllowed) throw noUpload("remove", claim.id);
  return file;
}

type Owned = Pick<VaultFile, "id" | "user" | "tokenHash">;

/** Tells whether a caller may use what was uploaded: its own by its key, or by its token. */
export function mayUse(principal: Principal, file: Owned, { tokens }: VaultClaim): boolean {
  if (!maySee(principal, file.user)) return false;
  const fitting = tokens.filter(({ id }) => id === undefined || id === file.id);
  return isOwnUpload(principal, file) || fitting.some(({ token }) => matchesHash(token, file.tokenHash));
}

/** Words that nothing of this id may be used. One sentence for every reason: nobody learns which files of others exist. */
export function noUpload(verb: string, id: string): Problem {
  const wanted = "your own upload, or its token in X-Auth-Vault or behind the id";
  return new Problem("forbidden", `Cannot ${verb} uploaded file "${id.slice(0, 128)}": found none, wanted ${wanted}`);
}
