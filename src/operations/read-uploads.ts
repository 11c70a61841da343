import { type Action, mayDo, type Principal } from "../domain/access.ts";
import type { Job } from "../domain/job.ts";
import { itemsOf } from "../domain/values.ts";
import type { Database } from "../store/database.ts";
import { findVaultFile, type VaultFile } from "../store/vault.ts";
import { maySee } from "./guard.ts";
import { isOwnUpload, linksOf, vaultPrefix } from "./references.ts";

/** An uploaded file of a job; `isReadable` says that whoever asks may have its bytes. */
export type UploadOfJob = { readonly reference: string; readonly file: VaultFile; readonly isReadable: boolean };

const readAction: Action = "upload";
/** A request may name thousands of files: a page names so many of them. */
const maxUploads = 100;

/** Reads what was uploaded for a job, of those files that are still there. What others uploaded is told to who sees their jobs. */
export async function readUploadsOf(
  { database }: { readonly database: Database },
  principal: Principal,
  job: Job,
): Promise<readonly UploadOfJob[]> {
  const items = Object.values(job.request.inputs).flatMap((given) => itemsOf(given));
  const references = new Set(items.flatMap((item) => linksOf(item).map(({ href }) => href)));
  const uploads = [...references].filter((href) => href.startsWith(vaultPrefix)).slice(0, maxUploads);
  const found: UploadOfJob[] = [];
  for (const reference of uploads) {
    const file = await findVaultFile(database, reference.slice(vaultPrefix.length));
    if (file === undefined || !(maySee(principal, file.user) || file.user === job.user)) continue;
    const isReadable = isOwnUpload(principal, file) && mayDo(principal, readAction);
    found.push({ reference, file, isReadable });
  }
  return found;
}
