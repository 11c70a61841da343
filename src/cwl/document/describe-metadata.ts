import * as v from "valibot";
import { defined, unlessEmpty } from "../../domain/defined.ts";
import { type AnyNumber, ExactNumber, isNumber } from "../../domain/values/exact-number.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import type { CwlProcess } from "./schema.ts";

/** What a document says of itself in the words of schema.org, as published packages do. */
export type CwlMetadata = {
  readonly version?: string;
  readonly keywords?: string[];
  readonly metadata?: JsonObject[];
};

/** What is told of a package, and what it is called in a description. Of several names the first one that is there counts. */
const told: readonly { readonly names: readonly string[]; readonly role: string; readonly title?: string }[] = [
  { names: ["author", "creator"], role: "author" },
  { names: ["contributor"], role: "contributor" },
  { names: ["publisher", "sourceOrganization"], role: "publisher" },
  { names: ["license"], role: "license", title: "License" },
  { names: ["codeRepository"], role: "codeRepository", title: "Source code" },
  { names: ["citation"], role: "citation", title: "Citation" },
];

/** Describes what a process says of its version, words, authors, licence and source code: texts or objects. */
export function describeMetadata({ extensions }: Pick<CwlProcess, "extensions">): CwlMetadata {
  // Some packages say their version by the other name that schema.org has for it.
  const version = said(extensions, "softwareVersion") ?? said(extensions, "version");
  const keywords = listOf(said(extensions, "keywords"))
    .flatMap((word) => (typeof word === "string" ? word.split(",") : (textOf(memberOf(word, "name")) ?? [])))
    .map((word) => word.trim())
    .filter((word) => word !== "");
  const metadata = told.flatMap(({ names, role, title }) => {
    const found = names.map((name) => said(extensions, name)).find((one) => one !== undefined && one !== null);
    return listOf(found).flatMap((one) => entriesOf(one, role, title));
  });
  return defined({
    version: textOf(isJsonObject(version) ? (memberOf(version, "version") ?? memberOf(version, "name")) : version),
    keywords: unlessEmpty(keywords),
    metadata: unlessEmpty(metadata),
  });
}

/** The vocabulary of what a package says for this server. */
const ownNames = ["urn:heddle:cwl:assets", "heddle:assets"];

const AssetsSchema = v.union([
  v.pipe(
    v.string(),
    v.minLength(1),
    v.transform((word) => [word]),
  ),
  v.pipe(v.array(v.pipe(v.string(), v.minLength(1))), v.minLength(1), v.maxLength(100)),
]);

/**
 * Reads which assets of STAC items a package wants (`heddle:assets`), as `heddle.assets` of a description says it; with the fault of
 * one that says something else.
 */
export function describeAssets({ extensions }: Pick<CwlProcess, "extensions">): {
  readonly assets?: string[];
  readonly fault?: string;
} {
  const name = ownNames.find((one) => extensions[one] !== undefined);
  if (name === undefined) return {};
  const outcome = v.safeParse(AssetsSchema, extensions[name]);
  if (outcome.success) return { assets: outcome.output };
  const found = JSON.stringify(extensions[name]).slice(0, 200);
  return { fault: `heddle:assets: found ${found}, wanted a list of 1 to 100 keys, roles or media types of assets` };
}

function listOf(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return [];
  return isList(value) ? value : [value];
}

/** The names of schema.org are written with http and https, with any prefix, and by some with none declared. */
function said(extensions: JsonObject, name: string): Json | undefined {
  const names = [`https://schema.org/${name}`, `http://schema.org/${name}`, `https://schema.org${name}`];
  const all = [...names, `http://schema.org${name}`, `s:${name}`, `schema:${name}`];
  return all.map((one) => extensions[one]).find((value) => value !== undefined);
}

/** Members inside an object keep the prefix that the document gives the vocabulary. */
function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (!isJsonObject(value)) return undefined;
  return Object.entries(value).find(
    ([key]) => key === name || key.endsWith(`:${name}`) || key.endsWith(`/${name}`),
  )?.[1];
}

/** Writes a text or an object as entries of a description's metadata (OGC 18-062r2, metadata.yaml). */
function entriesOf(given: Json, role: string, title: string | undefined): readonly JsonObject[] {
  const text = textOf(given);
  if (text !== undefined) return [isUrl(text) ? { role, title: title ?? text, href: text } : { role, title: text }];
  const name = nameOf(given);
  const urls = ["identifier", "@id", "id", "url", "sameAs"].map((one) => textOf(memberOf(given, one)));
  const email = textOf(memberOf(given, "email"))?.replace(/^mailto:/, "");
  const mail = email === undefined ? undefined : `mailto:${email}`;
  const page = urls.find((one) => one !== undefined && isUrl(one));
  const href = page ?? mail;
  const shown = name ?? email ?? (href === undefined ? undefined : (title ?? href));
  if (shown === undefined) return [];
  const organisation = organisationOf(given);
  const first = {
    role,
    title: organisation === undefined ? shown : `${shown} (${organisation})`,
    ...defined({ href }),
  };
  // An entry has one address: who has a page and a mail address has two.
  return page === undefined || email === undefined || mail === undefined
    ? [first]
    : [first, { role, title: email, href: mail }];
}

function nameOf(given: Json): string | undefined {
  const names = [memberOf(given, "givenName"), memberOf(given, "familyName")].flatMap((one) => textOf(one) ?? []);
  const whole = textOf(memberOf(given, "name")) ?? textOf(memberOf(given, "title"));
  return whole ?? (names.length === 0 ? undefined : names.join(" "));
}

/** What somebody works for. */
function organisationOf(given: Json): string | undefined {
  const told = ["affiliation", "worksFor", "memberOf"].map((name) => memberOf(given, name));
  const [first] = told.flatMap((one) => listOf(one));
  return first === undefined ? undefined : (textOf(first) ?? textOf(memberOf(first, "name")));
}

function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}

function textOf(value: Json | undefined): string | undefined {
  if (typeof value === "string") return value.trim() === "" ? undefined : value.trim();
  return value !== undefined && isNumber(value) ? numberText(value) : undefined;
}

function numberText(value: AnyNumber): string {
  return value instanceof ExactNumber ? value.text : String(value);
}
