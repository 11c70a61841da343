import { stat } from "node:fs/promises";
import { defined } from "../../domain/defined.ts";
import { mayDo, type Principal } from "../../domain/people/access.ts";
import { HeldProblem } from "../../domain/people/held-problem.ts";
import { Problem } from "../../domain/problem.ts";
import { ifExists } from "../../files/disk/file-errors.ts";
import { removeVaultFile as removeContent, vaultFile } from "../../files/vault.ts";
import { forgetRemovals } from "../../store/jobs/removals.ts";
import { findUsableFile, findVaultFile, removeVaultFile, type VaultFile } from "../../store/uploads/vault.ts";
import { holdersOfVaultFile, type JobOfUpload } from "../../store/uploads/vault-lists.ts";
import { maySee, maySeeJob, requireAction } from "../people/guard.ts";
import { matchesHash } from "../people/secrets.ts";
import { auditingUpload, uploadSubject, type VaultDeps } from "./keep-vault-file.ts";
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
    throw heldUpload(file, await holdersOf(deps, principal, file.id));
  }
  await removeContent(deps.layout, file.id);
  await forgetRemovals(deps.database, [file.id]);
}

/** The jobs for which an upload stays, as far as its reader may see them. */
export type UploadHolders = {
  /** Those that the reader may see, those that are kept for good first. */
  readonly jobs: readonly JobOfUpload[];
  /** Some are of somebody else. */
  readonly hasOthers: boolean;
  /** One at least is kept for good, be it seen or not. */
  readonly isKept: boolean;
  /** The first of all, be it seen or not: for the audit alone. */
  readonly firstId?: string;
};

/** So many jobs that hold an upload are named. */
const namedHolders = 5;

/** Finds the jobs for which an upload stays: kept for good, not ended, or failed and retriable. There are none where `firstId` is undefined. */
export async function holdersOf(
  deps: Pick<VaultDeps, "database">,
  principal: Principal,
  id: string,
): Promise<UploadHolders> {
  const found = await holdersOfVaultFile(deps.database, id, namedHolders);
  const visible = await Promise.all(found.map((job) => maySeeJob(deps, principal, job)));
  const jobs = found.filter((_, index) => visible[index] === true);
  const [first] = found;
  const isKept = first?.keptAt !== undefined;
  return { jobs, hasOthers: jobs.length < found.length, isKept, ...defined({ firstId: first?.id }) };
}

/** Words that an upload stays, with the jobs that hold it, of those that the caller may see. */
export function heldUpload(
  file: Pick<VaultFile, "id" | "name" | "sizeBytes">,
  { jobs, hasOthers, isKept, firstId }: UploadHolders,
): HeldProblem {
  const named = jobs
    .filter(({ keptAt }) => !isKept || keptAt !== undefined)
    .map(
      ({ id, processId, title }) => `job ${id}${title === undefined ? "" : ` "${title}"`} of process "${processId}"`,
    );
  const words = [...named, ...(hasOthers || named.length === 0 ? ["a job of somebody else"] : [])].join(", ");
  const found = isKept
    ? `found it kept by ${words}, wanted that released first`
    : `found a job that may read it, wanted none: ${words}`;
  const tried = { action: "remove-upload", subject: uploadSubject(file), ...defined({ jobId: firstId }) } as const;
  return new HeldProblem(isKept ? "kept-job" : "conflict", `Cannot remove uploaded file "${file.id}": ${found}`, tried);
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
