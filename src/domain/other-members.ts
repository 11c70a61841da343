import { fault, pointer } from "./faults.ts";
import type { JsonObject } from "./json.ts";
import { nearNames } from "./near-names.ts";
import type { Fault } from "./problem.ts";

/** Where members that nobody reads are noted. */
export type MemberNotes = {
  readonly pointer: string;
  readonly faults: Fault[];
  /** What was left out, for who asked. */
  readonly warnings?: string[];
};

/** More is not told: who sees so many knows where to look. */
const maxWarnings = 20;

/**
 * Looks at members that nothing reads. One that is within two letters of a known one was meant as that: a fault; any other
 * is left out, since the standard lets requests have more, and named in the warnings.
 */
export function noteOthers(raw: JsonObject, known: readonly string[], notes: MemberNotes): void {
  for (const name of Object.keys(raw)) {
    if (known.includes(name)) continue;
    const at = pointer(notes.pointer, name);
    const [near] = nearNames(name, known);
    if (near !== undefined) {
      notes.faults.push(fault(at, raw[name], `the member "${near}", or none of a name so near to it`));
    } else if (notes.warnings !== undefined && notes.warnings.length < maxWarnings) {
      const shown = at.length <= 200 ? at : `${at.slice(0, 200)}...`;
      notes.warnings.push(`${shown}: found a member that is not known here; it was left out`);
    }
  }
}
