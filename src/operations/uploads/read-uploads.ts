import { isDiscarded, type Job } from "../../domain/jobs/job.ts";
import { type Action, mayDo, type Principal } from "../../domain/people/access.ts";
import { itemsOf, plainParts } from "../../domain/values/values.ts";
import type { Database } from "../../store/database/database.ts";
import { findJob, findJobOfExecution } from "../../store/jobs/jobs.ts";
import { findVaultFiles, type VaultFile } from "../../store/uploads/vault.ts";
import { maySee, maySeeJob } from "../people/guard.ts";
import { isOwnUpload, linksOf, vaultPrefix } from "./references.ts";

/** An uploaded file of a job; `isReadable` says that whoever asks may have its bytes. */
export type UploadOfJob = { readonly reference: string; readonly file: VaultFile; readonly isReadable: boolean };

/** An output of another job that a job was given; `name` is that of the file or directory. */
export type OutputOfJob = {
  readonly reference: string;
  readonly outputId: string;
  readonly name: string;
  readonly source: Pick<Job, "id" | "processId">;
};

/** What a job was given that this service has itself. */
export type SourceOfJob = UploadOfJob | OutputOfJob;

const readAction: Action = "upload";
/** A request may name thousands of files: a page names so many of them. */
const maxUploads = 100;

/** Reads what a job was given that this service has: uploads, and outputs of other jobs that the reader may see. */
export async function readSourcesOf(
  deps: { readonly database: Database },
  principal: Principal,
  job: Job,
): Promise<readonly SourceOfJob[]> {
  return [...(await readUploadsOf(deps, principal, job)), ...(await readOutputsOf(deps, principal, job))];
}

async function readOutputsOf(
  deps: { readonly database: Database },
  principal: Principal,
  job: Job,
): Promise<readonly OutputOfJob[]> {
  const items = Object.values(job.request.inputs).flatMap((given) => itemsOf(given).flatMap(plainParts));
  const places = new Map(
    items.flatMap((item) =>
      item.kind === "reference" && item.output !== undefined ? [[item.href, item.output.path] as const] : [],
    ),
  );
  const found: OutputOfJob[] = [];
  for (const [reference, path] of [...places].slice(0, maxUploads)) {
    const [first = "", outputId = "", ...names] = path.split("/");
    const source = (await findJob(deps.database, first)) ?? (await findJobOfExecution(deps.database, first));
    if (source === undefined || isDiscarded(source) || !(await maySeeJob(deps, principal, source))) continue;
    found.push({ reference, outputId, name: names.at(-1) ?? outputId, source });
  }
  return found;
}

/** Reads what was uploaded for a job, of those files that are still there. What others uploaded is told to who sees their jobs. */
async function readUploadsOf(
  { database }: { readonly database: Database },
  principal: Principal,
  job: Job,
): Promise<readonly UploadOfJob[]> {
  const items = Object.values(job.request.inputs).flatMap((given) => itemsOf(given));
  const references = new Set(items.flatMap((item) => linksOf(item).map(({ href }) => href)));
  const uploads = [...references].filter((href) => href.startsWith(vaultPrefix)).slice(0, maxUploads);
  const idOf = (reference: string) => reference.slice(vaultPrefix.length);
  const files = await findVaultFiles(database, uploads.map(idOf));
  return uploads.flatMap((reference) => {
    const file = files.get(idOf(reference));
    if (file === undefined || !(maySee(principal, file.user) || file.user === job.user)) return [];
    return [{ reference, file, isReadable: isOwnUpload(principal, file) && mayDo(principal, readAction) }];
  });
}
