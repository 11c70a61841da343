import { errorText, Problem } from "../domain/problem.ts";
import { charsetOf, decodeText } from "../domain/values/charset.ts";
import { hasMoreMarkup, refuseDoctype, repairXml } from "./xml-text.ts";

/** An attribute; without a prefix it has no namespace. */
export type XmlAttribute = {
  readonly namespace: string;
  readonly prefix: string;
  readonly local: string;
  readonly value: string;
};

/** An element whose names are resolved. Comments and processing instructions are left out. */
export type XmlElement = {
  /** Empty for none. */
  readonly namespace: string;
  /** As written; kept so that names inside values stay right when the element is written again. */
  readonly prefix: string;
  readonly local: string;
  readonly attributes: readonly XmlAttribute[];
  readonly content: readonly (string | XmlElement)[];
  /** The namespaces in scope by prefix; shared with the parent when the element declares none. */
  readonly scope: ReadonlyMap<string, string>;
};

/** How much a document may hold. */
export type XmlLimits = {
  readonly maxCharacters: number;
  readonly maxDepth: number;
  readonly maxElements: number;
  /** Of one element, declarations of namespaces included. */
  readonly maxAttributes: number;
};

/** Room for every document that means something, within half a second; the depth is that of JSON bodies. */
export const xmlLimits: XmlLimits = {
  maxCharacters: 64 * 2 ** 20,
  maxDepth: 128,
  maxElements: 250_000,
  maxAttributes: 256,
};

const xmlNamespace = "http://www.w3.org/XML/1998/namespace";
const noNamespaces: ReadonlyMap<string, string> = new Map([["xml", xmlNamespace]]);

/**
 * Parses a document (XML 1.0, Namespaces in XML 1.0) and gives its root. A DOCTYPE is refused unread, so that there are
 * no entities but the five of XML, and nothing outside the text is ever looked at. `isTolerant` repairs what servers in
 * the wild write: bare `&` and `<`, unknown entities, characters that XML does not allow.
 * Throws `invalid-parameter-value`; `content-too-large` past the limits.
 */
export function parseXml(
  text: string,
  options: { readonly isTolerant?: boolean; readonly limits?: XmlLimits } = {},
): XmlElement {
  const limits = options.limits ?? xmlLimits;
  if (text.length > limits.maxCharacters) throw tooLarge("characters", limits.maxCharacters);
  refuseDoctype(text);
  // The parser would build the whole tree first: thousands of bytes for each few of a hostile document.
  if (hasMoreMarkup(text, 4 * limits.maxElements)) throw tooLarge("elements and attributes", limits.maxElements);
  const tree = parseTree(text, options.isTolerant === true);
  return resolve(tree, noNamespaces, { limits, elements: 0 }, 1);
}

/**
 * Finds out the encoding of a document (RFC 7303, 3.2: byte order mark, then the charset of its media type, then its
 * declaration) and decodes it. Throws `invalid-parameter-value` for what is not of that encoding.
 */
export function decodeXml(bytes: Uint8Array, contentType?: string | null): string {
  const [first, second] = bytes;
  const marked =
    first === 0xfe && second === 0xff ? "utf-16be" : first === 0xff && second === 0xfe ? "utf-16le" : undefined;
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 200));
  const declared = /^(?:\xef\xbb\xbf)?<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/.exec(head)?.[1];
  const isMarkedUtf8 = head.startsWith("\xef\xbb\xbf");
  const name = marked ?? (isMarkedUtf8 ? "utf-8" : (charsetOf(contentType) ?? sixteenBits(first, second) ?? declared));
  const decoded = decodeText(bytes, { charset: name });
  if (decoded.kind === "text") return decoded.text;
  const found = decoded.found.replace(/^charset/, "encoding");
  throw new Problem("invalid-parameter-value", `Cannot read XML: found ${found}, wanted ${decoded.wanted}`);
}

/** A document of UTF-16 without a mark begins with half an empty character. */
function sixteenBits(first: number | undefined, second: number | undefined): string | undefined {
  if (first === 0x3c && second === 0) return "utf-16le";
  return first === 0 && second === 0x3c ? "utf-16be" : undefined;
}

