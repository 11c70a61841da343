import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { defined } from "../domain/defined.ts";
import { fileMode, type Layout } from "./layout.ts";

const ReloadSchema = v.object({
  at: v.number(),
  taken: v.array(v.string()),
  needRestart: v.array(v.string()),
  fault: v.optional(v.string()),
  restartFaults: v.optional(v.array(v.string())),
});

/** What came of reading the settings again: those that were taken in, those that need a restart, what was wrong. */
export type Reload = {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly taken: readonly string[];
  readonly needRestart: readonly string[];
  readonly fault?: string;
  /** Why a restart with these settings would fail, where it would. */
  readonly restartFaults?: readonly string[];
};

function noteFile({ dataDirectory }: Pick<Layout, "dataDirectory">): string {
  return join(dataDirectory, "reload.json");
}

/** Writes what came of the last time. */
export async function writeReload(layout: Pick<Layout, "dataDirectory">, reload: Reload): Promise<void> {
  const file = noteFile(layout);
  await writeFile(`${file}.new`, `${JSON.stringify(reload)}\n`, { mode: fileMode });
  await rename(`${file}.new`, file);
}

/** Reads what came of the last time; undefined when there was none. */
export async function readReload(layout: Pick<Layout, "dataDirectory">): Promise<Reload | undefined> {
  const text = await readFile(noteFile(layout), "utf8").catch(() => "null");
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), ReloadSchema), text);
  if (!parsed.success) return undefined;
  const { fault, restartFaults, ...always } = parsed.output;
  return { ...always, ...defined({ fault, restartFaults }) };
}
