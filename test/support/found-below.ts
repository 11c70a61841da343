import { hasCode } from "../../src/files/disk/file-errors.ts";

const mostLooks = 100;

/** Lists what a pattern finds below a directory, where a server makes and removes directories meanwhile; nothing where there is no directory. */
export function foundBelow(directory: string, pattern: string): readonly string[] {
  for (let looks = 0; looks < mostLooks; looks += 1) {
    try {
      return [...new Bun.Glob(pattern).scanSync({ cwd: directory, onlyFiles: false, dot: true })];
    } catch (error) {
      // One that was listed is gone when it is looked into.
      if (!hasCode(error, "ENOENT", "ENOTDIR")) throw error;
    }
  }
  return [];
}
