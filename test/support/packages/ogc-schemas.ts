import { expect } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Validator } from "@cfworker/json-schema";
import { parse } from "yaml";

/** The schemas of the standard lie beside the checkout where they were provided; they are no part of the project. */
const directory = join(import.meta.dir, "..", "..", "..", "..", "shared", "ogc-schemas", "part1-1.0", "schemas");

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Puts referenced files in place of their references; a file inside itself allows anything. */
function resolveReferences(value: unknown, file: string, open: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveReferences(item, file, open));
  if (!isObject(value)) return value;
  const { $ref: reference } = value;
  if (typeof reference !== "string") {
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, resolveReferences(member, file, open)]),
    );
  }
  const target = resolve(dirname(file), reference.split("#")[0] ?? "");
  if (reference.startsWith("#") || open.includes(target) || !existsSync(target)) return {};
  return resolveReferences(parse(readFileSync(target, "utf8")), target, [...open, target]);
}

/** Lets alternatives overlap. */
function withOverlaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withOverlaps);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, member]) => [
    name === "oneOf" ? "anyOf" : name,
    withOverlaps(member),
  ]);
  return Object.fromEntries(entries);
}

/**
 * Expects a document to fit a schema of the standard; says nothing where the schemas are not at hand. The alternatives of
 * values exclude each other by mistake (a text is also a base64 text), so that they must be allowed to overlap.
 */
export function expectOgcSchema(name: string, document: unknown, options: { readonly overlaps?: boolean } = {}): void {
  const file = join(directory, `${name}.yaml`);
  if (!existsSync(file)) return;
  const strict = resolveReferences(parse(readFileSync(file, "utf8")), file, [file]);
  const schema = options.overlaps === true ? withOverlaps(strict) : strict;
  const { errors } = new Validator(JSON.parse(JSON.stringify(schema)), "7").validate(document);
  expect(errors.map((error) => `${error.instanceLocation}: ${error.error}`)).toEqual([]);
}
