import { Problem } from "../domain/problem.ts";
import type { Database } from "../store/database.ts";

/** Checks that requests can be served: the database answers. Throws `unavailable` when it does not. */
export async function checkReadiness(deps: { readonly database: Database }): Promise<void> {
  try {
    await deps.database.figures();
  } catch (cause) {
    throw new Problem("unavailable", "Cannot serve requests: the database does not answer", { cause });
  }
}
