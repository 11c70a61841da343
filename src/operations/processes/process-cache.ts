import type { Process } from "../../domain/processes/process.ts";
import { parseProcessName } from "../../domain/processes/process-name.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Database } from "../../store/database/database.ts";
import { findNamedRevision } from "../../store/processes/process-revisions.ts";
import { findProcess, findProcessRevision } from "../../store/processes/processes.ts";

/** The processes used last, by name: a submission costs no read. */
export type ProcessCache = {
  /** Finds what a name stands for, when that can be executed: a current revision, or one that was not withdrawn. */
  find(name: string): Promise<Process | undefined>;
  /** Forgets a process with all its revisions; to be called after its change is committed. */
  forget(id: string): void;
};

/** A command may change what is deployed while the server runs. */
const freshMilliseconds = 1000;

type Deps = { readonly database: Database; readonly clock: Clock };

/** Creates a bounded cache of processes. */
export function createProcessCache({ database, clock }: Deps, maxProcesses: number): ProcessCache {
  const cached = new Map<string, { readonly process: Promise<Process | undefined>; readonly until: number }>();
  return {
    find(name) {
      const known = cached.get(name);
      const now = clock.elapsed();
      if (known !== undefined && now < known.until) return known.process;
      const process = readProcess(database, name);
      const entry = { process, until: now + freshMilliseconds };
      cached.delete(name);
      cached.set(name, entry);
      const drop = () => cached.get(name) === entry && cached.delete(name);
      // Neither absence nor a failure is remembered.
      process.then((found) => found === undefined && drop(), drop);
      const [oldest] = cached.keys();
      if (cached.size > maxProcesses && oldest !== undefined) cached.delete(oldest);
      return process;
    },
    forget(id) {
      for (const name of cached.keys()) if (parseProcessName(name).id === id) cached.delete(name);
    },
  };
}

async function readProcess(database: Database, name: string): Promise<Process | undefined> {
  const parsed = parseProcessName(name);
  if (parsed.id === name) return findProcess(database, name);
  const found = await findNamedRevision(database, parsed);
  return found?.isDeployed === true ? findProcessRevision(database, parsed.id, found.revision) : undefined;
}
