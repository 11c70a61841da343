/** The formats that a format is a kind of, by IRI. */
export type BroaderFormats = Map<string, Set<string>>;

const subClassOf = "http://www.w3.org/2000/01/rdf-schema#subClassOf";
const equivalentClass = "http://www.w3.org/2002/07/owl#equivalentClass";

/** Reads from an ontology (OWL in RDF/XML, or Turtle) what is a kind of what, and nothing else: that needs no RDF store. */
export function readOntology(text: string, into: BroaderFormats): void {
  if (/^\s*</.test(text) && /<rdf:RDF|<!DOCTYPE|<\?xml/.test(text.slice(0, 4096))) readXml(text, into);
  else readTurtle(text, into);
}

function add(into: BroaderFormats, narrower: string, broader: string): void {
  into.set(narrower, (into.get(narrower) ?? new Set()).add(broader));
}

const xmlPart =
  /\brdf:about\s*=\s*"([^"]+)"|<rdfs:subClassOf\s+rdf:resource\s*=\s*"([^"]+)"|<owl:equivalentClass\s+rdf:resource\s*=\s*"([^"]+)"/g;

function readXml(text: string, into: BroaderFormats): void {
  let subject = "";
  for (const [, about, broader, equal] of text.matchAll(xmlPart)) {
    if (about !== undefined) subject = about;
    if (broader !== undefined) add(into, subject, broader);
    if (equal !== undefined) {
      add(into, subject, equal);
      add(into, equal, subject);
    }
  }
}

/** Each token in one way only, a string that is not closed too: a text of any kind is read in one go. */
const turtlePart =
  /#[^\n]*|<([^<>]*)>|"(?:[^"\\]|\\[\s\S])*(?:"(?:@\w+|\^\^\S+)?)?|@prefix|[;,.](?=\s|$)|(?<!\.)(?:\.*[^\s;,<>".])+/g;

function readTurtle(text: string, into: BroaderFormats): void {
  const prefixes = new Map<string, string>();
  let statement: string[] = [];
  for (const [token, iri] of text.matchAll(turtlePart)) {
    if (token.startsWith("#")) continue;
    if (token !== ".") statement.push(iri === undefined ? token : `<${iri}`);
    else {
      readStatement(statement, prefixes, into);
      statement = [];
    }
  }
}

function readStatement(tokens: readonly string[], prefixes: Map<string, string>, into: BroaderFormats): void {
  if (tokens[0] === "@prefix") {
    prefixes.set((tokens[1] ?? "").replace(/:$/, ""), (tokens[2] ?? "").slice(1));
    return;
  }
  const names = tokens.map((token) => expand(token, prefixes));
  const [subject = ""] = names;
  for (let at = 1; at < names.length; ) {
    const predicate = names[at];
    at += 1;
    for (; at < names.length && names[at] !== ";"; at += 1) {
      const object = names[at];
      if (object === undefined || object === ",") continue;
      if (predicate === subClassOf || predicate === equivalentClass) add(into, subject, object);
      if (predicate === equivalentClass) add(into, object, subject);
    }
    at += 1;
  }
}

function expand(token: string, prefixes: ReadonlyMap<string, string>): string {
  if (token.startsWith("<")) return token.slice(1);
  const colon = token.indexOf(":");
  const prefix = colon < 0 ? undefined : prefixes.get(token.slice(0, colon));
  return prefix === undefined ? token : prefix + token.slice(colon + 1);
}
