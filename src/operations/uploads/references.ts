import { fileURLToPath } from "node:url";
import { defined } from "../../domain/defined.ts";
import { fault, pointer } from "../../domain/faults.ts";
import type { Principal } from "../../domain/people/access.ts";
import type { Fault } from "../../domain/problem.ts";
import type { Process } from "../../domain/processes/process.ts";
import { innerFiles, mapParts, partsOf } from "../../domain/values/inner-files.ts";
import {
  type InputItem,
  type Inputs,
  isItemList,
  itemsOf,
  type PlainItem,
  type PublishedOutput,
} from "../../domain/values/values.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { nextTurn } from "../../domain/waiting/timers.ts";
import type { InputCheck } from "../../engines/inputs/input-check.ts";
import { type InputPlace, placeOfInput } from "../../engines/inputs/input-place.ts";
import type { Reference } from "../../engines/inputs/local-file.ts";
import { type LookDeps, lookAtReference } from "../../engines/inputs/look-at-reference.ts";
import { findPublished } from "../../files/jobs/outputs.ts";
import { isInside, type Layout } from "../../files/layout.ts";
import { vaultFile } from "../../files/vault.ts";
import type { Gate } from "../../net/fetch.ts";
import type { Database } from "../../store/database/database.ts";
import { findUsableFile, findVaultFile, type VaultFile } from "../../store/uploads/vault.ts";
import { maySee } from "../people/guard.ts";
import { hashSecret } from "../people/secrets.ts";

/** A token of `X-Auth-Vault`; without an id it is tried for every file. */
export type VaultToken = { readonly token: string; readonly id?: string };

/** Each is looked up before the job is made, and fetched or linked before its tool starts. */
const maxReferences = 10_000;

const referencesInTurn = 200;

export type ReferenceDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly layout: Layout;
  readonly inputRoots: readonly string[];
  /** Tells which addresses are never asked. */
  readonly gate: Pick<Gate, "refuses">;
};

export type ReferenceRequest = {
  readonly process: Process;
  readonly check: InputCheck;
  readonly inputs: Inputs;
  /** What was wanted in the place of links to this service that lead nowhere. */
  readonly wrong?: ReadonlyMap<string, string>;
  readonly principal: Principal;
  readonly tokens: readonly VaultToken[];
};

/** So many bytes of values that are referenced here are read before a job is made; the job reads the rest. */
const lookedAtBytes = 32 * 2 ** 20;

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
  const { inputs, process } = request;
  const count = Object.values(inputs).flat().flatMap(linksOf).length;
  if (count > maxReferences) {
    const detail = `found ${count} references, wanted at most ${maxReferences}; put many files into one archive`;
    faults.push({ pointer: "/inputs", detail });
    return [];
  }
  const check = createCheck(deps, request);
  const looking = lookDeps(deps, request);
  const told = new Set(faults.map(({ pointer: place }) => place));
  let checked = 0;
  for (const [inputId, given] of Object.entries(inputs)) {
    const place = placeOfInput(process, inputId, given);
    for (const [index, item] of itemsOf(given).entries()) {
      for (const { reference, path, inner } of referencesOf(item)) {
        const at = pointer("/inputs", inputId, ...(isItemList(given) ? [index] : []), ...path);
        const { href } = reference;
        const wrong = request.wrong?.get(href) ?? (await check(href));
        checked += 1;
        // The database answers without letting others have their turn.
        if (checked % referencesInTurn === 0) await nextTurn();
        if (wrong !== undefined) {
          faults.push(fault(`${at}/href`, href, wrong));
          continue;
        }
        if (href.startsWith(vaultPrefix)) vaultFileIds.add(href.slice(vaultPrefix.length));
        const looked = await lookAtReference(looking, inner === undefined ? place : { ...place, ...inner }, reference);
        if (looked !== undefined && !told.has(`${at}/${looked.member}`)) {
          faults.push({ pointer: `${at}/${looked.member}`, detail: looked.detail });
        }
      }
    }
  }
  return [...vaultFileIds];
}

function lookDeps(
  { database, layout, inputRoots, gate }: ReferenceDeps,
  { process, check }: ReferenceRequest,
): LookDeps {
  return {
    inputRoots,
    kept: async ({ href, mediaType, output }) => {
      if (output !== undefined) return publishedValue(layout, output, mediaType);
      if (!href.startsWith(vaultPrefix)) return undefined;
      const file = await findVaultFile(database, href.slice(vaultPrefix.length));
      if (file === undefined) return undefined;
      const { name, sizeBytes } = file;
      const path = vaultFile(layout, file.id);
      return { kind: "file", path, basename: name, sizeBytes, mediaType: mediaType ?? file.mediaType };
    },
    // Another server fetches what it is sent the address of.
    refuses: (url) => process.definition.kind !== "remote" && gate.refuses(url),
    check,
    room: { leftBytes: lookedAtBytes },
  };
}

/** Returns a published result as a value that an input may be; undefined when it is gone. */
async function publishedValue(layout: Layout, output: PublishedOutput, mediaType: string | undefined) {
  const found = await findPublished(layout, output.path);
  if (found === undefined) return undefined;
  const { path, basename, sizeBytes } = found;
  if (output.isDirectory) return { kind: "directory", path, basename } as const;
  return { kind: "file", path, basename, sizeBytes, ...defined({ mediaType: mediaType ?? output.mediaType }) } as const;
}

type LocatedReference = {
  readonly reference: Reference;
  readonly path: readonly (string | number)[];
  /** Where it stands, when it is a file inside a value. */
  readonly inner?: Pick<InputPlace, "isFile" | "isDirectory" | "formats" | "inner">;
};

