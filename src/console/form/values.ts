import type { FormValues } from "../../pages/form/field.ts";

/** Reads what a form would send, without its files, which are no text yet. */
export function valuesOf(form: HTMLFormElement): FormValues {
  const values = new Map<string, string[]>();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string") values.set(name, [...(values.get(name) ?? []), value]);
  }
  return values;
}
