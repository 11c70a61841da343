import { defined } from "../../../domain/defined.ts";
import { isJsonObject, isList } from "../../../domain/values/json.ts";
import { unionOf } from "../../values/types.ts";
import { customType } from "../custom-types.ts";
import {
  type CommandLineBinding,
  type CwlType,
  type RecordField,
  type SimpleTypeName,
  simpleTypes,
} from "../schema.ts";
import {
  docText,
  entries,
  type Field,
  fault,
  isPresent,
  items,
  member,
  optionalBoolean,
  optionalString,
  refuseUnknownMembers,
  stringList,
  unexpected,
} from "./field.ts";
import { asExpression, type LoadContext, optionalExpression, shortName } from "./load-context.ts";
import { loadDemands, loadOutputBinding } from "./load-files.ts";

const anyType: CwlType = { kind: "Any" };

/** Reads a type in any of its forms: `string`, `File[]?`, a list of alternatives, an object. */
export function loadType(context: LoadContext, field: Field): CwlType {
  if (context.openTypes.length > 0 && !takesPart(context, field)) return anyType;
  if (typeof field.value === "string") return loadTypeName(context, field, field.value);
  if (isList(field.value)) {
    if (field.value.length === 0) unexpected(field, "at least one type");
    return unionOf(items(field).map((item) => loadType(context, item)));
  }
  if (isJsonObject(field.value)) return loadTypeObject(context, field);
  unexpected(field, "a type");
  return anyType;
}

/** Named types in each other: no package has more. */
const maxOpenTypes = 64;

/** Counts a part of a named type that is written out. Reports once that there are too many. */
function takesPart({ openTypes, typeParts }: LoadContext, field: Field): boolean {
  if (typeParts.left <= 0) return false;
  typeParts.left = openTypes.length > maxOpenTypes ? 0 : typeParts.left - 1;
  if (typeParts.left > 0) return true;
  fault(field, "found types that hold each other too often, wanted at most 20000 parts in all and 64 levels");
  return false;
}

/** `?` and `[]` behind a name, each. */
const maxSuffixes = 16;

function loadTypeName(context: LoadContext, field: Field, name: string): CwlType {
  const [suffixes = ""] = /(?:\?|\[\])*$/.exec(name.slice(-4 * maxSuffixes)) ?? [];
  if (suffixes.replaceAll("[]", "?").length > maxSuffixes) {
    unexpected(field, `a type with at most ${maxSuffixes} of "[]" and "?" behind its name`);
    return anyType;
  }
  if (name.endsWith("?")) return unionOf([{ kind: "null" }, loadTypeName(context, field, name.slice(0, -1))]);
  if (name.endsWith("[]")) return { kind: "array", items: loadTypeName(context, field, name.slice(0, -2)) };
  const simple = simpleType(name);
  if (simple === undefined) {
    const custom = customType(name);
    if (custom !== undefined) return custom;
    const own = shortName(name);
    const named = context.types.get(own);
    if (named !== undefined) {
      if (!context.openTypes.includes(own)) {
        return loadType({ ...context, openTypes: [...context.openTypes, own] }, named);
      }
      fault(field, `found type "${name}", which holds itself, wanted no circle`);
      return anyType;
    }
    fault(
      field,
      `found type "${name}", wanted one of ${simpleTypes.join(", ")}, with "[]" for a list and "?" for optional`,
    );
    return anyType;
  }
  return { kind: simple };
}

function simpleType(name: string): SimpleTypeName | undefined {
  return simpleTypes.find((candidate) => candidate === name);
}

function loadTypeObject(context: LoadContext, field: Field): CwlType {
  const kind = member(field, "type");
  const binding = loadOptionalBinding(context, field);
  const bound = defined({ inputBinding: binding });
  switch (kind.value) {
    case "array":
      refuseUnknownMembers(field, ["type", "items", "label", "doc", "name", "inputBinding"]);
      return { kind: "array", items: loadType(context, member(field, "items")), ...bound };
    case "enum": {
      refuseUnknownMembers(field, ["type", "symbols", "label", "doc", "name", "inputBinding"]);
      const symbols = stringList(field, "symbols").map(shortName);
      if (symbols.length === 0) unexpected(member(field, "symbols"), "a list of strings");
      return { kind: "enum", symbols, ...bound };
    }
    case "record":
      refuseUnknownMembers(field, ["type", "fields", "label", "doc", "name", "inputBinding"]);
      return { kind: "record", fields: loadRecordFields(context, member(field, "fields")), ...bound };
    default:
      if (typeof kind.value === "string" || isList(kind.value) || isJsonObject(kind.value))
        return loadType(context, kind);
      unexpected(kind, "array, enum, record or the name of a type");
      return anyType;
  }
}

function loadRecordFields(context: LoadContext, field: Field): readonly RecordField[] {
  return entries(field, "name", "type").map(({ id, field: entry }) => {
    const label = optionalString(entry, "label");
    const doc = docText(entry);
    const inputBinding = loadOptionalBinding(context, entry);
    const outputBinding = loadOutputBinding(context, member(entry, "outputBinding"));
    return {
      name: shortName(id),
      type: loadType(context, member(entry, "type")),
      ...loadDemands(context, entry),
      ...defined({ label, doc, inputBinding, outputBinding }),
    };
  });
}

/** Reads `inputBinding` when it is there. */
export function loadOptionalBinding(context: LoadContext, field: Field): CommandLineBinding | undefined {
  const binding = member(field, "inputBinding");
  return isPresent(binding) ? loadBinding(context, binding) : undefined;
}

/** The types that a SchemaDefRequirement names, by the last part of their names. */
export function namedTypes(field: Field): ReadonlyMap<string, Field> {
  const listed = items(member(field, "types")).flatMap((item) => (isList(item.value) ? items(item) : [item]));
  const named = listed.flatMap((item) => {
    const name = optionalString(item, "name");
    return name === undefined ? [] : [[shortName(name), item] as const];
  });
  return new Map(named);
}

const bindingMembers = ["position", "prefix", "separate", "itemSeparator", "valueFrom", "shellQuote", "loadContents"];

/** Reads a CommandLineBinding. */
export function loadBinding(context: LoadContext, field: Field): CommandLineBinding {
  refuseUnknownMembers(field, bindingMembers);
  if (!isJsonObject(field.value)) unexpected(field, "an object");
  const prefix = optionalString(field, "prefix");
  const itemSeparator = optionalString(field, "itemSeparator");
  const valueFrom = optionalExpression(context, field, "valueFrom");
  return {
    position: loadPosition(context, member(field, "position")),
    separate: optionalBoolean(field, "separate", true),
    shellQuote: optionalBoolean(field, "shellQuote", true),
    ...defined({ prefix, itemSeparator, valueFrom }),
  };
}

function loadPosition(context: LoadContext, field: Field): number | string {
  if (!isPresent(field)) return 0;
  if (typeof field.value === "number" && Number.isInteger(field.value)) return field.value;
  if (typeof field.value === "string" && /\$[({]/.test(field.value)) return asExpression(context, field) ?? 0;
  unexpected(field, "an integer");
  return 0;
}
