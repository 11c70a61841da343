import { test } from "bun:test";
import type { Fault } from "./faults.ts";
import { breaking, isBroken } from "./service.ts";

type Name = `${"1.0" | "2.0" | "Part 2" | "Common"} /req/${string}`;

/**
 * Proves requirements of OGC API - Processes, Part 1 (1.0 is 18-062r2, 2.0 the draft 18-062r3) and Part 2 (20-044), and of
 * OGC API - Common, Part 1 (19-072): a test for each, named by version and id, which `npm run requirements` finds again. Its faults break
 * the very thing required; where they are tried, the test passes when each of them makes the proof fail.
 */
export function requirement(names: readonly Name[], faults: readonly Fault[], proof: () => Promise<void>): void {
  for (const name of names) test(name, isBroken() ? () => tryFaults(faults, proof) : proof);
}

async function tryFaults(faults: readonly Fault[], proof: () => Promise<void>): Promise<void> {
  if (faults.length === 0) throw new Error("Cannot tell whether the test is sensitive: found no fault, wanted one");
  for (const fault of faults) {
    const what = `${fault.on}: ${fault.breaks.name}`;
    // A test that cannot be repeated would fail without the fault as well.
    await proof();
    let failure: unknown;
    const broken = await breaking(fault, async () => {
      try {
        await proof();
      } catch (error) {
        failure = error;
      }
    });
    if (broken === 0) throw new Error(`Cannot break ${what}: the test did not ask for it`);
    if (failure === undefined) throw new Error(`Not sensitive: the test passed although this was broken: ${what}`);
  }
}
