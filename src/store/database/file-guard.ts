import { statSync } from "node:fs";
import { basename } from "node:path";
import { Problem } from "../../domain/problem.ts";

/** Knows one file by its device and inode, whatever its name leads to later. */
export type FileGuard = {
  /** Words what became of the file under its name; undefined while it is there. */
  fault(): string | undefined;
  /** Throws `unavailable` when the file is not there any more: whoever opened its name then would make or find another one. */
  require(): void;
};

/** Begins to know a file, which must exist. */
export function guardFile(file: string): FileGuard {
  const known = identityOf(file);
  const fault = () => {
    const now = identityOf(file);
    if (now === known) return undefined;
    return now === undefined ? `that ${basename(file)} was removed` : `another file in the place of ${basename(file)}`;
  };
  return {
    fault,
    require() {
      const found = fault();
      if (found === undefined) return;
      throw new Problem(
        "unavailable",
        `Cannot use the database: found ${found} while the service runs, wanted it back`,
      );
    },
  };
}

function identityOf(file: string): string | undefined {
  const facts = statSync(file, { throwIfNoEntry: false, bigint: true });
  return facts === undefined ? undefined : `${facts.dev}:${facts.ino}`;
}
