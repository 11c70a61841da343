import { isJsonObject, type Json } from "../../src/domain/values/json.ts";

/** A request on its way to the service. */
export type Sent = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
};

/** An answer on its way to the client; each byte of the body is one character. */
export type Answer = { readonly status: number; readonly headers: Headers; readonly body: string };

/** Breaks a request or an answer; gives back what it was given when there is nothing to break. */
export type Break = { readonly name: string } & (
  | { readonly sent: (sent: Sent) => Sent }
  | { readonly answer: (answer: Answer) => Answer }
);

/** What a proxy breaks: on a method and a path, in which `*` is one segment, and a last `**` all that follow. */
export type Fault = { readonly on: string; readonly breaks: Break };

/** Makes a fault. */
export function on(where: string, breaks: Break): Fault {
  return { on: where, breaks };
}

/** Tells whether a fault is for a request. */
export function isFor(fault: Fault, sent: Sent): boolean {
  const [method, path = ""] = fault.on.split(" ");
  const pattern = path
    .replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&")
    .replaceAll(/\*\*|\*/g, (star) => (star === "**" ? ".*" : "[^/]+"));
  return method === sent.method && new RegExp(`^${pattern}$`).test(sent.url.pathname);
}

/** Answers with another status. */
export function status(code: number): Break {
  return { name: `status ${code}`, answer: (answer) => ({ ...answer, status: code }) };
}

/** The service does not know the resource. */
export const absent: Break = status(404);

/** Gives a header another value, or leaves it out. */
export function header(name: string, value?: string): Break {
  return {
    name: value === undefined ? `without ${name}` : `${name}: ${value}`,
    answer(answer) {
      if (!answer.headers.has(name)) return answer;
      const headers = new Headers(answer.headers);
      if (value === undefined) headers.delete(name);
      else headers.set(name, value);
      return { ...answer, headers };
    },
  };
}

/** Leaves out every link of a relation, whose name ends so, from the body's `links`. */
export function withoutLink(rel: string): Break {
  const without = (value: Json, name = ""): Json => {
    if (Array.isArray(value)) {
      const kept = name === "links" ? value.filter((link) => !isLink(link, rel)) : value;
      return kept.map((item) => without(item));
    }
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, without(member, key)]));
  };
  return { name: `without link ${rel}`, answer: (answer) => withJson(answer, (body) => without(body)) };
}

function isLink(value: Json, rel: string): boolean {
  return isJsonObject(value) && typeof value.rel === "string" && value.rel.endsWith(rel);
}

/** Gives the member at a JSON pointer another value, or leaves it out; `*` is any member or item. */
export function member(pointer: string, value?: Json): Break {
  return {
    name: value === undefined ? `without ${pointer}` : `${pointer} as ${JSON.stringify(value)}`,
    answer: (answer) => withJson(answer, (body) => withMember(body, segmentsOf(pointer), value)),
  };
}

/** Has another body. */
export function withBody(text: string): Break {
  return { name: `body ${JSON.stringify(text)}`, answer: (answer) => ({ ...answer, body: text }) };
}

/** Replaces text of the body. */
export function withText(found: string, replacement: string): Break {
  return {
    name: `${JSON.stringify(found)} as ${JSON.stringify(replacement)}`,
    answer: (answer) => ({ ...answer, body: answer.body.replaceAll(found, replacement) }),
  };
}

/** Does not look at a query parameter. */
export function ignoresQuery(name: string): Break {
  return {
    name: `ignores ?${name}`,
    sent(sent) {
      const url = new URL(sent.url);
      url.searchParams.delete(name);
      return { ...sent, url };
    },
  };
}

/** Does not look at a header of the request. */
export function ignoresHeader(name: string): Break {
  return {
    name: `ignores ${name}`,
    sent(sent) {
      const headers = new Headers(sent.headers);
      headers.delete(name);
      return { ...sent, headers };
    },
  };
}

/** Does not look at a member of the request's body. */
export function ignoresMember(pointer: string): Break {
  return {
    name: `ignores ${pointer}`,
    sent(sent) {
      const json = parsed(sent.body);
      if (json === undefined) return sent;
      return { ...sent, body: JSON.stringify(withMember(json, segmentsOf(pointer), undefined)) };
    },
  };
}

function segmentsOf(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((segment) => segment.replaceAll("~1", "/"));
}

function withMember(value: Json, [name, ...rest]: readonly string[], replacement: Json | undefined): Json {
  if (name === undefined) return replacement ?? null;
  const isMeant = (key: string) => name === "*" || key === name;
  const isLast = rest.length === 0;
  if (Array.isArray(value)) {
    const kept = value.filter((_, index) => !(isLast && replacement === undefined && isMeant(String(index))));
    return kept.map((item, index) => (isMeant(String(index)) ? withMember(item, rest, replacement) : item));
  }
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).filter(([key]) => !(isLast && replacement === undefined && isMeant(key)));
  return Object.fromEntries(
    entries.map(([key, one]) => [key, isMeant(key) ? withMember(one, rest, replacement) : one]),
  );
}

function withJson(answer: Answer, change: (body: Json) => Json): Answer {
  const json = parsed(answer.body);
  return json === undefined ? answer : { ...answer, body: JSON.stringify(change(json)) };
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
