import type { Preferences } from "../domain/jobs/execution-mode.ts";
import { splitOutsideQuotes, unquote } from "./header-list.ts";

/**
 * Reads the `Prefer` header (RFC 7240; several header lines come joined by commas). Names are case-insensitive, blanks
 * do not matter, the first of a repeated preference counts, and what is unknown or ill-formed is left out.
 */
export function parsePrefer(header: string | null | undefined): Preferences {
  const preferences = new Map<string, string>();
  for (const part of splitOutsideQuotes(header ?? "", ",")) {
    const [token = ""] = part.split(";");
    const [name = "", value = ""] = token.split("=");
    const key = name.trim().toLowerCase();
    if (key !== "" && !preferences.has(key)) preferences.set(key, unquote(value.trim()));
  }
  const wait = preferences.get("wait");
  const answer = preferences.get("return")?.toLowerCase();
  return {
    respondAsync: preferences.has("respond-async"),
    ...(wait !== undefined && /^\d{1,9}$/.test(wait) ? { waitSeconds: Number(wait) } : {}),
    ...(answer === "minimal" || answer === "representation" ? { return: answer } : {}),
  };
}
