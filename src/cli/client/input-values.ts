import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { isDirectorySchema } from "../../domain/processes/described.ts";
import { holdsInnerFiles } from "../../domain/values/inner-files.ts";
import { isJsonObject, type Json, type JsonObject, parseExact } from "../../domain/values/json.ts";
import { essenceOf } from "../../domain/values/media-type.ts";
import { ifExists } from "../../files/disk/file-errors.ts";
import type { Io } from "../command.ts";
import type { Client } from "./client.ts";
import { packDirectory } from "./pack-directory.ts";
import { uploadFile } from "./upload-file.ts";

/** One input as it was written, and the schema that the process describes it with. */
export type WrittenInput = { readonly name: string; readonly text: string; readonly schema: Json | undefined };

/** Uploads files, and collects the tokens that a request shows for them. */
export type Uploads = { readonly client: Client; readonly io: Io; readonly tokens: string[] };

/**
 * Reads the value of an input: `@FILE` is uploaded (`@-` is stdin), the address of a File is a reference, text stays
 * text, and anything else is JSON where it can be.
 */
export async function readInputValue(uploads: Uploads, input: WrittenInput): Promise<Json> {
  const { name, text, schema } = input;
  if (text.startsWith("@")) return upload(uploads, text.slice(1), schema);
  const uploaded = /^vault:\/\/([\w-]+)#([\w.~+/=-]+)$/.exec(text);
  if (uploaded !== null) return alreadyUploaded(uploads, uploaded);
  const inner = isJsonObject(schema) && holdsInnerFiles(schema) && /^\s*[{[]/.test(text) ? schema : undefined;
  if (inner !== undefined) return withInnerFiles(uploads, inner, readJson(text));
  if (isFileSchema(schema)) {
    const value = asReference(/^\s*[{[]/.test(text) ? readJson(text) : text);
    if (value === text && existsSync(text)) {
      uploads.io.talk(`input "${name}": its content is the text "${text}"; ${name}=@${text} uploads the file\n`);
    }
    return value;
  }
  return isTextSchema(schema) ? text : readJson(text);
}

/** Checks whether a schema describes a file: itself, or one of several to choose from. */
function isFileSchema(schema: Json | undefined): boolean {
  if (!isJsonObject(schema)) return false;
  const { contentEncoding, contentMediaType, items, anyOf, oneOf, allOf } = schema;
  if (typeof contentEncoding === "string" || typeof contentMediaType === "string") return true;
  const inner = [items, ...[anyOf, oneOf, allOf].flatMap((list) => (Array.isArray(list) ? list : []))];
  return inner.some((schema: Json | undefined) => isFileSchema(schema));
}

function isTextSchema(schema: Json | undefined): boolean {
  if (!isJsonObject(schema)) return false;
  const types: readonly Json[] = Array.isArray(schema.type) ? schema.type : [schema.type ?? null];
  return types.includes("string") && types.every((type) => type === "string" || type === "null");
}

/** Builds a reference of each address, also in a list. */
function asReference(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => asReference(item));
  return typeof value === "string" && /^([a-z][a-z0-9+.-]*:\/\/|data:)\S*$/i.test(value) ? { href: value } : value;
}

function readJson(text: string): Json {
  try {
    return parseExact(text);
  } catch {
    // What is no JSON is text; the service says so when it wanted something else.
    return text;
  }
}

/** Uploads what is named by @FILE, and builds references of addresses, where files stand in a list or record. */
async function withInnerFiles(uploads: Uploads, schema: JsonObject, value: Json): Promise<Json> {
  if (typeof value === "string") {
    if (!isFileSchema(schema)) return value;
    return value.startsWith("@") ? upload(uploads, value.slice(1), schema) : asReference(value);
  }
  const alternatives = [schema.anyOf, schema.oneOf].flatMap((list) => (Array.isArray(list) ? list : []));
  const { items, properties } =
    [schema, ...alternatives.filter(isJsonObject)].find((one) =>
      isJsonObject(Array.isArray(value) ? one.items : one.properties),
    ) ?? {};
  if (Array.isArray(value) && isJsonObject(items)) {
    const read: Json[] = [];
    for (const one of value) read.push(await withInnerFiles(uploads, items, one));
    return read;
  }
  if (!isJsonObject(value) || !isJsonObject(properties)) return value;
  const members: [string, Json][] = [];
  for (const [name, one] of Object.entries(value)) {
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
    members.push([name, isJsonObject(own) ? await withInnerFiles(uploads, own, one) : one]);
  }
  return Object.fromEntries(members);
}

async function upload({ client, io, tokens }: Uploads, path: string, schema: Json | undefined): Promise<Json> {
  const takesDirectory = isJsonObject(schema) && isDirectorySchema(schema) && (await isDirectory(path));
  await using packed = takesDirectory ? await packDirectory(path) : undefined;
  const { id, token, type } = await uploadFile({ client, io }, packed?.path ?? path);
  tokens.push(`token ${token}; id=${id}`);
  return { href: `vault://${id}`, ...(type === "" ? {} : { type: essenceOf(type) }) };
}

/** Builds the reference of a word that `heddle upload` printed, and keeps the token for the request. */
function alreadyUploaded({ tokens }: Uploads, [, id = "", token = ""]: RegExpExecArray): Json {
  tokens.push(`token ${token}; id=${id}`);
  return { href: `vault://${id}` };
}

async function isDirectory(path: string): Promise<boolean> {
  return path !== "-" && ((await ifExists(stat(path)))?.isDirectory() ?? false);
}
