import { mayDo, type Principal } from "../domain/access.ts";
import { defined } from "../domain/defined.ts";
import { Problem } from "../domain/problem.ts";
import type { VaultFile } from "../store/vault.ts";
import { type JobOfUpload, jobsOfVaultFile, listVaultFiles } from "../store/vault-lists.ts";
import type { Page } from "./describe-processes.ts";
import { maySeeJob, requireAction } from "./guard.ts";
import type { VaultDeps } from "./keep-vault-file.ts";
import { findRemovable } from "./read-vault-file.ts";

/** An upload, and the newest jobs that read it, of those that the reader may see. */
export type ListedUpload = { readonly file: VaultFile; readonly jobs: readonly JobOfUpload[] };

/** So many jobs of an upload are told. */
const toldJobs = 5;

/**
 * Lists uploads: the principal's own, or everybody's for who may read all jobs. Who comes without a key has none of his own: others
 * come so, too. Throws `forbidden`, `invalid-query-parameter-value`.
 */
export async function listUploads(
  deps: Pick<VaultDeps, "database" | "clock">,
  principal: Principal,
  { limit, after }: { readonly limit: number; readonly after?: string },
): Promise<Page<ListedUpload>> {
  requireAction(principal, "upload", "list uploads");
  const seesAll = mayDo(principal, "read-all-jobs");
  const { user } = principal;
  if (!seesAll && user === undefined) return { items: [] };
  const from = after === undefined ? undefined : readCursor(after);
  const filter = {
    now: deps.clock.now(),
    limit: limit + 1,
    ...defined({ user: seesAll ? undefined : user, after: from }),
  };
  const found = await listVaultFiles(deps.database, filter);
  const files = found.slice(0, limit);
  const items: ListedUpload[] = [];
  for (const file of files) items.push(await withJobs(deps, principal, file));
  const last = files.at(-1);
  return found.length > files.length && last !== undefined
    ? { items, next: `${last.createdAt}.${last.id}` }
    : { items };
}

/** Reads an upload that the principal may remove, with the jobs that use it. Throws `forbidden` as removing it does. */
export async function readOwnUpload(
  deps: Pick<VaultDeps, "database">,
  principal: Principal,
  id: string,
): Promise<ListedUpload> {
  requireAction(principal, "upload", "remove an uploaded file");
  return withJobs(deps, principal, await findRemovable(deps, principal, { id, tokens: [] }));
}

async function withJobs(
  deps: Pick<VaultDeps, "database">,
  principal: Principal,
  file: VaultFile,
): Promise<ListedUpload> {
  const jobs = await jobsOfVaultFile(deps.database, file.id, toldJobs);
  const visible = await Promise.all(jobs.map((job) => maySeeJob(deps, principal, job)));
  return { file, jobs: jobs.filter((_, index) => visible[index] === true) };
}

function readCursor(text: string): { readonly createdAt: number; readonly id: string } {
  const [, createdAt, id] = /^(\d{1,15})\.([\w-]{1,128})$/.exec(text) ?? [];
  if (createdAt !== undefined && id !== undefined) return { createdAt: Number(createdAt), id };
  const detail = `Cannot list uploads: found after "${text.slice(0, 80)}", wanted a value from a link of a list`;
  throw new Problem("invalid-query-parameter-value", detail);
}
