import type { Json } from "../../domain/values/json.ts";
import type { Checkpoints } from "../../engines/engine.ts";
import { keptValue } from "../../files/jobs/kept-values.ts";
import type { Layout } from "../../files/layout.ts";

/** Gives the checkpoints of an execution with those values too that are kept beside the database. */
export async function wholeCheckpoints(layout: Layout, held: ReadonlyMap<string, Json>): Promise<Checkpoints> {
  const whole = new Map<string, Json>();
  for (const [key, value] of held) whole.set(key, await keptValue(layout, value));
  return whole;
}
