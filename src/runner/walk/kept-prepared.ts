import { createHash } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import * as v from "valibot";
import { shortageOf } from "../../domain/figures/shortage.ts";
import { errorText } from "../../domain/problem.ts";
import type { ProcessDefinition } from "../../domain/processes/process.ts";
import { type JsonObject, parseExact } from "../../domain/values/json.ts";
import type { Engine, Prepared } from "../../engines/engine.ts";
import { syncPath } from "../../files/disk/durable.ts";
import { readOwn } from "../../files/disk/open-regular.ts";
import { fileMode, preparedFile } from "../../files/layout.ts";
import { type ExecuteDeps, RunFailed } from "../queue/claim.ts";

/** Longer ones stand in a file; in characters of JSON. */
const longestInRow = 16 * 1024;

/** The member of a handle's row that holds what was prepared, as text. The process itself is not in it: its revision stays. */
const preparedMember = "heddle:prepared";

/** The member that holds the SHA-256 of the file instead: who may write in the directory of the run changes nothing of it unseen. */
const digestMember = "heddle:prepared-sha256";

/**
 * Keeps what was prepared for a run, and gives its handle as the row is to hold it: with what was prepared while that is
 * short, else there is a file, which is durable when this resolves.
 */
export async function keepPrepared(deps: ExecuteDeps, prepared: Prepared, handle: JsonObject): Promise<JsonObject> {
  const { definition: _, ...own } = prepared;
  const text = JSON.stringify(own);
  if (text.length <= longestInRow) return { ...handle, [preparedMember]: text };
  const path = preparedFile(deps.layout, prepared.executionId);
  const whole = JSON.stringify(prepared);
  {
    // Written under another name, synced and renamed: a prepared file that exists is whole.
    await rm(`${path}.new`, { force: true });
    await using file = await open(`${path}.new`, "wx", fileMode);
    await file.writeFile(whole);
    await file.sync();
  }
  await rename(`${path}.new`, path);
  await syncPath(dirname(path));
  return { ...handle, [digestMember]: sha256(whole) };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

const PreparedSchema = v.custom<Prepared>(
  (value) => typeof value === "object" && value !== null && "executionId" in value && "inputs" in value,
);

/** Reads what an earlier life of the server has prepared; undefined when it had not come so far. */
export async function readPrepared(
  deps: ExecuteDeps,
  engine: Engine,
  definition: ProcessDefinition,
): Promise<Prepared | undefined> {
  const { claim } = deps;
  if (!claim.isAdopted) return undefined;
  const { [preparedMember]: inRow, [digestMember]: digest } = claim.recorded?.handle ?? {};
  try {
    const text = typeof inRow === "string" ? inRow : await readOwn(preparedFile(deps.layout, claim.executionId));
    if (text === undefined) throw new Error("found no file, wanted one");
    if (digest !== undefined && sha256(text) !== digest) throw new Error("found another content than was written");
    return { ...v.parse(PreparedSchema, parseExact(text)), definition };
  } catch (error) {
    if (shortageOf(error) !== undefined) throw error;
    // A repeatable engine keeps none: it runs again from the claim. Any other needs it once its handle is on record.
    if (claim.recorded?.handle === undefined) return undefined;
    // Nobody could watch what may live of it.
    await engine.dismiss(claim.recorded.handle, claim.checkpoints);
    throw new RunFailed({ message: `The prepared execution cannot be read after the restart: ${errorText(error)}` });
  }
}