function referencesOf(item: InputItem): readonly LocatedReference[] {
  if (item.kind === "reference") return [{ reference: item, path: [] }];
  return innerFiles(item).flatMap(({ file: { item: part, isDirectory }, path }, index) =>
    part.kind === "reference"
      ? [{ reference: part, path, inner: { isFile: true, isDirectory, formats: [], inner: String(index + 1) } }]
      : [],
  );
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

/** Reads a reference to an uploaded file apart from the token in its path, or behind `#`; any other reference stays as it is. */
export function readUploadReference(reference: string): {
  readonly href: string;
  readonly tokens: readonly (VaultToken & { readonly id: string })[];
} {
  const [, id, token] = /^vault:\/\/([A-Za-z0-9_-]{1,128})[/#]([A-Za-z0-9]{1,128})$/.exec(reference) ?? [];
  if (id === undefined || token === undefined) return { href: reference, tokens: [] };
  return { href: `${vaultPrefix}${id}`, tokens: [{ id, token }] };
}

/** Takes the tokens out of references that have theirs in the path, or behind `#` as `heddle upload` prints them: jobs keep their inputs, and show them to others. */
export function withoutSecrets(inputs: Inputs): { readonly inputs: Inputs; readonly tokens: readonly VaultToken[] } {
  // Many references may name one file.
  const tokens = new Map<string, VaultToken>();
  const plainPart = (item: PlainItem): PlainItem => {
    if (item.kind !== "reference") return item;
    const read = readUploadReference(item.href);
    for (const token of read.tokens) tokens.set(`${token.id}/${token.token}`, token);
    return { ...item, href: read.href };
  };
  const plain = (item: InputItem) => mapParts(item, plainPart);
  const entries = Object.entries(inputs).map(([inputId, given]) => [
    inputId,
    isItemList(given) ? given.map(plain) : plain(given),
  ]);
  const stripped: Inputs = Object.fromEntries(entries);
  return tokens.size === 0 ? { inputs, tokens: [] } : { inputs: stripped, tokens: [...tokens.values()] };
}

/** Makes what says of a reference what was wanted instead, each looked at once; undefined when it is usable so far. */
function createCheck(deps: ReferenceDeps, { principal, tokens }: ReferenceRequest) {
  const caller = { principal, shown: shownOf(tokens) };
  const found = new Map<string, Promise<string | undefined>>();
  return (href: string): Promise<string | undefined> => {
    const known = found.get(href) ?? wrongReference(deps, caller, href);
    found.set(href, known);
    return known;
  };
}

/** Who asks, and the hashes of the tokens that are shown: for every file, and for one each. */
type Caller = { readonly principal: Principal; readonly shown: ShownTokens };
type ShownTokens = { readonly forAll: ReadonlySet<string>; readonly byId: ReadonlyMap<string, ReadonlySet<string>> };

type LookupDeps = Pick<ReferenceDeps, "database" | "clock">;

/** Hashes the tokens that are shown, each once, however many references there are. */
export function shownOf(tokens: readonly VaultToken[]): ShownTokens {
  const forAll = new Set<string>();
  const byId = new Map<string, Set<string>>();
  for (const { id, token } of tokens) {
    const of = id === undefined ? forAll : (byId.get(id) ?? new Set<string>());
    of.add(hashSecret(token));
    if (id !== undefined) byId.set(id, of);
  }
  return { forAll, byId };
}

async function wrongReference(deps: ReferenceDeps, caller: Caller, href: string): Promise<string | undefined> {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(href)?.[1]?.toLowerCase();
  switch (scheme) {
    case "data":
      return href.includes(",") ? undefined : "data:[media type][;base64],content";
    case "vault":
      return wrongUpload(deps, caller, href);
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

async function wrongUpload(deps: LookupDeps, caller: Caller, href: string): Promise<string | undefined> {
  return (await findUsableUpload(deps, caller, href)) === undefined ? noUpload : undefined;
}

/** Finds the uploaded file that a reference names, for who may give it to jobs: its user, or who shows its token. */
export async function findUsableUpload(
  deps: LookupDeps,
  { principal, shown }: Caller,
  href: string,
): Promise<VaultFile | undefined> {
  const id = /^vault:\/\/([A-Za-z0-9_-]{1,128})$/.exec(href)?.[1];
  const file = id === undefined ? undefined : await findUsableFile(deps.database, id, deps.clock.now());
  if (file === undefined || !maySee(principal, file.user)) return undefined;
  if (isOwnUpload(principal, file)) return file;
  const own = shown.byId.get(file.id);
  if (shown.forAll.has(file.tokenHash) || own?.has(file.tokenHash) === true) return file;
  // A token that is shown all the same has to be the right one.
  const isShown = own !== undefined || shown.forAll.size > 0;
  return !isShown && mayNameUpload(principal, file) ? file : undefined;
}

/** Tells whether a file was uploaded by the user who asks: a key says who that is, so that no token is needed. */
export function isOwnUpload({ user }: Principal, file: { readonly user?: string }): boolean {
  return user !== undefined && file.user === user;
}

/**
 * Tells whether somebody may give a file to jobs without its token: one's own, and where nobody has a key, the user of this
 * machine, who may do everything.
 */
export function mayNameUpload(principal: Principal, file: { readonly user?: string }): boolean {
  const isOnlyUser = principal.user === undefined && principal.role === "admin";
  return isOwnUpload(principal, file) || (isOnlyUser && file.user === undefined);
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