function parseTree(text: string, isTolerant: boolean): Bun.XML.Node {
  try {
    return Bun.XML.parse(text, { compact: false });
  } catch (cause) {
    const repaired = isTolerant ? repairXml(text) : text;
    if (repaired !== text) return parseTree(repaired, false);
    const reason =
      cause instanceof RangeError
        ? "deeper nesting than can be read"
        : errorText(cause).replace(/^XML Parse error: /, "");
    throw new Problem(
      "invalid-parameter-value",
      `Cannot read XML: found ${text.trim() === "" ? "nothing" : `an error (${reason})`}, wanted a well-formed document`,
      { cause },
    );
  }
}

type Count = { readonly limits: XmlLimits; elements: number };

function resolve(node: Bun.XML.Node, outer: ReadonlyMap<string, string>, count: Count, depth: number): XmlElement {
  const { limits } = count;
  count.elements += 1;
  if (depth > limits.maxDepth) throw tooLarge("levels", limits.maxDepth);
  if (count.elements > limits.maxElements) throw tooLarge("elements", limits.maxElements);
  const given = Object.entries(node.attributes);
  if (given.length > limits.maxAttributes) throw tooLarge("attributes of one element", limits.maxAttributes);
  const declared = given.flatMap(([name, value]): [string, string][] => {
    if (name === "xmlns") return [["", value]];
    return name.startsWith("xmlns:") ? [[name.slice(6), value]] : [];
  });
  const scope = declared.length === 0 ? outer : new Map([...outer, ...declared]);
  const [prefix, local] = splitName(node.name);
  const attributes = given
    .filter(([name]) => name !== "xmlns" && !name.startsWith("xmlns:"))
    .map(([name, value]) => {
      const [own, localName] = splitName(name);
      return { namespace: own === "" ? "" : namespaceOf(own, scope), prefix: own, local: localName, value };
    });
  const content = node.children.flatMap((child): readonly (string | XmlElement)[] => {
    if (typeof child === "string") return [child];
    return "name" in child ? [resolve(child, scope, count, depth + 1)] : [];
  });
  return { namespace: namespaceOf(prefix, scope), prefix, local, attributes, content, scope };
}

function splitName(name: string): readonly [prefix: string, local: string] {
  const colon = name.indexOf(":");
  return colon === -1 ? ["", name] : [name.slice(0, colon), name.slice(colon + 1)];
}

function namespaceOf(prefix: string, scope: ReadonlyMap<string, string>): string {
  const namespace = scope.get(prefix);
  if (namespace !== undefined) return namespace;
  if (prefix === "") return "";
  throw new Problem(
    "invalid-parameter-value",
    `Cannot read XML: found prefix "${prefix}", wanted one that is declared`,
  );
}

function tooLarge(what: string, most: number): Problem {
  return new Problem("content-too-large", `Cannot read XML: found more ${what}, wanted at most ${most}`);
}

/** The namespaces that an element may be of: documents of several versions are read by one reader. */
export type Namespaces = readonly string[];

/** Tells whether an element has this name in one of these namespaces. */
export function isNamed(element: XmlElement, namespaces: Namespaces, local: string): boolean {
  return element.local === local && namespaces.includes(element.namespace);
}

/** Lists the child elements, of one name when it is given. */
export function children(element: XmlElement, namespaces?: Namespaces, local?: string): readonly XmlElement[] {
  return element.content.flatMap((child) => {
    if (typeof child === "string") return [];
    if (namespaces === undefined || local === undefined) return [child];
    return isNamed(child, namespaces, local) ? [child] : [];
  });
}

/** Finds the first child element of a name. */
export function child(element: XmlElement | undefined, namespaces: Namespaces, local: string): XmlElement | undefined {
  return element === undefined ? undefined : children(element, namespaces, local)[0];
}

/** Gives an element's own text as it stands, without that of its children. */
export function rawText(element: XmlElement): string {
  return element.content.filter((part) => typeof part === "string").join("");
}

/** Gives an element's own text without the white space around it; undefined for no element or no text. */
export function text(element: XmlElement | undefined): string | undefined {
  const trimmed = element === undefined ? "" : rawText(element).trim();
  return trimmed === "" ? undefined : trimmed;
}

/** Gives the text of the first child of a name. */
export function childText(element: XmlElement | undefined, namespaces: Namespaces, local: string): string | undefined {
  return text(child(element, namespaces, local));
}

/** Gives the value of an attribute, of no namespace unless one is given. */
export function attribute(element: XmlElement | undefined, local: string, namespace = ""): string | undefined {
  return element?.attributes.find((one) => one.local === local && one.namespace === namespace)?.value;
}
