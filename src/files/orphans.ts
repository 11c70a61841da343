import { lstat, stat } from "node:fs/promises";
import { ifExists } from "./file-errors.ts";

/** What we put into the output directory is named after an id; a hidden name is one before its renaming. */
const ownName = /^\.?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.log|\.xml)?(?:\.link|\.status)?$/;

/** Reads the job or execution from a name in the output directory; undefined for what somebody else put there. */
export function ownerOfOutput(name: string): string | undefined {
  return ownName.exec(name)?.[1];
}

/** Tells whether a path is a link that leads nowhere. */
export async function isStaleLink(path: string): Promise<boolean> {
  if ((await ifExists(lstat(path)))?.isSymbolicLink() !== true) return false;
  return (await ifExists(stat(path))) === undefined;
}
