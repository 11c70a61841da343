import { defined } from "../../domain/defined.ts";
import { mayDo } from "../../domain/people/access.ts";
import { type Fault, Problem } from "../../domain/problem.ts";
import type { VaultDeps } from "../../operations/uploads/keep-vault-file.ts";
import type { NamedText } from "../../operations/uploads/read-input-file.ts";
import { type FormValues, parts } from "../../pages/form/field.ts";
import { fillNames } from "../../pages/form/fill-view.tsx";
import { boundaryOf, type MultipartPart, parseDisposition } from "../../wire/multipart.ts";
import type { RouteContext } from "../route.ts";
import { keepFormFile } from "./form-file.ts";
import { formParts } from "./form-parts.ts";
import { type BodyLimits, bodyText, tooLarge } from "./read-body.ts";

/** What a browser sent, and what of it was not taken, by the names of fields. */
export type SentForm = {
  readonly values: FormValues;
  readonly refused: readonly Fault[];
  /** Of which texts there is too much, where all of them are longer than a request may be. */
  readonly tooLong: readonly Fault[];
  /** The file that the form is to be filled in from. */
  readonly file?: NamedText;
};

type FormValueDeps = VaultDeps & { readonly settings: Pick<BodyLimits, "maxBodyBytes"> };

/** What may be sent of a form, in bytes, by who may neither execute nor upload. */
const mostWithoutUploads = 2 ** 21;
/** Twice the texts of a form, so that they can be shortened, a file to fill it in from, and files that are not taken. */
const mostTimes = 4;

/**
 * Reads the fields of a form; files in it are kept as uploads are, and their fields are references. Text that is longer in all than
 * a request may be is a fault of the longest field: up to twice as much is kept, so that it can be shortened. Throws
 * `invalid-parameter-value` for what is no form of a page, and `content-too-large` for what is far too long: of who may neither
 * execute nor upload, that is more than four times what a request may be, and at most 8 MiB in all.
 */
export async function readFormValues(deps: FormValueDeps, context: RouteContext): Promise<SentForm> {
  const { request } = context;
  const boundary = boundaryOf(request.headers.get("content-type") ?? "");
  if (boundary === undefined) throw refuse("no boundary in Content-Type", "multipart/form-data with its boundary");
  using _upload = context.hold("uploads");
  const bounds = boundsOf(deps, context);
  const texts = createTexts(bounds);
  const files = createFiles(deps, context);
  let file: NamedText | undefined;
  for await (const part of formParts(request, boundary, bounds.maxBytes)) {
    const { name, filename } = parseDisposition(part.headers.get("content-disposition"));
    if (name === undefined) throw refuse("a part without a name", "fields of the form");
    if (filename === undefined) await texts.add(name, part);
    else if (filename === "") await requireEmpty(name, part);
    else if (name.endsWith(parts.upload)) await files.add(name.slice(0, -parts.upload.length), part, filename);
    else if (name !== fillNames.file) throw refuse(`a file in field "${name}"`, "a file in the field of one");
    else if (file !== undefined) throw refuse("a second file to fill in from", "one");
    else file = { name: filename.slice(0, 200), text: bodyText(await wholeBytes(part, bounds.maxBodyBytes)) };
  }
  const values: Map<string, readonly string[]> = new Map(texts.values);
  for (const [name, reference] of files.uploads) {
    // The file that was chosen last takes the place of what stood there.
    values.delete(name + parts.address);
    values.set(name + parts.stored, [reference]);
  }
  return { values, refused: files.refused, tooLong: texts.faults(), ...defined({ file }) };
}

/** What a form is held to, in bytes. */
type FormBounds = {
  /** What all texts of it may be, and the file to fill it in from. */
  readonly maxBodyBytes: number;
  readonly maxUploadBytes: number;
  /** All of it; without end for who may upload: each file has bounds of its own. */
  readonly maxBytes: number;
};

/** Who may neither execute nor upload sends no more than a form is worth: on a public service, whoever comes without a key. */
function boundsOf({ settings }: FormValueDeps, { caller }: RouteContext): FormBounds {
  const { maxBodyBytes, maxUploadBytes } = settings;
  if (caller !== undefined && (mayDo(caller, "execute") || mayDo(caller, "upload"))) {
    return { maxBodyBytes, maxUploadBytes, maxBytes: Number.POSITIVE_INFINITY };
  }
  const most = Math.min(maxBodyBytes, mostWithoutUploads);
  return { maxBodyBytes: most, maxUploadBytes: 0, maxBytes: mostTimes * most };
}

