import { defined } from "../../../domain/defined.ts";
import { mayDo, type Principal } from "../../../domain/people/access.ts";
import type { ProcessDescription } from "../../../domain/processes/process.ts";
import { type OwnPlaces, readOwnLink } from "../../../domain/values/own-links.ts";
import type { VaultDeps } from "../../../operations/uploads/keep-vault-file.ts";
import type { ListedUpload } from "../../../operations/uploads/list-uploads.ts";
import { findNamedUploads, listOwnUploads } from "../../../operations/uploads/name-uploads.ts";
import { mayNameUpload, vaultPrefix } from "../../../operations/uploads/references.ts";
import { outputsOf } from "../../../pages/form/extras.ts";
import { type Field, type FormValues, parts, type Shape, withoutTokens } from "../../../pages/form/field.ts";
import { readForm } from "../../../pages/form/read-form.ts";
import type { FormState, OfferedUpload } from "../../../pages/form/state.ts";
import type { RouteContext } from "../../route.ts";

export type FormUploadDeps = Pick<VaultDeps, "database" | "clock">;

/** A list of more is longer than anybody reads. */
const maxOffered = 50;

/**
 * Adds to a form the uploads that its files may be, and what is known of those that it names. Tokens of one's own uploads are not
 * needed, and leave the form.
 */
export async function withUploads(
  deps: FormUploadDeps,
  { caller, baseUrl, calledUrl }: Pick<RouteContext, "caller" | "baseUrl" | "calledUrl">,
  description: ProcessDescription,
  form: FormState,
): Promise<FormState> {
  if (caller === undefined || !mayDo(caller, "upload") || !holdFiles(form.fields)) return form;
  const given = withReferences(form.values, { sites: [baseUrl, calledUrl] });
  const named = await findNamedUploads(deps, caller, referencesIn(given));
  const own = await listOwnUploads(deps, caller, maxOffered + 1);
  const told = [...named].map(([reference, file]): readonly [string, OfferedUpload | undefined] => {
    const plain = file !== undefined && mayNameUpload(caller, file) ? `${vaultPrefix}${file.id}` : reference;
    return [reference, file && offeredOf(file, plain, { caller, baseUrl })];
  });
  const offered = own
    .slice(0, maxOffered)
    .map((file) => offeredOf(file, `${vaultPrefix}${file.id}`, { caller, baseUrl }));
  const values = withStored(given, new Map(told));
  const { request } = readForm(form.fields, withoutTokens(values), outputsOf(description));
  return {
    ...form,
    values,
    ...(form.request === undefined ? {} : { request }),
    uploads: {
      offered,
      named: new Map(told.map(([reference, upload]) => [upload?.reference ?? reference, upload])),
      ...defined({ moreUrl: own.length > maxOffered ? `${baseUrl}/uploads?f=html` : undefined }),
    },
  };
}

/** Tells whether any of some fields, or of those inside them, is one of a file. */
export function holdFiles(fields: readonly Field[]): boolean {
  return fields.some(({ shape }) => holdsFile(shape));
}

function holdsFile(shape: Shape): boolean {
  switch (shape.kind) {
    case "file":
      return true;
    case "rows":
      return holdsFile(shape.item);
    case "group":
      return holdFiles(shape.members);
    case "alternatives":
      return shape.alternatives.some((one) => holdsFile(one.shape));
    default:
      return false;
  }
}

/** Addresses of uploads on this service are references to them. */
function withReferences(values: FormValues, places: OwnPlaces): FormValues {
  const read = (text: string) => {
    const link = readOwnLink(text, places);
    return link?.kind === "upload" ? link.reference : text;
  };
  return new Map(
    [...values].map(([name, texts]) => [name, name.endsWith(parts.address) ? texts.map(read) : texts] as const),
  );
}

function isReference(name: string, text: string): boolean {
  return (name.endsWith(parts.address) || name.endsWith(parts.stored)) && text.trim().startsWith(vaultPrefix);
}

function referencesIn(values: FormValues): readonly string[] {
  return [...values].flatMap(([name, texts]) =>
    texts.filter((text) => isReference(name, text)).map((text) => text.trim()),
  );
}

/** What was typed as a reference is shown as the file that it names. */
function withStored(values: FormValues, named: ReadonlyMap<string, OfferedUpload | undefined>): FormValues {
  const changed = new Map<string, readonly string[]>(values);
  for (const [name, [text = ""]] of values) {
    if (!isReference(name, text)) continue;
    const reference = named.get(text.trim())?.reference ?? text.trim();
    const stored = name.endsWith(parts.address) ? name.slice(0, -parts.address.length) + parts.stored : name;
    if (stored !== name) changed.delete(name);
    changed.set(stored, [reference]);
  }
  return changed;
}

function offeredOf(
  { id, name, mediaType: type, sizeBytes: length, createdAt, user }: ListedUpload["file"],
  reference: string,
  { caller, baseUrl }: { readonly caller: Principal; readonly baseUrl: string },
): OfferedUpload {
  // Others than its user show a token, which no link has.
  const isReadable = caller.user !== undefined && caller.user === user;
  const href = isReadable ? `${baseUrl}/vault/${encodeURIComponent(id)}` : undefined;
  return { reference, name, type, length, created: new Date(createdAt).toISOString(), ...defined({ href }) };
}
