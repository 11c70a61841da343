import { fault, pointer } from "../faults.ts";
import type { Fault } from "../problem.ts";
import type { JsonObject } from "../values/json.ts";
import { nearNames } from "./near-names.ts";

/** Where members that nobody reads are noted. */
export type MemberNotes = {
  readonly pointer: string;
  readonly faults: Fault[];
  /** What was left out, for who asked. */
  readonly warnings?: string[];
};

/** More is not told: who sees so many knows where to look. */
const maxWarnings = 20;
/** More names are refused unread: no client has so many, and comparing each takes a while. */
const maxCompared = 100;

/**
 * Looks at members that nothing reads. One that is within two letters of a known one was meant as that: a fault; any other
 * is left out, since the standard lets requests have more, and named in the warnings.
 */
export function noteOthers(raw: JsonObject, known: readonly string[], notes: MemberNotes): void {
  const others = Object.keys(raw).filter((name) => !known.includes(name));
  if (others.length > maxCompared) {
    const detail = `found ${others.length} members that are not known here, more than ${maxCompared}; wanted only ${known.join(", ")}`;
    notes.faults.push({ pointer: notes.pointer, detail });
    return;
  }
  for (const name of others) {
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
