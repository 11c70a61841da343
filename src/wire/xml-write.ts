import type { XmlElement } from "./xml.ts";
import { replaceForbidden } from "./xml-characters.ts";

/** What is written: an element of ours, by its prefixed name, or one that was parsed. */
export type XmlNode = XmlMarkup | XmlElement;

/** An element to write; its prefixes are declared at the root. */
export type XmlMarkup = {
  readonly name: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly content: readonly (string | XmlNode)[];
};

type Parts = readonly (string | XmlNode | undefined)[];

/** Builds an element; attributes and parts that are undefined are left out. */
export function markup(
  name: string,
  attributes: Readonly<Record<string, string | number | boolean | undefined>> = {},
  ...parts: Parts
): XmlMarkup {
  return {
    name,
    attributes: Object.entries(attributes).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, String(value)] as const],
    ),
    content: parts.filter((part) => part !== undefined),
  };
}

/** Builds an element around a text; undefined when there is no text. */
export function textMarkup(name: string, value: string | undefined): XmlMarkup | undefined {
  return value === undefined ? undefined : markup(name, {}, value);
}

/** Writes a document whose root declares these namespaces by prefix. */
export function writeXml(root: XmlMarkup, namespaces: Readonly<Record<string, string>>): string {
  const declared = Object.entries(namespaces).map(([prefix, uri]) => [`xmlns:${prefix}`, uri] as const);
  const whole = { ...root, attributes: [...declared, ...root.attributes] };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${writeNode(whole)}\n`;
}

/** Writes a parsed element as a document of its own, with the namespaces that it needs. */
export function writeElement(element: XmlElement): string {
  return writeParsed(element, undefined);
}

function writeNode(node: XmlNode): string {
  if ("local" in node) return writeParsed(node, undefined);
  return writeTag(
    node.name,
    node.attributes,
    node.content.map((part) => (typeof part === "string" ? escapeText(part) : writeNode(part))).join(""),
  );
}

function writeParsed(element: XmlElement, outer: ReadonlyMap<string, string> | undefined): string {
  const declared = [...element.scope].flatMap(([prefix, uri]) => {
    if (prefix === "xml" || outer?.get(prefix) === uri) return [];
    return [[prefix === "" ? "xmlns" : `xmlns:${prefix}`, uri] as const];
  });
  // Inside a document of ours there is no default namespace that would have to be undone.
  const attributes = element.attributes.map((one) => [qualified(one), one.value] as const);
  const content = element.content.map((part) =>
    typeof part === "string" ? escapeText(part) : writeParsed(part, element.scope),
  );
  return writeTag(qualified(element), [...declared, ...attributes], content.join(""));
}

function qualified({ prefix, local }: { readonly prefix: string; readonly local: string }): string {
  return prefix === "" ? local : `${prefix}:${local}`;
}

function writeTag(name: string, attributes: readonly (readonly [string, string])[], content: string): string {
  const written = attributes.map(([key, value]) => ` ${key}="${escapeAttribute(value)}"`).join("");
  return content === "" ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

/** A carriage return would be read as a line feed. */
function escapeText(text: string): string {
  return replaceForbidden(text.toWellFormed())
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\r", "&#13;");
}

function escapeAttribute(text: string): string {
  return escapeText(text).replaceAll('"', "&quot;").replaceAll("\n", "&#10;").replaceAll("\t", "&#9;");
}
