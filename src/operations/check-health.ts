import type { Condition } from "../domain/condition.ts";
import { Problem } from "../domain/problem.ts";
import type { Database } from "../store/database.ts";

export type ReadinessDeps = {
  readonly database: Database;
  readonly hasSpace: () => boolean;
  readonly condition: Condition;
};

/** Checks that jobs can be run: the database answers, and the disk has room. Throws `unavailable` when not. */
export async function checkReadiness(deps: ReadinessDeps): Promise<void> {
  const causes = deps.condition.causes();
  if (causes.length > 0) throw new Problem("unavailable", causes.join(". "));
  try {
    await deps.database.figures();
  } catch (cause) {
    throw new Problem("unavailable", "Cannot serve requests: the database does not answer", { cause });
  }
  if (!deps.hasSpace()) throw new Problem("unavailable", "Cannot run jobs: the disk is almost full, wanted free space");
}
