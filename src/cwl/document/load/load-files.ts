import { defined } from "../../../domain/defined.ts";
import { isJsonObject, isList, type Json } from "../../../domain/values/json.ts";
import type { FileDemands, OutputBinding, SecondaryFile } from "../schema.ts";
import {
  type Field,
  fault,
  isPresent,
  items,
  member,
  oneOrMore,
  optionalBoolean,
  refuseUnknownMembers,
  stringList,
  unexpected,
} from "./field.ts";
import {
  asExpression,
  expandName,
  holdsExpression,
  isSince,
  type LoadContext,
  loadListingMode,
  optionalExpression,
} from "./load-context.ts";

/** Reads `secondaryFiles`: patterns as strings (a last `?` says optional) or as `{pattern, required}`. */
export function loadSecondaryFiles(context: LoadContext, field: Field): readonly SecondaryFile[] {
  return oneOrMore(field).flatMap((item) => {
    if (!isJsonObject(item.value)) {
      const pattern = asExpression(context, item, "a pattern or an object with a pattern");
      if (pattern === undefined) return [];
      return [isSince(context, "v1.1") ? withoutMark(pattern) : { pattern }];
    }
    refuseUnknownMembers(item, ["pattern", "required"]);
    if (!isSince(context, "v1.1")) unexpected(item, "a string");
    const pattern = asExpression(context, member(item, "pattern"));
    if (pattern === undefined) return [];
    const required = member(item, "required");
    if (!isPresent(required)) return [withoutMark(pattern)];
    if (typeof required.value === "boolean") return [{ ...withoutMark(pattern), isRequired: required.value }];
    const text = asExpression(context, required, "true, false or an expression");
    return text === undefined ? [] : [{ pattern, isRequired: text }];
  });
}

/** A question mark at the end says that a file is optional. */
function withoutMark(pattern: string): SecondaryFile {
  return pattern.endsWith("?") ? { pattern: pattern.slice(0, -1), isRequired: false } : { pattern };
}

/** Reads an outputBinding when it is there. */
export function loadOutputBinding(context: LoadContext, field: Field): OutputBinding | undefined {
  if (!isPresent(field)) return undefined;
  if (!isJsonObject(field.value)) unexpected(field, "an object");
  refuseUnknownMembers(field, ["glob", "loadContents", "loadListing", "outputEval"]);
  const globs = oneOrMore(member(field, "glob"));
  const outputEval = optionalExpression(context, field, "outputEval");
  return {
    loadContents: optionalBoolean(field, "loadContents", false),
    ...(globs.length === 0 ? {} : { glob: globs.flatMap((glob) => asExpression(context, glob) ?? []) }),
    ...loadListingMode(field),
    ...defined({ outputEval }),
  };
}

/**
 * Checks the Files in a value that stands in the document itself. Where local files are not allowed, a File may only
 * bring its contents along: a location would let a document read what its author may not.
 */
export function checkLocations(context: LoadContext, field: Field): void {
  if (isList(field.value)) {
    for (const item of items(field)) checkLocations(context, item);
    return;
  }
  if (!isJsonObject(field.value)) return;
  const isFile = field.value.class === "File" || field.value.class === "Directory";
  for (const name of Object.keys(field.value)) {
    const found = member(field, name);
    if (isFile && (name === "location" || name === "path")) checkLocation(context, found);
    else checkLocations(context, found);
  }
}

function checkLocation(context: LoadContext, field: Field): void {
  const location: Json | undefined = field.value;
  if (typeof location !== "string") unexpected(field, "a string");
  else if (!context.allowsLocalFiles) {
    fault(field, `found location "${location}", wanted the file's contents in the document itself`);
  } else if (/^[a-z][a-z0-9+.-]*:/i.test(location) && !location.startsWith("file://")) {
    fault(field, `found location "${location}", wanted a file of this machine`);
  }
}

/** Reads what a parameter or a record's field asks of its files. */
export function loadDemands(context: LoadContext, field: Field): FileDemands {
  return {
    formats: loadFormats(context, field),
    secondaryFiles: loadSecondaryFiles(context, member(field, "secondaryFiles")),
    loadContents:
      optionalBoolean(field, "loadContents", false) ||
      optionalBoolean(member(field, "inputBinding"), "loadContents", false),
    ...loadListingMode(field),
  };
}

function loadFormats(context: LoadContext, field: Field): readonly string[] {
  return stringList(field, "format").map((name) => {
    if (holdsExpression(context, field, name)) return name;
    return expandName(context, name);
  });
}
