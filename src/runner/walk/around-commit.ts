import type { StageName } from "../../domain/jobs/progress.ts";
import type { Failpoint } from "../failpoints.ts";

/** Does a write that stores stages; failpoints see the moment before and the moment after it. */
export async function aroundCommit<T>(
  { failpoint }: { readonly failpoint?: Failpoint },
  stages: readonly StageName[],
  write: () => Promise<T>,
): Promise<T> {
  for (const stage of stages) failpoint?.(stage, "before-commit");
  const written = await write();
  for (const stage of stages) failpoint?.(stage, "after-commit");
  return written;
}
