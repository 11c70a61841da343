import { defined } from "../../domain/defined.ts";
import { type Fault, Problem } from "../../domain/problem.ts";
import type { VaultDeps } from "../../operations/uploads/keep-vault-file.ts";
import type { NamedText } from "../../operations/uploads/read-input-file.ts";
import { type FormValues, parts } from "../../pages/form/field.ts";
import { fillNames } from "../../pages/form/fill-view.tsx";
import { boundaryOf, type MultipartPart, parseDisposition, parseMultipart } from "../../wire/multipart.ts";
import type { RouteContext } from "../route.ts";
import { keepFormFile } from "./form-file.ts";
import { type BodyLimits, bodyText, passingChunks, tooLarge } from "./read-body.ts";

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

/**
 * Reads the fields of a form; files in it are kept as uploads are, and their fields are references. Text that is longer in all than
 * a request may be is a fault of the longest field: up to twice as much is kept, so that it can be shortened. Throws
 * `invalid-parameter-value` for what is no form of a page, and `content-too-large` for what is far too long.
 */
export async function readFormValues(deps: FormValueDeps, context: RouteContext): Promise<SentForm> {
  const { request } = context;
  const boundary = boundaryOf(request.headers.get("content-type") ?? "");
  if (boundary === undefined) throw refuse("no boundary in Content-Type", "multipart/form-data with its boundary");
  using _upload = context.hold("uploads");
  // Who has not signed in uploads nothing, and may send no more than that is worth.
  const bounds = context.caller === undefined ? { ...deps.settings, maxUploadBytes: 0 } : deps.settings;
  const texts = createTexts(bounds);
  const uploads = new Map<string, string>();
  const refused: Fault[] = [];
  let file: NamedText | undefined;
  for await (const part of parseMultipart(passingChunks(request), boundary)) {
    const { name, filename } = parseDisposition(part.headers.get("content-disposition"));
    if (name === undefined) throw refuse("a part without a name", "fields of the form");
    if (filename !== undefined) {
      if (name === fillNames.file) {
        if (filename !== "") file = { name: filename.slice(0, 200), text: await wholeText(part, deps.settings) };
        continue;
      }
      if (!name.endsWith(parts.upload)) throw refuse(`a file in field "${name}"`, "a file in the field of one");
      if (filename === "") continue;
      if (refused.length >= maxRefused) throw refuse(`more than ${maxRefused} files that are not taken`, "fewer");
      const field = name.slice(0, -parts.upload.length);
      const upload = await uploadOf(deps, context, part, filename);
      if ("reference" in upload) uploads.set(field, upload.reference);
      else refused.push({ pointer: field, detail: upload.refusal });
      continue;
    }
    await texts.add(name, part);
  }
  const values = new Map(texts.values);
  for (const [name, reference] of uploads) {
    // The file that was chosen last takes the place of what stood there.
    values.delete(name + parts.address);
    values.set(name + parts.stored, [reference]);
  }
  return { values, refused, tooLong: texts.faults(), ...defined({ file }) };
}

/** Who has not signed in may fill in a form, and upload nothing. */
async function uploadOf(deps: FormValueDeps, context: RouteContext, part: MultipartPart, filename: string) {
  if (context.caller !== undefined) return keepFormFile(deps, context, part, filename);
  await wholeBytes(part, deps.settings);
  return { refusal: "files are taken of who has signed in: choose it again then" };
}

async function wholeText(part: MultipartPart, settings: FormValueDeps["settings"]): Promise<string> {
  return bodyText(await wholeBytes(part, settings));
}

async function wholeBytes({ content }: MultipartPart, { maxBodyBytes }: FormValueDeps["settings"]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of content) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBodyBytes) throw tooLarge(`more than ${maxBodyBytes}`, maxBodyBytes);
    chunks.push(Uint8Array.from(chunk));
  }
  return Buffer.concat(chunks);
}

const maxFields = 5000;
const maxRefused = 50;

/** Collects the texts of a form, and counts their bytes: a text that has no room any more leaves it for those behind it. */
function createTexts({ maxBodyBytes, maxUploadBytes }: FormValueDeps["settings"]) {
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
      values.set(name, [...(values.get(name) ?? []), bodyText(Buffer.concat(chunks))]);
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
