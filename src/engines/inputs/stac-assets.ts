import { defined } from "../../domain/defined.ts";
import { isOfType } from "../../domain/processes/described.ts";
import { doubleOf, isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";
import { type InputPlace, refuseInput } from "./input-place.ts";

/** An asset of a STAC item, with all addresses that it can be had from, its own first. */
export type Asset = {
  readonly key: string;
  readonly document: JsonObject;
  readonly hrefs: readonly string[];
  /** What the item says of it, in bytes. */
  readonly size?: number;
  /** Its digest, where the item has one of this kind. */
  readonly sha256?: string;
};

const maxAssets = 1000;

/**
 * Chooses the assets of an item by words, each of which is a key, a role or a media type (ranges such as `image/*`, too); all of them
 * without words. Throws `invalid-parameter-value` when a word fits none.
 */
export function chosenAssets(
  place: InputPlace,
  { document, base }: { readonly document: JsonObject; readonly base: string | undefined },
  words: readonly string[] | undefined,
): readonly Asset[] {
  const entries = Object.entries(isJsonObject(document.assets) ? document.assets : {});
  const all = entries.flatMap(([key, asset]) => (isJsonObject(asset) ? [assetOf(key, asset, base)] : []));
  if (all.length > maxAssets)
    throw refuseInput(place, `item ${shown(document)} of ${all.length} assets`, `at most ${maxAssets}`);
  const missing = words?.find((word) => !all.some((asset) => fits(asset, word)));
  if (missing !== undefined) {
    const known = all.map(({ key }) => key).slice(0, 30);
    throw refuseInput(
      place,
      `item ${shown(document)} without asset "${missing}"`,
      `a key, role or media type of ${known.join(", ")}`,
    );
  }
  const chosen = words === undefined ? all : all.filter((asset) => words.some((word) => fits(asset, word)));
  const own = chosen.find(({ hrefs }) => base !== undefined && hrefs[0] === base);
  if (own !== undefined) {
    throw refuseInput(place, `asset "${own.key}" of item ${shown(document)} that is the item itself`, "another file");
  }
  return chosen;
}

/** Returns an id as the name of a file, on which every tool agrees. */
export function plainId(id: Json | undefined, usual: string): string {
  const text =
    typeof id === "string"
      ? id
          .replaceAll(/[^A-Za-z0-9._-]/g, "_")
          .replace(/^\.+/, "")
          .slice(0, 128)
      : "";
  return text === "" ? usual : text;
}

function shown({ id }: JsonObject): string {
  return `"${typeof id === "string" ? id : ""}"`;
}

function assetOf(key: string, document: JsonObject, base: string | undefined): Asset {
  const { alternate } = document;
  const others = isJsonObject(alternate) ? Object.values(alternate) : [];
  const hrefs = [document, ...others].flatMap((one) =>
    isJsonObject(one) && typeof one.href === "string"
      ? [URL.canParse(one.href, base) ? new URL(one.href, base).href : one.href]
      : [],
  );
  return { key, document, hrefs, ...defined({ size: sizeOf(document), sha256: sha256Of(document) }) };
}

function sizeOf(document: JsonObject): number | undefined {
  const size = doubleOf(document["file:size"]);
  return size !== undefined && size >= 0 ? size : undefined;
}

/** A multihash of SHA-256, as the extension `file` of STAC writes it: kind 12, length 20, both in hex. */
function sha256Of({ "file:checksum": checksum }: JsonObject): string | undefined {
  return typeof checksum === "string" ? /^1220([0-9a-f]{64})$/i.exec(checksum)?.[1]?.toLowerCase() : undefined;
}

function fits({ key, document }: Asset, word: string): boolean {
  const { roles, type } = document;
  if (key === word || (Array.isArray(roles) && roles.includes(word))) return true;
  return word.includes("/") && typeof type === "string" && isOfType(type, word);
}
