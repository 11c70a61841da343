import type { Process } from "../domain/process.ts";
import type { Database } from "../store/database.ts";
import { findProcess } from "../store/processes.ts";

/** The processes used last, by id: a submission costs no read. This server is the only one that writes them. */
export type ProcessCache = {
  /** Finds the current revision. */
  find(id: string): Promise<Process | undefined>;
  /** Forgets a process; to be called after its change is committed. */
  forget(id: string): void;
};

/** Creates a bounded cache of processes. */
export function createProcessCache(database: Database, maxProcesses: number): ProcessCache {
  const finding = new Map<string, Promise<Process | undefined>>();
  return {
    find(id) {
      const known = finding.get(id);
      if (known !== undefined) return known;
      const found = findProcess(database, id);
      finding.set(id, found);
      const drop = () => finding.get(id) === found && finding.delete(id);
      // Neither absence nor a failure is remembered.
      found.then((process) => process === undefined && drop(), drop);
      const [oldest] = finding.keys();
      if (finding.size > maxProcesses && oldest !== undefined) finding.delete(oldest);
      return found;
    },
    forget: (id) => {
      finding.delete(id);
    },
  };
}