/** A field of a file in which none was chosen comes along empty. */
async function requireEmpty(name: string, { content }: MultipartPart): Promise<void> {
  for await (const _ of content) throw refuse(`a file without a name in field "${name}"`, "its name");
}

/** Collects the files of a form: the references of those that were kept, and what is told of the others. */
function createFiles(deps: FormValueDeps, context: RouteContext) {
  const uploads = new Map<string, string>();
  const refused: Fault[] = [];
  const mostRefusedBytes = mostTimes * deps.settings.maxUploadBytes;
  let [count, refusedBytes] = [0, 0];
  return {
    uploads,
    refused,
    async add(field: string, part: MultipartPart, filename: string): Promise<void> {
      count += 1;
      if (count > maxFiles) throw refuse(`more than ${maxFiles} files`, "fewer: many of them as one archive");
      if (refused.length >= maxRefused) throw refuse(`more than ${maxRefused} files that are not taken`, "fewer");
      let readBytes = 0;
      const content = passing(part.content, (bytes) => {
        readBytes += bytes;
      });
      const kept = await uploadOf(deps, context, { ...part, content }, filename);
      if ("reference" in kept) {
        uploads.set(field, kept.reference);
        return;
      }
      // What is not taken was read all the same, for the fields behind it.
      refusedBytes += readBytes;
      if (refusedBytes > mostRefusedBytes) throw tooLarge(`more than ${mostRefusedBytes}`, mostRefusedBytes);
      refused.push({ pointer: field, detail: kept.refusal });
    },
  };
}

async function* passing(content: AsyncIterable<Uint8Array>, told: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    told(chunk.byteLength);
    yield chunk;
  }
}

/** Who has not signed in may fill in a form, and upload nothing: its files are passed over. */
async function uploadOf(deps: FormValueDeps, context: RouteContext, part: MultipartPart, filename: string) {
  if (context.caller !== undefined) return keepFormFile(deps, context, part, filename);
  return { refusal: "files are taken of who has signed in: choose it again then" };
}

async function wholeBytes({ content }: MultipartPart, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of content) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) throw tooLarge(`more than ${maxBytes}`, maxBytes);
    chunks.push(Uint8Array.from(chunk));
  }
  return Buffer.concat(chunks);
}

const maxFields = 5000;
const maxFiles = 1000;
const maxRefused = 50;

/** Collects the texts of a form, and counts their bytes: a text that has no room any more leaves it for those behind it. */
function createTexts({ maxBodyBytes, maxUploadBytes }: FormBounds) {
  const values = new Map<string, string[]>();
  const sizes = new Map<string, number>();
  const dropped = new Set<string>();
  const [mostKept, mostRead] = [2 * maxBodyBytes, 2 * Math.max(maxBodyBytes, maxUploadBytes)];
  let [readBytes, keptBytes] = [0, 0];
  return {
    values,
    async add(name: string, { content }: MultipartPart): Promise<void> {
      const chunks: Uint8Array[] = [];
      let sizeBytes = name.length;
      for await (const chunk of content) {
        sizeBytes += chunk.byteLength;
        if (readBytes + sizeBytes > mostRead) throw tooLarge(`more than ${mostRead}`, maxBodyBytes);
        if (keptBytes + sizeBytes <= mostKept) chunks.push(Uint8Array.from(chunk));
      }
      readBytes += sizeBytes;
      sizes.set(name, (sizes.get(name) ?? 0) + sizeBytes);
      if (sizes.size > maxFields) throw refuse(`more than ${maxFields} fields`, "fields of the form");
      if (keptBytes + sizeBytes > mostKept) {
        dropped.add(name);
        return;
      }
      keptBytes += sizeBytes;
      const text = bodyText(Buffer.concat(chunks));
      const before = values.get(name);
      if (before === undefined) values.set(name, [text]);
      else before.push(text);
    },
    /** Says what is wrong with the longest text, and with those that were not kept. */
    faults(): readonly Fault[] {
      if (readBytes <= maxBodyBytes) return [];
      const [longest] = [...sizes].toSorted(([, one], [, other]) => other - one);
      const names = new Set([...(longest === undefined ? [] : [longest[0]]), ...dropped]);
      return [...names].map((name) => {
        const found = `found ${sizes.get(name)} bytes of text, wanted at most ${maxBodyBytes} in the whole form`;
        const isLost = dropped.has(name) ? "; it was too long to stand here again" : "";
        return { pointer: name, detail: `${found}: shorten it, or give it as a file${isLost}` };
      });
    },
  };
}

function refuse(found: string, wanted: string): Problem {
  return new Problem("invalid-parameter-value", `Cannot read the form: found ${found}, wanted ${wanted}`);
}
