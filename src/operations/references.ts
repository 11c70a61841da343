import { fileURLToPath } from "node:url";
import type { Principal } from "../domain/access.ts";
import type { Clock } from "../domain/clock.ts";
import { fault, pointer } from "../domain/faults.ts";
import { mapParts, partsOf } from "../domain/inner-files.ts";
import type { Fault } from "../domain/problem.ts";
import { nextTurn } from "../domain/timers.ts";
import { type InputItem, type Inputs, isItemList, itemsOf, type PlainItem } from "../domain/values.ts";
import { isInside } from "../files/layout.ts";
import type { Database } from "../store/database.ts";
import { findVaultFile } from "../store/vault.ts";
import { maySee } from "./guard.ts";
import { matchesHash } from "./secrets.ts";

/** A token of `X-Auth-Vault`; without an id it is tried for every file. */
export type VaultToken = { readonly token: string; readonly id?: string };

/** Each is looked up before the job is made, and fetched or linked before its tool starts. */
const maxReferences = 10_000;

const referencesInTurn = 200;

export type ReferenceDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly inputRoots: readonly string[];
};

export type ReferenceRequest = {
  readonly inputs: Inputs;
  readonly principal: Principal;
  readonly tokens: readonly VaultToken[];
};

/**
 * Checks what the inputs refer to as far as it can be told before the job runs, and adds what is wrong to `faults`.
 * Gives the ids of the uploaded files that the job needs.
 */
export async function checkReferences(
  deps: ReferenceDeps,
  request: ReferenceRequest,
  faults: Fault[],
): Promise<readonly string[]> {
  const vaultFileIds = new Set<string>();
  const count = Object.values(request.inputs).flat().flatMap(linksOf).length;
  if (count > maxReferences) {
    const detail = `found ${count} references, wanted at most ${maxReferences}; put many files into one archive`;
    faults.push({ pointer: "/inputs", detail });
    return [];
  }
  let checked = 0;
  for (const [inputId, given] of Object.entries(request.inputs)) {
    for (const [index, item] of itemsOf(given).entries()) {
      for (const { href, path } of linksOf(item)) {
        const at = pointer("/inputs", inputId, ...(isItemList(given) ? [index] : []), ...path, "href");
        const wrong = await wrongReference(deps, request, href);
        checked += 1;
        // The database answers without letting others have their turn.
        if (checked % referencesInTurn === 0) await nextTurn();
        if (wrong !== undefined) faults.push(fault(at, href, wrong));
        else if (href.startsWith(vaultPrefix)) vaultFileIds.add(href.slice(vaultPrefix.length));
      }
    }
  }
  return [...vaultFileIds];
}

/** Lists the links of an item, with what leads to each from it. */
export function linksOf(
  item: InputItem,
): readonly { readonly href: string; readonly path: readonly (string | number)[] }[] {
  return partsOf(item).flatMap(({ part, path }) => (part.kind === "reference" ? [{ href: part.href, path }] : []));
}

/** What references to uploaded files begin with. */
export const vaultPrefix = "vault://";

/** Builds the reference to an uploaded file that suffices by itself: whoever has it may use the file. */
export function secretReference(id: string, token: string): string {
  return `${vaultPrefix}${id}/${token}`;
}

/** Takes the tokens out of references that have theirs in the path: jobs keep their inputs, and show them to others. */
export function withoutSecrets(inputs: Inputs): { readonly inputs: Inputs; readonly tokens: readonly VaultToken[] } {
  const tokens: VaultToken[] = [];
  const plainPart = (item: PlainItem): PlainItem => {
    if (item.kind !== "reference") return item;
    const [, id, token] = /^vault:\/\/([A-Za-z0-9_-]{1,128})\/([A-Za-z0-9]{1,128})$/.exec(item.href) ?? [];
    if (id === undefined || token === undefined) return item;
    tokens.push({ id, token });
    return { ...item, href: `${vaultPrefix}${id}` };
  };
  const plain = (item: InputItem) => mapParts(item, plainPart);
  const entries = Object.entries(inputs).map(([inputId, given]) => [
    inputId,
    isItemList(given) ? given.map(plain) : plain(given),
  ]);
  const stripped: Inputs = Object.fromEntries(entries);
  return tokens.length === 0 ? { inputs, tokens } : { inputs: stripped, tokens };
}

/** Says what was wanted instead; undefined when the reference is usable so far. */
async function wrongReference(
  deps: ReferenceDeps,
  request: ReferenceRequest,
  href: string,
): Promise<string | undefined> {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(href)?.[1]?.toLowerCase();
  switch (scheme) {
    case "data":
      return href.includes(",") ? undefined : "data:[media type][;base64],content";
    case "vault":
      return wrongUpload(deps, request, href);
    case "file":
      return isBelowRoot(href, deps.inputRoots) ? undefined : "a file below a directory that the server allows";
    case "http":
    case "https":
      return wrongUrl(href);
    default:
      return "an http:, https:, data:, vault: or file: reference: others are not offered";
  }
}

/** Whether it can be reached is told by the job that fetches it. */
function wrongUrl(href: string): string | undefined {
  const url = URL.canParse(href) ? new URL(href) : undefined;
  if (url === undefined || url.hostname === "") return "a URL with a host";
  // They would stand in the job's request for all who may read it.
  return url.username === "" && url.password === "" ? undefined : "a URL without user and password";
}

/** One sentence for every reason: nobody learns which files of others exist. */
const noUpload = "vault://ID of your upload, with its token in X-Auth-Vault or behind the id";

async function wrongUpload(deps: ReferenceDeps, request: ReferenceRequest, href: string): Promise<string | undefined> {
  const id = /^vault:\/\/([A-Za-z0-9_-]{1,128})$/.exec(href)?.[1];
  const file = id === undefined ? undefined : await findVaultFile(deps.database, id);
  if (file === undefined || file.expiresAt <= deps.clock.now() || !maySee(request.principal, file.user))
    return noUpload;
  if (isOwnUpload(request.principal, file)) return undefined;
  const fitting = request.tokens.filter((token) => token.id === undefined || token.id === file.id);
  return fitting.some((token) => matchesHash(token.token, file.tokenHash)) ? undefined : noUpload;
}

/** Tells whether a file was uploaded by the user who asks: a key says who that is, so that no token is needed. */
export function isOwnUpload({ user }: Principal, file: { readonly user?: string }): boolean {
  return user !== undefined && file.user === user;
}

/** Tells by its text alone whether a file may lie below an allowed directory; its real path is checked when it is read. */
function isBelowRoot(href: string, roots: readonly string[]): boolean {
  try {
    const path = fileURLToPath(href);
    return roots.some((root) => isInside(root, path));
  } catch {
    // A file: URL with a host or broken escapes names no path here.
    return false;
  }
}
