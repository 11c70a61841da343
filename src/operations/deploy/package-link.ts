import { isJsonObject, type Json } from "../../domain/values/json.ts";
import type { UnitPlace } from "./execution-units.ts";

/** Finds the link in the description of a package, where it stands instead of a unit; undefined where there is none. */
export function findLink(body: Json): { readonly href: Json; readonly place: UnitPlace } | undefined {
  if (!isJsonObject(body) || !isJsonObject(body.processDescription)) return undefined;
  const { processDescription: description } = body;
  const isNested = isJsonObject(description.process);
  const inner = isJsonObject(description.process) ? description.process : description;
  const place = isNested ? ["processDescription", "process"] : ["processDescription"];
  if (inner.href !== undefined) return { href: inner.href, place };
  const content = memberOf(memberOf(inner.owsContext, "offering"), "content");
  const href = memberOf(content, "href");
  return href === undefined ? undefined : { href, place: [...place, "owsContext", "offering", "content"] };
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) ? value[name] : undefined;
}
