import type { Failpoint } from "./runner/failpoints.ts";

/** Arms the failpoint that the environment names. The condition is settled while building: the executable that people get has neither the variable nor what it does. */
export async function armFailpoint(): Promise<{ readonly failpoint?: Failpoint }> {
  if (process.env.HEDDLE_BUILD === "failpoints") {
    const { createFailpoint } = await import("./runner/failpoints.ts");
    const text = process.env.HEDDLE_FAILPOINT;
    if (text !== undefined) return { failpoint: createFailpoint(text) };
  }
  return {};
}
