import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isJsonObject, type JsonObject } from "../../domain/values/json.ts";
import type { DirectoryValue } from "../../domain/values/values.ts";
import { directoryMode, isPlainName } from "../../files/layout.ts";
import type { DirectoryDeps, Target } from "./directory-deps.ts";
import { askAll, requireRoom } from "./fetching-room.ts";
import { refuseInput } from "./input-place.ts";

/** A file of a folder: the names that lead to it, and where it is fetched. */
export type FolderLink = { readonly names: readonly string[]; readonly url: string };

const maxFiles = 10_000;

/**
 * Lists the files of a page of links, as web servers make them for a folder: each link that leads to a file below the page's own address.
 * Folders below it are not followed.
 */
export function linksOfPage(text: string, address: string): readonly FolderLink[] {
  const hrefs = [...text.matchAll(/<a\s[^>]{0,2000}?href\s*=\s*(?:"([^"]{0,4000})"|'([^']{0,4000})')/gi)];
  const links = hrefs.flatMap(
    ([, double, single]) => linkBelow((double ?? single ?? "").replaceAll("&amp;", "&"), address) ?? [],
  );
  return [...new Map(links.map((link) => [link.url, link])).values()];
}

/** Lists the files of a folder in the form in which this server lists a directory; undefined for any other document. */
export function linksOfListing({ files }: JsonObject, address: string): readonly FolderLink[] | undefined {
  if (!Array.isArray(files)) return undefined;
  const links = files.flatMap((file) => {
    if (!isJsonObject(file) || typeof file.href !== "string") return [];
    return linkBelow(file.href, address) ?? [];
  });
  return links.length === files.length ? links : undefined;
}

/** Undefined for a link to elsewhere, to a folder, or to another view of the page. */
function linkBelow(href: string, address: string): FolderLink | undefined {
  if (!URL.canParse(href, address)) return undefined;
  const url = new URL(href, address);
  const top = new URL(".", address);
  if (url.origin !== top.origin || url.search !== "" || !url.pathname.startsWith(top.pathname)) return undefined;
  const names = url.pathname.slice(top.pathname.length).split("/").map(decoded);
  if (!names.every((name) => isPlainName(name) && name.isWellFormed())) return undefined;
  url.hash = "";
  return { names, url: url.href };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** Fetches the files of a folder into a directory of its own. Sizes are asked first, so that what is too large is not begun. */
export async function fetchFolder(
  deps: DirectoryDeps,
  { place, directory }: Target,
  address: string,
  links: readonly FolderLink[],
): Promise<DirectoryValue> {
  if (links.length === 0) throw refuseInput(place, "a folder without files", "links to files below its own address");
  if (links.length > maxFiles) throw refuseInput(place, `a folder of ${links.length} files`, `at most ${maxFiles}`);
  const facts = await askAll(links, ({ url }) => deps.factsOf(url));
  const bytes = facts.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);
  const room = await requireRoom(deps, place, { files: links.length, bytes });
  const path = join(directory, "folder");
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true, mode: directoryMode });
  for (const { names, url } of links) {
    const file = await deps.download(url, join(directory, "fetched"));
    room.count(file.sizeBytes);
    const target = join(path, ...names);
    await mkdir(dirname(target), { recursive: true, mode: directoryMode });
    await rename(file.path, target);
  }
  const name = decoded(new URL(".", address).pathname.split("/").at(-2) ?? "");
  return { kind: "directory", path, basename: isPlainName(name) ? name : "folder" };
}
