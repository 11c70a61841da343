import { Problem } from "../../domain/problem.ts";
import type { Condition } from "../../domain/waiting/condition.ts";
import type { Database } from "../../store/database/database.ts";

export type ReadinessDeps = {
  readonly database: Database;
  readonly hasSpace: () => boolean;
  /** Names what the server is short of at this moment; undefined when nothing is. */
  readonly shortage?: () => string | undefined;
  /** Why no job is run although there is space; undefined when jobs are run. */
  readonly heldBack?: () => string | undefined;
  readonly condition: Condition;
};

/** Checks that jobs can be run: the database answers, the disk has room, and nothing waits for what the server is short of. Throws `unavailable` when not. */
export async function checkReadiness(deps: ReadinessDeps): Promise<void> {
  const causes = deps.condition.causes();
  if (causes.length > 0) throw new Problem("unavailable", causes.join(". "));
  try {
    await deps.database.figures();
  } catch (cause) {
    throw new Problem("unavailable", "Cannot serve requests: the database does not answer", { cause });
  }
  if (!deps.hasSpace()) throw new Problem("unavailable", "Cannot run jobs: the disk is almost full, wanted free space");
  const reason = deps.heldBack?.();
  if (reason !== undefined) throw new Problem("unavailable", `Cannot run jobs: ${reason}`);
  const shortage = deps.shortage?.();
  if (shortage === undefined) return;
  throw new Problem("unavailable", `Cannot run jobs: the server is short of ${shortage}`, { retryAfterSeconds: 10 });
}
