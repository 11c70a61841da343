import { defined } from "../../domain/defined.ts";
import { extensionOf } from "../../domain/values/media-type.ts";
import type { DirectoryResult, FileResult, PlainValue, Result, Results } from "../../domain/values/values.ts";
import { type ZipEntry, zipStream } from "../../files/archives/zip-stream.ts";
import { openOutput } from "../../files/jobs/outputs.ts";
import type { Layout } from "../../files/layout.ts";
import { directoryEntries } from "./read-directory.ts";

/** Gives the bytes of a value of an output as they are sent by themselves, with their media type. */
export type LiteralOf = (
  outputId: string,
  value: PlainValue,
) => { readonly bytes: Uint8Array; readonly mediaType: string };

/**
 * Packs results as one zip archive while it is read. Files and directories stand below the id of their output, as they are published;
 * a value is a file of the name of its output, a list of values one JSON file, and what is only linked a JSON file with the link.
 * Entries have the time `at` (milliseconds since 1970), and SHA256SUMS says their digests.
 * A file that is gone ends the stream with an error.
 */
export function zipResults(
  layout: Layout,
  results: Results,
  literalOf: LiteralOf,
  at?: number,
): ReadableStream<Uint8Array> {
  const entries = Object.entries(results).flatMap(([id, result]) =>
    entriesOf({ layout, literalOf: (value) => literalOf(id, value) }, result, plainName(id)),
  );
  const own = withOwnNames([...entries, bytesEntry("SHA256SUMS", new Uint8Array())]);
  // Its bytes are known when those of the others are.
  return zipStream(own.slice(0, -1), defined({ at, sumsName: own.at(-1)?.name }));
}

type PackDeps = {
  readonly layout: Layout;
  readonly literalOf: (value: PlainValue) => ReturnType<LiteralOf>;
};

function entriesOf(deps: PackDeps, result: Result, name: string): readonly ZipEntry[] {
  switch (result.kind) {
    case "value": {
      const { bytes, mediaType } = deps.literalOf(result);
      return [bytesEntry(`${name}${extensionOf(mediaType)}`, bytes)];
    }
    case "link":
      return [jsonEntry(name, { href: result.href, type: result.mediaType })];
    case "file":
      return fileEntries(deps.layout, result, name);
    case "directory":
      return directoryEntries(deps.layout, result, `${name}/${result.basename}`);
    case "list": {
      const values = result.items.flatMap((item) => (item.kind === "value" ? [item.value] : []));
      if (values.length === result.items.length) return [jsonEntry(name, values)];
      return result.items.flatMap((item, index) => entriesOf(deps, item, itemName(item, name, String(index + 1))));
    }
    case "record":
      return Object.entries(result.members).flatMap(([member, item]) =>
        entriesOf(deps, item, itemName(item, name, plainName(member))),
      );
    default:
      return result satisfies never;
  }
}

/** Files of one list have names of their own already. */
function itemName(item: FileResult | DirectoryResult | Result, name: string, part: string): string {
  return item.kind === "file" || item.kind === "directory" ? name : `${name}/${part}`;
}

function fileEntries(layout: Layout, file: FileResult, name: string): readonly ZipEntry[] {
  const below = file.reference.split("/").slice(1).map(decodeURIComponent).join("/");
  const own: ZipEntry = {
    name: `${name}/${file.basename}`,
    sizeBytes: file.sizeBytes,
    open: async () => (await openOutput(layout, below))?.path,
  };
  return [own, ...(file.secondaryFiles ?? []).flatMap((secondary) => fileEntries(layout, secondary, name))];
}

function jsonEntry(name: string, value: unknown): ZipEntry {
  return bytesEntry(`${name}.json`, new TextEncoder().encode(JSON.stringify(value)));
}

function bytesEntry(name: string, bytes: Uint8Array): ZipEntry {
  return { name, sizeBytes: bytes.byteLength, open: () => Promise.resolve(bytes) };
}

/** An id may be any text: in an archive it is one name, which leads nowhere else. */
function plainName(id: string): string {
  const name = id.replaceAll(/[/\\:\p{Cc}]/gu, "_");
  return /^\.*$/.test(name) ? `_${name}` : name;
}

/** Gives the second of two entries of one name another one: whoever unpacks them would lose the first. */
function withOwnNames(entries: readonly ZipEntry[]): readonly ZipEntry[] {
  const taken = new Set<string>();
  return entries.map((entry) => {
    const { name } = entry;
    const dot = name.lastIndexOf(".") > name.lastIndexOf("/") + 1 ? name.lastIndexOf(".") : name.length;
    let own = name;
    for (let count = 2; taken.has(own); count += 1) own = `${name.slice(0, dot)}-${count}${name.slice(dot)}`;
    taken.add(own);
    return { ...entry, name: own };
  });
}
