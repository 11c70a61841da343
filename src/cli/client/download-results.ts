import { mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import * as v from "valibot";
import { Problem } from "../../domain/problem.ts";
import { isJsonObject, type Json } from "../../domain/values/json.ts";
import { directoryType } from "../../domain/values/media-type.ts";
import { isPlainName } from "../../files/layout.ts";
import type { Io } from "../command.ts";
import { requireDirectory } from "../require-directory.ts";
import type { Client } from "./client.ts";

/**
 * Downloads the files of a results document into a directory, each below the name of its output, and prints where they are.
 * Throws UsageError for a directory that cannot be written to; `option` names it.
 */
export async function downloadResults(
  client: Client,
  document: Json,
  { option, directory }: { readonly option: string; readonly directory: string },
  io: Io,
): Promise<void> {
  await requireDirectory(option, directory);
  for (const file of linksIn(document)) {
    const folder = join(directory, ...file.way.map((name) => encodeURIComponent(name)));
    const path = join(folder, basename(decodeURIComponent(new URL(file.href).pathname)) || "result");
    const files = file.isDirectory ? await filesOfDirectory(client, file.href) : [{ href: file.href, names: [] }];
    for (const { href, names } of files) {
      const target = join(path, ...names);
      await mkdir(dirname(target), { recursive: true });
      await Bun.write(target, await client.send("GET", href));
    }
    io.out(`${path}\n`);
  }
}

const ListingSchema = v.object({ files: v.array(v.object({ name: v.string(), href: v.string() })) });

/** Lists the files of a result that is a directory, each with the names that lead to it. */
async function filesOfDirectory(
  client: Client,
  href: string,
): Promise<readonly { readonly href: string; readonly names: readonly string[] }[]> {
  const { files } = v.parse(ListingSchema, await client.json("GET", href));
  return files.map((file) => {
    const names = file.name.split("/");
    if (names.every(isPlainName)) return { href: file.href, names };
    throw new Problem("remote-failure", `Cannot download "${file.name}": found a name that leads elsewhere`);
  });
}

type LinkOfResult = { readonly href: string; readonly way: readonly string[]; readonly isDirectory: boolean };

/** Lists the links of a results document, each with the names and numbers that lead to it. */
function linksIn(value: Json, way: readonly string[] = []): readonly LinkOfResult[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => linksIn(item, [...way, String(index)]));
  if (!isJsonObject(value)) return [];
  const { href, type } = value;
  if (way.length > 0 && typeof href === "string") return [{ href, way, isDirectory: type === directoryType }];
  return Object.entries(value).flatMap(([name, member]) => linksIn(member, [...way, name]));
}
