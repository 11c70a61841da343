import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";

/**
 * Tells what stands in a directory: each path below it with its kind and a digest of its content, or where it leads.
 * Two trees are alike when their digests are equal. `isLeftOut` names, by their path below it, what may change.
 */
export async function digestTree(
  directory: string,
  isLeftOut: (path: string) => boolean = () => false,
): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  const visit = async (below: string): Promise<void> => {
    for (const name of (await readdir(join(directory, below))).toSorted()) {
      const path = join(below, name);
      if (isLeftOut(path)) continue;
      const facts = await lstat(join(directory, path));
      if (facts.isSymbolicLink()) found[path] = `link to ${await readlink(join(directory, path))}`;
      else if (facts.isDirectory()) {
        found[path] = "directory";
        await visit(path);
      } else if (facts.isFile()) {
        const digest = createHash("sha256").update(await readFile(join(directory, path)));
        found[path] = `${(facts.mode & 0o7777).toString(8)} ${digest.digest("hex")}`;
      } else found[path] = "neither file, directory nor link";
    }
  };
  await visit("");
  return found;
}
