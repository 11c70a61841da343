import { Problem } from "../../domain/problem.ts";
import { type Process, placeOf, type RemoteDefinition } from "../../domain/processes/process.ts";
import { canonicalJson, type Json, type JsonObject } from "../../domain/values/json.ts";
import { timeLimit } from "../../domain/waiting/timers.ts";
import type { RemoteClient, RemoteDescription } from "../../net/remote/remote.ts";
import type { Tries } from "../../net/try-again.ts";
import { currentParameters } from "../json-schema/current-words.ts";

/** How long a remote may take to describe a process. */
const describeMilliseconds = 60_000;

/** Asks a server for a process that it had. Throws `no-such-process` when it has it no more. */
export async function describeRemote(
  client: RemoteClient,
  definition: RemoteDefinition,
  tries: Tries = {},
): Promise<RemoteDescription> {
  const described = await client.describe(definition.processId, timeLimit(describeMilliseconds), tries);
  if (described !== undefined) return described;
  throw new Problem("no-such-process", `Cannot run ${placeOf(definition)}: the server knows it no more`);
}

/** Throws `conflict` when a process takes or gives something else than it did when a request was checked against it. */
export function requireUnchanged(process: Process, definition: RemoteDefinition, described: RemoteDescription): void {
  const changed = changedPart(process, described);
  if (changed === undefined) return;
  throw new Problem(
    "conflict",
    `Cannot run ${placeOf(definition)}: its ${changed} changed since the request was checked`,
  );
}

/** Titles may change; what is taken and given may not. */
function changedPart(process: Process, described: RemoteDescription): string | undefined {
  for (const part of ["inputs", "outputs"] as const) {
    // Processes that were pinned earlier keep the words in which they were described then.
    const known = signatures(currentParameters(process.description[part]));
    const now = signatures(currentParameters(described[part]));
    const other = [...new Set([...known.keys(), ...now.keys()])].find((id) => known.get(id) !== now.get(id));
    if (other !== undefined) return `${part.slice(0, -1)} "${other}"`;
  }
  return undefined;
}

type Parameter = {
  readonly schema: JsonObject;
  readonly minOccurs?: number;
  readonly maxOccurs?: number | "unbounded";
};

function signatures(parameters: Readonly<Record<string, Parameter>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(parameters).map(([id, { schema, minOccurs, maxOccurs }]) => {
      const plain: Json = JSON.parse(JSON.stringify({ schema, minOccurs, maxOccurs }));
      return [id, canonicalJson(plain)];
    }),
  );
}
