import { Problem } from "../../domain/problem.ts";
import { isJsonObject, isList } from "../../domain/values/json.ts";
import { nearNames } from "../../domain/words/near-names.ts";
import type { Client } from "./client.ts";

/**
 * Does what asks for a process of the service, or of one of its providers (`base` is the path of its list). Where there is
 * none with this id, what is thrown names the one that was meant, as far as one is near.
 */
export async function withNearProcess<T>(
  client: Client,
  { id, base = "/processes" }: { readonly id: string; readonly base?: string },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem) || !(error.kind === "no-such-process" || error.kind === "not-found")) throw error;
    const near = await nearProcess(client, id, base);
    throw near === undefined
      ? error
      : new Problem(error.kind, `${error.message}. Did you mean ${near}?`, { cause: error });
  }
}

async function nearProcess(client: Client, id: string, base: string): Promise<string | undefined> {
  const ids: readonly string[] = await client.json("GET", `${base}?limit=1000`).then(idsOf, (error: unknown) => {
    // What was asked for is not there: why its list is not, either, would say nothing more.
    if (error instanceof Problem) return [];
    throw error;
  });
  return ids.includes(id) ? undefined : nearNames(id, ids)[0];
}

function idsOf(document: unknown): readonly string[] {
  const processes = isJsonObject(document) && isList(document.processes) ? document.processes : [];
  return processes.flatMap((one) => (isJsonObject(one) && typeof one.id === "string" ? [one.id] : []));
}
