import { defined } from "../../domain/defined.ts";
import { saysClosedAddress } from "../../domain/people/closed-address.ts";
import { errorText, Problem } from "../../domain/problem.ts";
import type { RemoteType } from "../../domain/processes/remote-type.ts";
import { timeLimit } from "../../domain/waiting/timers.ts";
import { withoutEndSlashes } from "../../domain/words/text.ts";
import type { Secrets } from "../../net/fetch.ts";
import type { RemoteDeps } from "../../net/remote/remote.ts";
import { createRemoteClient } from "../../net/remote/remote-client.ts";

/** A server at an address, and what it speaks. */
type FoundServer = { readonly url: string; readonly type: RemoteType };
/** Why a server does not speak a type: who was asked could not be reached, or answered something else. */
type Refusal = { readonly type: RemoteType; readonly cause: string };

/** How long the types are tried. */
const findMilliseconds = 30_000;

/** What people copy from a browser lies below the address of the server: a list, one of its things, or a description. */
const below = /\/(?:processes|jobs)(?:\/[^/]+)*$|\/(?:conformance|api|openapi|api\.html)$/i;

/**
 * Finds what a server speaks, at an address or, where nothing answers rightly there, at the one of the server that the address
 * lies below (`/processes`, `/jobs`, `/conformance`). Throws `unprocessable-content` with the causes, each once.
 */
export async function findServer(
  deps: RemoteDeps,
  typed: string,
  { types, secrets }: { readonly types: readonly RemoteType[]; readonly secrets: Secrets | undefined },
): Promise<FoundServer> {
  const above = withoutEndSlashes(typed.replace(below, ""));
  const urls = above === typed || !URL.canParse(above) ? [typed] : [typed, above];
  const tried = await Promise.all(urls.flatMap((url) => types.map((type) => askServer(deps, { url, type }, secrets))));
  const found = tried.find((one) => "url" in one);
  if (found !== undefined) return found;
  const refusals = tried.slice(0, types.length).filter((one) => "cause" in one);
  throw new Problem("unprocessable-content", `Cannot register "${typed}": ${refusalText(refusals)}`);
}

async function askServer(
  deps: RemoteDeps,
  server: FoundServer,
  secrets: Secrets | undefined,
): Promise<FoundServer | Refusal> {
  try {
    await createRemoteClient(deps, { ...server, ...defined({ secrets }) }).probe(timeLimit(findMilliseconds));
    return server;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { type: server.type, cause: errorText(error) };
  }
}

const unreached = /^Cannot fetch "[^"]*": /;

/** As the library of TLS words that plain HTTP came. */
const noTls = /^error:.*WRONG_VERSION_NUMBER.*$/;

/** Words why none of the types is spoken. A server that cannot be reached is told once, whatever it was asked for. */
function refusalText(refusals: readonly Refusal[]): string {
  const [first, ...others] = refusals.map(({ cause }) =>
    cause.replace(unreached, "").replace(noTls, "it does not speak TLS there: its address may begin with http"),
  );
  if (refusals.every(({ cause }) => unreached.test(cause)) && others.every((one) => one === first)) {
    // It was not asked: nobody need look whether it runs.
    if (first !== undefined && saysClosedAddress(first)) return first;
    const way = "Look whether the address is right and the server runs, then try again";
    return `found no server that answers (${first}), wanted one of OGC API - Processes or WPS. ${way}`;
  }
  const typesOf = new Map<string, RemoteType[]>();
  for (const { type, cause } of refusals) typesOf.set(cause, [...(typesOf.get(cause) ?? []), type]);
  const causes = [...typesOf].map(([cause, types]) => `as ${types.join(" and ")}: ${cause}`).join("; ");
  const wanted = "the address of a server, such as https://example.com/ogc-api or https://example.com/wps";
  return `found neither OGC API - Processes nor WPS there, wanted ${wanted}. Asked ${causes}`;
}
