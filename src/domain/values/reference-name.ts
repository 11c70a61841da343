import { isJsonObject, type JsonObject } from "./json.ts";

/**
 * Tells what people call what a reference leads to: the name of the upload, or the last part of its address, without a query,
 * which may hold a secret. Undefined for what has no name, such as data in the address itself. `reference` is an item of a
 * request as it is kept, with `href`, and maybe `name` and `output`.
 */
export function referenceName({ href, name, output }: JsonObject): string | undefined {
  if (typeof name === "string") return name;
  if (isJsonObject(output) && typeof output.path === "string") return lastPart(output.path);
  return typeof href === "string" ? addressName(href) : undefined;
}

/** Tells the name in an address: the last part of its path, or its host. */
export function addressName(href: string): string | undefined {
  if (!URL.canParse(href)) return undefined;
  const { protocol, pathname, hostname } = new URL(href);
  if (!named.includes(protocol)) return undefined;
  return lastPart(pathname) ?? (hostname === "" ? undefined : hostname);
}

const named: readonly string[] = ["http:", "https:", "file:", "s3:", "ftp:"];

function lastPart(path: string): string | undefined {
  const last = path.split("/").findLast((part) => part !== "");
  return last === undefined ? undefined : decoded(last);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // What is no text in percent signs stays as it was written.
    return part;
  }
}
