import { defined } from "../../domain/defined.ts";
import { mayDo, type Principal } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import type { VaultFile } from "../../store/uploads/vault.ts";
import {
  heldVaultFiles,
  type JobOfUpload,
  jobsOfVaultFile,
  listVaultFiles,
  sumVaultFiles,
  type UploadPlace,
  type UploadSum,
} from "../../store/uploads/vault-lists.ts";
import { maySeeJob, requireAction } from "../people/guard.ts";
import type { Page } from "../processes/describe-processes.ts";
import type { VaultDeps } from "./keep-vault-file.ts";
import { findRemovable, holdersOf, type UploadHolders } from "./read-vault-file.ts";

/** An upload, and the newest jobs that read it, of those that the reader may see. */
export type ListedUpload = {
  readonly file: VaultFile;
  readonly jobs: readonly JobOfUpload[];
  /** The jobs for which it stays past its time; absent where there are none. */
  readonly holders?: UploadHolders;
};

/** Which uploads are wanted, in which order. */
export type WantedUploads = {
  readonly limit: number;
  readonly after?: string;
  /** Only those of this user. */
  readonly user?: string;
  readonly bySize?: boolean;
};

/** So many jobs of an upload are told. */
const toldJobs = 5;

/**
 * Lists uploads: the principal's own, or everybody's for who may read all jobs. Who comes without a key has none of his own: others
 * come so, too. Throws `forbidden`, `invalid-query-parameter-value`.
 */
export async function listUploads(
  deps: Pick<VaultDeps, "database" | "clock">,
  principal: Principal,
  wanted: WantedUploads,
): Promise<Page<ListedUpload>> {
  requireAction(principal, "upload", "list uploads");
  const { limit, after, bySize = false } = wanted;
  const filter = filterOf(deps, principal, wanted);
  if (filter === undefined) return { items: [] };
  const from = after === undefined ? undefined : readCursor(after);
  const page = { ...filter, bySize, limit: limit + 1, ...defined({ after: from }) };
  const found = await listVaultFiles(deps.database, page);
  const files = found.slice(0, limit);
  const held = await heldVaultFiles(
    deps.database,
    files.map(({ id }) => id),
  );
  const items: ListedUpload[] = [];
  for (const file of files) items.push(await withJobs(deps, principal, file, held.has(file.id)));
  const last = files.at(-1);
  return found.length > files.length && last !== undefined
    ? { items, next: `${last.sizeBytes}.${last.createdAt}.${last.id}` }
    : { items };
}

/** Reads an upload that the principal may remove, with the jobs that use it. Throws `forbidden` as removing it does. */
export async function readOwnUpload(
  deps: Pick<VaultDeps, "database">,
  principal: Principal,
  id: string,
): Promise<ListedUpload> {
  requireAction(principal, "upload", "remove an uploaded file");
  const file = await findRemovable(deps, principal, { id, tokens: [] });
  const held = await heldVaultFiles(deps.database, [file.id]);
  return withJobs(deps, principal, file, held.has(file.id));
}

async function withJobs(
  deps: Pick<VaultDeps, "database">,
  principal: Principal,
  file: VaultFile,
  isHeld: boolean,
): Promise<ListedUpload> {
  const jobs = await jobsOfVaultFile(deps.database, file.id, toldJobs);
  const visible = await Promise.all(jobs.map((job) => maySeeJob(deps, principal, job)));
  const holders = isHeld ? await holdersOf(deps, principal, file.id) : undefined;
  return {
    ...{ file, jobs: jobs.filter((_, index) => visible[index] === true) },
    ...(holders?.firstId === undefined ? {} : { holders }),
  };
}

/** So many users are added up. */
const mostUsers = 1000;

/** Adds up the uploads that `listUploads` lists, by user, the largest sum first. Throws `forbidden`. */
export async function sumUploads(
  deps: Pick<VaultDeps, "database" | "clock">,
  principal: Principal,
  wanted: Pick<WantedUploads, "user">,
): Promise<readonly UploadSum[]> {
  requireAction(principal, "upload", "list uploads");
  const filter = filterOf(deps, principal, wanted);
  return filter === undefined ? [] : sumVaultFiles(deps.database, { ...filter, limit: mostUsers });
}

/** Nobody sees more than his own but who may read all jobs; nothing where there is none. */
function filterOf(
  { clock }: Pick<VaultDeps, "clock">,
  principal: Principal,
  { user: wanted }: Pick<WantedUploads, "user">,
): { readonly now: number; readonly withHeld: true; readonly user?: string } | undefined {
  const seesAll = mayDo(principal, "read-all-jobs");
  const { user } = principal;
  if (!seesAll && (user === undefined || (wanted !== undefined && wanted !== user))) return undefined;
  return { now: clock.now(), withHeld: true, ...defined({ user: seesAll ? wanted : user }) };
}

function readCursor(text: string): UploadPlace {
  const [, sizeBytes, createdAt, id] = /^(\d{1,16})\.(\d{1,15})\.([\w-]{1,128})$/.exec(text) ?? [];
  if (sizeBytes !== undefined && createdAt !== undefined && id !== undefined)
    return { sizeBytes: Number(sizeBytes), createdAt: Number(createdAt), id };
  const detail = `Cannot list uploads: found after "${text.slice(0, 80)}", wanted a value from a link of a list`;
  throw new Problem("invalid-query-parameter-value", detail);
}
