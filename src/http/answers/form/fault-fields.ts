import type { Fault } from "../../../domain/problem.ts";
import type { ReadForm } from "../../../pages/form/read-form.ts";
import type { FormState } from "../../../pages/form/state.ts";

/** Puts each fault beside its field, which `fieldAt` finds by what the fault names; a fault without a field stands by itself. */
export function withFaults(
  shown: FormState,
  found: readonly Fault[],
  fieldAt: (named: string) => string | undefined,
): FormState {
  const faults = new Map<string, string[]>();
  const otherFaults: string[] = [];
  for (const { pointer, detail: said } of found) {
    const detail = inWordsOfForm(said);
    const name = fieldAt(pointer);
    if (name === undefined || name === "") otherFaults.push(`${pointer} ${detail}`.trim());
    else if (faults.get(name)?.push(detail) === undefined) faults.set(name, [detail]);
  }
  return { ...shown, faults, otherFaults };
}

/** Finds the field that a name of the form belongs to: its own, or that of which it is a part. */
export function fieldNamed(places: ReadForm["places"], name: string): string | undefined {
  if (name.startsWith("~")) return name;
  const names = new Set(places.values());
  const steps = name.split("/");
  const lengths = steps.map((_, index) => steps.length - index);
  return lengths.map((length) => steps.slice(0, length).join("/")).find((one) => names.has(one));
}

/** What the API says of addresses that only programs write. */
const wordsOfApi: readonly (readonly [string, string])[] = [
  [
    "vault://ID of your upload, with its token in X-Auth-Vault or behind the id",
    "an upload of yours that is still kept: upload the file again",
  ],
  [
    "an http:, https:, data:, vault: or file: reference",
    "an address that begins with https:// or http://, or an upload",
  ],
];

function inWordsOfForm(detail: string): string {
  return wordsOfApi.reduce((words, [said, meant]) => words.replaceAll(said, meant), detail);
}
