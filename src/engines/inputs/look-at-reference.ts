import { readFile, stat } from "node:fs/promises";
import { openAddressWords } from "../../domain/people/closed-address.ts";
import { Problem } from "../../domain/problem.ts";
import type { DirectoryValue, FileValue } from "../../domain/values/values.ts";
import { ifExists } from "../../files/disk/file-errors.ts";
import { readDataUrl } from "./data-url.ts";
import { sourceOfDirectory } from "./directory-input.ts";
import type { InputCheck } from "./input-check.ts";
import { dataType, withDescribedType } from "./input-format.ts";
import { type InputPlace, refuseInput } from "./input-place.ts";
import { localFile, type Reference } from "./local-file.ts";
import { requireReadSize, valueOfBytes } from "./read-referenced.ts";

/** How references are looked at before a job is made. */
export type LookDeps = {
  /** Directories below which `file://` inputs may lie. */
  readonly inputRoots: readonly string[];
  /** Finds a file that lies here by the reference to it, such as an upload; undefined for any other. */
  readonly kept: (reference: Reference) => Promise<FileValue | DirectoryValue | undefined>;
  /** Tells whether an address may not be asked, whoever answers there. */
  readonly refuses: (url: string) => boolean;
  readonly check: Pick<InputCheck, "value" | "judge">;
  /** What may still be read of values, in bytes; a longer one is left to the job. */
  readonly room: { leftBytes: number };
};

/** What is wrong with a reference: what it leads to, or the media type that it says. */
export type ReferenceFault = { readonly member: "href" | "type"; readonly detail: string };

/**
 * Looks at what a reference leads to as the run will, by the same code, as far as it lies here: what other servers have is known
 * when it was fetched. Gives what is wrong, or nothing.
 */
export async function lookAtReference(
  deps: LookDeps,
  place: InputPlace,
  reference: Reference,
): Promise<ReferenceFault | undefined> {
  try {
    return await look(deps, place, reference);
  } catch (error) {
    const [fault] = error instanceof Problem ? error.faults : [];
    if (fault === undefined) throw error;
    return { member: "href", detail: fault.detail };
  }
}

async function look(deps: LookDeps, place: InputPlace, reference: Reference): Promise<ReferenceFault | undefined> {
  const { href, mediaType } = reference;
  if (/^data:/i.test(href)) {
    const content = readDataUrl(place, href);
    // What a directory is made of is written first.
    if (place.isDirectory) return undefined;
    const type = mediaType ?? dataType(place, content);
    if (place.isFile) return formatFault(deps, place, reference, { basename: place.inputId, mediaType: type });
    valueOfBytes(deps.check.value, place, content.bytes, { mediaType: type });
    return undefined;
  }
  const found = await foundHere(deps, place, reference);
  if (found === undefined && /^https?:/i.test(href) && deps.refuses(href)) {
    return { member: "href", detail: `found "${href.slice(0, 300)}", wanted ${openAddressWords}` };
  }
  if (found === undefined) return undefined;
  return lookAtFile(deps, place, reference, found);
}

async function foundHere(
  deps: LookDeps,
  place: InputPlace,
  reference: Reference,
): Promise<FileValue | DirectoryValue | undefined> {
  if (/^file:/i.test(reference.href)) return localFile(deps, place, reference);
  const found = await deps.kept(reference);
  if (found === undefined) return undefined;
  const isThere = (await ifExists(stat(found.path))) !== undefined;
  if (!isThere) throw refuseInput(place, "a file whose bytes are gone", "one that is still kept");
  return found;
}

async function lookAtFile(
  deps: LookDeps,
  place: InputPlace,
  reference: Reference,
  found: FileValue | DirectoryValue,
): Promise<ReferenceFault | undefined> {
  if (found.kind === "directory") {
    if (!place.isDirectory) throw refuseInput(place, `a directory ("${found.basename}")`, "a file");
    return undefined;
  }
  if (place.isDirectory) {
    await sourceOfDirectory(place, reference.href, found);
    return undefined;
  }
  if (place.isFile) return formatFault(deps, place, reference, found);
  requireReadSize(place, found.sizeBytes);
  deps.room.leftBytes -= found.sizeBytes;
  if (deps.room.leftBytes < 0) return undefined;
  valueOfBytes(deps.check.value, place, await readFile(found.path), found);
  return undefined;
}

/** Compares the media type of a file, be it said or known, with what the engine takes. */
function formatFault(
  { check }: LookDeps,
  place: InputPlace,
  { mediaType: said }: Reference,
  file: Pick<FileValue, "basename" | "mediaType">,
): ReferenceFault | undefined {
  // Of files inside values the engine knows more.
  if (place.inner !== undefined) return undefined;
  const { mediaType } = said === undefined ? withDescribedType(file, place.formats) : { mediaType: said };
  const detail = mediaType === undefined ? undefined : check.judge?.format(place.inputId, mediaType);
  if (detail === undefined) return undefined;
  const way = said === undefined ? "; say its media type where it is one of these all the same" : "";
  return { member: said === undefined ? "href" : "type", detail: detail + way };
}
