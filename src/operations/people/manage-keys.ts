import { defined } from "../../domain/defined.ts";
import { type Action, access, type Principal, type Role, roles } from "../../domain/people/access.ts";
import { type AuditActor, localOperator } from "../../domain/people/audit.ts";
import { readExpiry } from "../../domain/people/key-expiry.ts";
import { Problem } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Database } from "../../store/database/database.ts";
import { insertKey, type KeyRow, listKeys, revokeKey as markRevoked } from "../../store/people/keys.ts";
import { type AuditDeps, actorOf, auditing } from "./audit.ts";
import { requireAction } from "./guard.ts";
import { hashSecret } from "./secrets.ts";

export type KeyDeps = AuditDeps & {
  readonly database: Database;
  readonly clock: Clock;
  /** Draws a random text that can stand in a key: letters and digits, unguessable. */
  readonly newSecret: () => string;
  /** Who the audit says it was; some operator when absent. */
  readonly actor?: AuditActor;
};

/** A key as it is shown in lists. */
export type KeySummary = Omit<KeyRow, "secretHash">;

/** A key that is to be made. */
export type WantedKey = {
  readonly user: string;
  readonly role: string;
  readonly expires?: string;
  readonly label?: string;
  /** All that it may, of what its role may; everything when absent. */
  readonly actions?: readonly string[];
  /** Patterns of the processes that it is for, with `*` for any text; all when absent. */
  readonly processes?: readonly string[];
  /** Its owner is a program: nobody signs in to a browser with it. */
  readonly isService?: boolean;
};

/** Words where something was given: as an option of the command line, unless told otherwise. */
export type Naming = (member: string) => string;

const asOption: Naming = (member) => `--${member}`;
const asMember: Naming = (member) => member;

/** A key that can be made. */
type SoundKey = Pick<KeyRow, "user" | "role" | "expiresAt" | "label" | "actions" | "processes" | "isService">;

/** Checks what a key is to be, before anything is made for it. Throws `invalid-parameter-value` for a role, user or end that cannot be. */
export function readWantedKey(wanted: WantedKey, now: number, named: Naming = asOption): SoundKey {
  const role = roles.find((one) => one === wanted.role);
  if (role === undefined) throw refuse("role", `role "${wanted.role}"`, `one of ${roles.join(", ")}`);
  if (!/^[^\p{C}\s][^\p{C}]{0,127}$/u.test(wanted.user)) {
    const shown = JSON.stringify(wanted.user.slice(0, 200));
    throw refuse("user", `user ${shown}`, "1 to 128 characters that can be printed");
  }
  const expiresAt = wanted.expires === undefined ? undefined : readExpiry(wanted.expires, now);
  if (wanted.expires !== undefined && expiresAt === undefined) {
    const time = "a time in the future: 90s, 30m, 12h, 30d, 52w, 2027-01-31 or 2027-01-31T12:00:00Z";
    throw refuse("expires", `${named("expires")} "${wanted.expires}"`, time);
  }
  const { user, label, isService = false, processes } = wanted;
  const scoped = wanted.actions === undefined ? undefined : readActions(wanted.actions, role, named);
  if (label !== undefined && !/^[^\p{C}]{1,200}$/u.test(label)) {
    const shown = JSON.stringify(label.slice(0, 200));
    throw refuse("label", `${named("label")} ${shown}`, "1 to 200 characters that can be printed");
  }
  const wrong = processes?.find((pattern) => !/^[\w.*-]{1,200}$/.test(pattern));
  if (wrong !== undefined || processes?.length === 0 || (processes?.length ?? 0) > maxPatterns) {
    const found = wrong === undefined ? `${processes?.length} patterns` : JSON.stringify(wrong.slice(0, 200));
    throw refuse(
      "processes",
      `${named("processes")} ${found}`,
      `1 to ${maxPatterns} ids of processes, with * for any text`,
    );
  }
  return { user, role, isService, ...defined({ expiresAt, label, actions: scoped, processes }) };
}

