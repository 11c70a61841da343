import { defined } from "../../domain/defined.ts";
import { mapParts } from "../../domain/values/inner-files.ts";
import { type InputItem, type Inputs, isItemList, type PlainItem } from "../../domain/values/values.ts";
import type { Database } from "../../store/database/database.ts";
import { namesOfVaultFiles } from "../../store/uploads/vault-lists.ts";
import { vaultPrefix } from "./references.ts";

/** Gives inputs with the names of the uploads in them, by the ids of these: a job tells them when the files are gone. */
export async function withUploadNames(
  { database }: { readonly database: Database },
  inputs: Inputs,
  ids: readonly string[],
): Promise<Inputs> {
  if (ids.length === 0) return inputs;
  const names = await namesOfVaultFiles(database, ids);
  const namedPart = (part: PlainItem): PlainItem => {
    if (part.kind !== "reference" || !part.href.startsWith(vaultPrefix)) return part;
    return { ...part, ...defined({ name: names.get(part.href.slice(vaultPrefix.length)) }) };
  };
  const named = (item: InputItem) => mapParts(item, namedPart);
  const entries = Object.entries(inputs).map(([id, given]) => [
    id,
    isItemList(given) ? given.map(named) : named(given),
  ]);
  return Object.fromEntries(entries);
}
