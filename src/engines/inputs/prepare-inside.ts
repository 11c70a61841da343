import type { InputItem, PreparedItem } from "../../domain/values/values.ts";
import type { InputPlace } from "./input-place.ts";

type Inside = { readonly place: InputPlace; count: number };

/** Reads the files inside a value by `prepare`, one after the other: each has a place of its own. */
export async function prepareInside(
  item: InputItem,
  inside: Inside,
  prepare: (item: InputItem, place: InputPlace) => Promise<PreparedItem>,
): Promise<PreparedItem> {
  switch (item.kind) {
    case "file": {
      inside.count += 1;
      const { isDirectory } = item;
      return prepare(item.item, {
        ...inside.place,
        isFile: true,
        isDirectory,
        formats: [],
        inner: String(inside.count),
      });
    }
    case "list": {
      const items: PreparedItem[] = [];
      for (const one of item.items) items.push(await prepareInside(one, inside, prepare));
      return { kind: "list", items };
    }
    case "record": {
      const members: [string, PreparedItem][] = [];
      for (const [name, one] of Object.entries(item.members)) {
        members.push([name, await prepareInside(one, inside, prepare)]);
      }
      return { kind: "record", members: Object.fromEntries(members) };
    }
    default:
      return prepare(item, { ...inside.place, isFile: false, isDirectory: false });
  }
}
