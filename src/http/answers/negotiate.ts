import { Problem } from "../../domain/problem.ts";
import { essenceOf } from "../../domain/values/media-type.ts";

type Range = { readonly type: string; readonly weight: number };

/** Reads an `Accept` header (RFC 9110 12.5.1); parameters other than the weight do not matter here. */
function rangesOf(accept: string): readonly Range[] {
  return accept.split(",").map((part) => {
    const [type = "", ...parameters] = part.split(";").map((piece) => piece.trim().toLowerCase());
    const weight = Number(parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? 1);
    return { type, weight: Number.isFinite(weight) ? weight : 0 };
  });
}

/** The weight that a client gives a media type: that of the most specific range that holds it. */
function weightOf(type: string, ranges: readonly Range[]): number {
  const essence = essenceOf(type);
  const [group] = essence.split("/");
  for (const pattern of [essence, `${group}/*`, "*/*"]) {
    const range = ranges.find((one) => one.type === pattern);
    if (range !== undefined) return range.weight;
  }
  return 0;
}

/**
 * Chooses among the media types on offer, the default first. Undefined when the client accepts none of them. JSON of
 * our own also answers a client that asks for a type ending in +json.
 */
export function preferredType(accept: string | null, offered: readonly string[]): string | undefined {
  const [first] = offered;
  if (accept === null || accept.trim() === "" || accept === "*/*" || accept === first) return first;
  const ranges = rangesOf(accept);
  let best: { readonly type: string; readonly weight: number } | undefined;
  for (const type of offered) {
    const weight = weightOf(type, ranges);
    if (weight > (best?.weight ?? 0)) best = { type, weight };
  }
  return best?.type;
}

/** Gives the weight that a client gives a content coding (RFC 9110 12.5.3); 0 when it does not name it. */
export function weightOfCoding(acceptEncoding: string | null, coding: string): number {
  const ranges = rangesOf(acceptEncoding ?? "");
  return (ranges.find(({ type }) => type === coding) ?? ranges.find(({ type }) => type === "*"))?.weight ?? 0;
}

/** Throws `not-acceptable` when a client accepts no JSON: HTML and others are not offered. */
export function requireJson(accept: string | null): void {
  if (preferredType(accept, ["application/json", "application/problem+json"]) !== undefined) return;
  throw new Problem("not-acceptable", `Cannot answer: found Accept "${accept}", wanted application/json`);
}

/** Tells whether a client asks for application/json by name, and not for problem+json. */
export function prefersPlainJson(accept: string | null): boolean {
  if (accept === null) return false;
  const types = rangesOf(accept).map((range) => range.type);
  return types.includes("application/json") && !types.includes("application/problem+json");
}

/** Tells whether a client asks for HTML by name, and for nothing more than for that. Browsers and crawlers do. */
export function prefersPage(accept: string | null): boolean {
  if (accept === null) return false;
  const ranges = rangesOf(accept);
  const isNamed = ranges.some(({ type }) => type === "text/html" || type === "application/xhtml+xml");
  if (!isNamed) return false;
  const own = Math.max(weightOf("text/html", ranges), weightOf("application/xhtml+xml", ranges));
  const others = ranges.filter(({ type }) => !type.endsWith("/*") && !/html/.test(type)).map(({ weight }) => weight);
  return own > weightOf("application/json", ranges) && others.every((weight) => weight <= own);
}
