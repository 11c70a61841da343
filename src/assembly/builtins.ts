import type { Process } from "../domain/processes/process.ts";
import type { BuiltinProcess } from "../engines/builtin/builtin-process.ts";
import { echo } from "../engines/builtin/echo.ts";
import type { Database } from "../store/database/database.ts";
import { completeTexts } from "../store/processes/find-processes.ts";
import { findProcess, saveProcess } from "../store/processes/processes.ts";

/** Processes by their ids. */
export type Builtins = ReadonlyMap<string, BuiltinProcess>;

/** Lists the processes that are part of the program. */
export function listBuiltins(): Builtins {
  return new Map([[echo.description.id, echo]]);
}

/** Stores the descriptions of built-in processes where they are not those of this program, and what processes of before are found by. */
export async function saveBuiltins(database: Database, builtins: Builtins, now: number): Promise<void> {
  for (const builtin of builtins.values()) {
    const process = builtinProcess(builtin);
    const known = await findProcess(database, process.id);
    if (known?.revision !== process.revision) await saveProcess(database, process, now, { replace: true });
  }
  await completeTexts(database);
}

function builtinProcess(builtin: BuiltinProcess): Process {
  const definition = { kind: "builtin", name: builtin.description.id } as const;
  const hash = new Bun.CryptoHasher("sha256").update(JSON.stringify([builtin.description, definition])).digest("hex");
  return {
    id: builtin.description.id,
    revision: `sha256:${hash}`,
    description: builtin.description,
    definition,
    isWorkflow: false,
    isMutable: false,
    visibility: "public",
    fileInputs: [],
  };
}
