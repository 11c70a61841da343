import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { readSource } from "../../cwl/document/load/source.ts";
import type { Principal } from "../../domain/people/access.ts";
import { errorText } from "../../domain/problem.ts";
import { isJsonObject, type Json } from "../../domain/values/json.ts";
import { textOf } from "../../files/disk/read-text.ts";
import { findProvider } from "../../store/processes/providers.ts";
import { type ProviderDeps, registerProvider } from "./manage-providers.ts";

/** Whoever writes the file runs the service. */
const operator: Principal = { role: "admin" };

/**
 * Registers the providers of a file that are not registered yet: a list, or a map by id, of what a registration says; also
 * below `providers`. Gives what went wrong, one sentence for each.
 */
export async function registerFromFile(deps: ProviderDeps, path: string): Promise<readonly string[]> {
  const problems: string[] = [];
  try {
    const { value } = readSource(textOf(await readFile(path)), basename(path));
    for (const body of bodiesIn(value)) {
      const id = isJsonObject(body) ? body.id : undefined;
      if (typeof id === "string" && (await findProvider(deps.database, id)) !== undefined) continue;
      try {
        await registerProvider(deps, operator, body);
      } catch (error) {
        problems.push(errorText(error));
      }
    }
  } catch (error) {
    problems.push(errorText(error));
  }
  return problems;
}

function bodiesIn(value: Json): readonly Json[] {
  const given = isJsonObject(value) && value.providers !== undefined ? value.providers : value;
  if (Array.isArray(given)) return given;
  if (given === null) return [];
  if (isJsonObject(given)) return Object.entries(given).map(([id, one]) => (isJsonObject(one) ? { id, ...one } : one));
  throw new Error("found no list of providers, wanted a list, or a map by id");
}
