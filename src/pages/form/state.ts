import type { JsonObject } from "../../domain/json.ts";
import type { Field, FormValues } from "./field.ts";

/** What a form shows: its fields, what was entered, and what is wrong with it. */
export type FormState = {
  readonly fields: readonly Field[];
  readonly values: FormValues;
  /** What is wrong, by the names of fields. */
  readonly faults: ReadonlyMap<string, readonly string[]>;
  /** What is wrong and has no field. */
  readonly otherFaults: readonly string[];
  /** The list that gets more empty rows. */
  readonly moreRows?: string;
  /** The request that the form asks for; absent while nothing was filled in. */
  readonly request?: JsonObject;
  /** The request was checked, and nothing was wrong. */
  readonly isChecked?: boolean;
};

/** Builds a form that nothing was found wrong with. */
export function plainForm(fields: readonly Field[], values: FormValues): FormState {
  return { fields, values, faults: new Map(), otherFaults: [] };
}