const maxPatterns = 100;

function readActions(names: readonly string[], role: Role, named: Naming): readonly Action[] {
  const known: readonly Action[] = access[role];
  // Nobody executes or changes what may not be read.
  const reads = ["execute", "deploy", "read-package"].some((name) => names.includes(name)) ? ["read-processes"] : [];
  const read = known.filter((action) => [...names, ...reads].includes(action));
  const wrong = names.find((name) => !known.some((action) => action === name));
  if (wrong === undefined && read.length > 0) return read;
  const found = wrong === undefined ? "none" : JSON.stringify(wrong.slice(0, 200));
  throw refuse("actions", `${named("actions")} ${found}`, `some of what the role "${role}" may: ${known.join(", ")}`);
}

/** Words what is wrong in one member of a key that is to be made. */
function refuse(member: keyof WantedKey, found: string, wanted: string): Problem {
  const detail = `found ${found}, wanted ${wanted}`;
  const faults = [{ pointer: `/${member}`, detail }];
  return new Problem("invalid-parameter-value", `Cannot create key: ${detail}`, { faults });
}

/**
 * Creates a key for a user. `text` is the whole key, `hdl_<id>_<secret>`: it is given here only, a hash is kept.
 * Throws `invalid-parameter-value` for a role, user or end that cannot be.
 */
export async function createKey(
  deps: KeyDeps,
  wanted: WantedKey,
  named?: Naming,
): Promise<{ readonly key: KeySummary; readonly text: string }> {
  const createdAt = deps.clock.now();
  const read = readWantedKey(wanted, createdAt, named);
  const secret = deps.newSecret();
  const key = { id: deps.newSecret().slice(0, 12), createdAt, ...read };
  const database = auditing(deps, deps.actor ?? localOperator, "create-key", { subject: key.id });
  await insertKey(database, { ...key, secretHash: hashSecret(secret) });
  return { key, text: `hdl_${key.id}_${secret}` };
}

/** Lists all keys, revoked ones too, without anything that could be used. */
export async function readKeys(deps: Pick<KeyDeps, "database">): Promise<readonly KeySummary[]> {
  const keys = await listKeys(deps.database);
  return keys.map(({ secretHash: _hash, ...summary }) => summary);
}

/** Revokes a key. Throws `not-found` when there is none with this id that still holds. */
export async function revokeKey(deps: Omit<KeyDeps, "newSecret">, id: string): Promise<void> {
  const database = auditing(deps, deps.actor ?? localOperator, "revoke-key", { subject: id });
  if (await markRevoked(database, id, deps.clock.now())) return;
  throw new Problem("not-found", `Cannot revoke key "${id}": found none, wanted the id of a key that is not revoked`);
}

/** Creates a key for a principal who may. Throws `forbidden`, also for one whose own key has a scope, and else as `createKey` does. */
export async function giveKey(deps: KeyDeps, principal: Principal, wanted: WantedKey, named: Naming = asMember) {
  requireAction(principal, "manage-keys", "create a key");
  if (principal.scope === undefined) return createKey({ ...deps, actor: actorOf(principal) }, wanted, named);
  // It would be a way around the scope.
  const detail = "Cannot create key: found a key that is not for everything, wanted one without actions and processes";
  throw new Problem("forbidden", detail, { challenge: "insufficient_scope" });
}

/** Lists all keys for a principal who may see them. Throws `forbidden`. */
export async function listKeysFor(
  deps: Pick<KeyDeps, "database">,
  principal: Principal,
): Promise<readonly KeySummary[]> {
  requireAction(principal, "manage-keys", "list keys");
  return readKeys(deps);
}

/** Revokes a key for a principal who may. Throws `forbidden`, and else as `revokeKey` does. */
export async function takeKeyBack(deps: KeyDeps, principal: Principal, id: string): Promise<void> {
  requireAction(principal, "manage-keys", `revoke key "${id}"`);
  await revokeKey({ ...deps, actor: actorOf(principal) }, id);
}
