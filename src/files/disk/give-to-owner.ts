import { lchown, lstat, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { ifExists } from "./file-errors.ts";

const root = 0;

/**
 * Gives what root made in a data directory to the user whose directory it is: the service of that user could not use it.
 * Does nothing for any other user, and where the directory is root's. Only what commands make is looked at: the files at
 * its top, images and the driver's library; of a directory that others use, too, only the images.
 */
export async function giveToOwner(
  dataDirectory: string,
  user: number | undefined = process.getuid?.(),
  only?: "images",
): Promise<void> {
  const owner = await ifExists(stat(dataDirectory));
  if (user !== root || owner === undefined || !owner.isDirectory() || owner.uid === root) return;
  for (const entry of await readdir(dataDirectory, { withFileTypes: true })) {
    if (only !== undefined && entry.name !== only) continue;
    const isDeep = entry.isDirectory() && /^(images|values|heddle-lib-.*)$/.test(entry.name);
    await give(join(dataDirectory, entry.name), owner, isDeep);
  }
}

type Owner = { readonly uid: number; readonly gid: number };

async function give(path: string, owner: Owner, isDeep: boolean): Promise<void> {
  const inner = isDeep ? ((await ifExists(readdir(path, { withFileTypes: true }))) ?? []) : [];
  for (const entry of inner) await give(join(path, entry.name), owner, entry.isDirectory());
  const facts = await ifExists(lstat(path));
  if (facts?.uid === root) await ifExists(lchown(path, owner.uid, owner.gid));
}
