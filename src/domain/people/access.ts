import { matchesPattern } from "../values/pattern.ts";
import type { Origin } from "./origin.ts";
import type { Rights } from "./rights.ts";

/** What a principal may do, from least to most. */
export const roles = ["viewer", "runner", "deployer", "admin"] as const;
export type Role = (typeof roles)[number];

/** What can be asked of the service. "own" actions concern the principal's own jobs and files. */
export const actions = [
  "read-processes",
  "read-own-jobs",
  "execute",
  "read-package",
  "dismiss-own",
  "upload",
  "deploy",
  "read-all-jobs",
  "dismiss-all",
  "manage-providers",
  "manage-keys",
  "bulk",
  "read-metrics",
  "read-audit",
  "read-system",
] as const;
export type Action = (typeof actions)[number];

/** Who may do what. */
export const access = {
  viewer: ["read-processes", "read-own-jobs"],
  runner: ["read-processes", "read-own-jobs", "execute", "read-package", "dismiss-own", "upload"],
  deployer: ["read-processes", "read-own-jobs", "execute", "read-package", "dismiss-own", "upload", "deploy"],
  admin: [...actions],
} as const satisfies Record<Role, readonly Action[]>;

/** Who looks at what everybody does, and changes nothing: no role by itself, but an admin's key that is held to reading. */
export const overseer = {
  name: "overseer",
  role: "admin",
  actions: ["read-processes", "read-own-jobs", "read-all-jobs", "read-package"],
  words: "reads the jobs of everybody, and changes nothing",
} as const satisfies { readonly role: Role; readonly actions: readonly Action[] } & Readonly<Record<string, unknown>>;

/** A role as records tell it: who has an admin's key that is held to reading is no admin. */
export type ToldRole = Role | typeof overseer.name;

/** Names the role of somebody for a record. */
export function toldRole({
  role,
  scope,
}: {
  readonly role: Role;
  readonly scope?:
    | { readonly actions?: readonly string[] | undefined; readonly processes?: readonly string[] | undefined }
    | undefined;
}): ToldRole {
  const held = scope?.actions;
  const oversees =
    role === overseer.role &&
    held?.length === overseer.actions.length &&
    overseer.actions.every((action) => held.includes(action));
  return oversees ? overseer.name : role;
}

/** What a key holds its user to, besides the role. */
export type Scope = {
  /** All that may be done, of what the role may do; everything when absent. */
  readonly actions?: readonly Action[];
  /** Patterns of the processes that it is for, with `*` for any text; all when absent. */
  readonly processes?: readonly string[];
};

/** Who asks: the owner of a key, or (without one) an anonymous user with the role that the door gives. */
export type Principal = {
  readonly role: Role;
  /** The owner of the key; undefined for an anonymous user. */
  readonly user?: string;
  /** The key that it comes with. */
  readonly keyId?: string;
  /** Where an anonymous user comes from: an IPv4 address, or the /64 network of an IPv6 one. */
  readonly network?: string;
  /** The request that it asks by; undefined where nobody asks by a request. */
  readonly origin?: Origin;
  /** The groups that a provider of identities named. */
  readonly groups?: readonly string[];
  /** What the key allows; all that the role may when absent. */
  readonly scope?: Scope;
  /** What the operator says of single processes. */
  readonly rights?: Rights;
};

/** What a role may wish for its jobs. Settings may change all but the admin's. */
export const wishes = {
  viewer: { maxPriority: 0, mayPin: false },
  runner: { maxPriority: 0, mayPin: false },
  deployer: { maxPriority: 5, mayPin: true },
  admin: { maxPriority: 10, mayPin: true },
} as const satisfies Record<Role, { readonly maxPriority: number; readonly mayPin: boolean }>;

/** What each role may wish for its jobs. */
export type WishBounds = Readonly<Record<Role, { readonly maxPriority: number; readonly mayPin: boolean }>>;

/**
 * Tells who counts as one where clients take turns and have shares: a user, or all that come from one network. What was
 * submitted keeps it as its `client`.
 */
export function clientOf({ client, user, network }: Pick<Principal, "user" | "network"> & { client?: string }): string {
  if (client !== undefined) return client;
  if (user !== undefined) return `user:${user}`;
  return network === undefined ? "anonymous" : `network:${network}`;
}

/** Words a client for itself. */
export function clientWords(client: string): string {
  const [kind = "", ...name] = client.split(":");
  return name.length === 0 ? "anonymous callers" : `${kind} "${name.join(":")}"`;
}

/** Tells whether a principal may do something. */
export function mayDo(principal: Principal, action: Action): boolean {
  const allowed: readonly Action[] = access[principal.role];
  return allowed.includes(action) && principal.scope?.actions?.includes(action) !== false;
}

/** Tells whether the scope of a principal's key holds a process. */
export function isInScope({ scope }: Pick<Principal, "scope">, processId: string): boolean {
  return scope?.processes === undefined || scope.processes.some((pattern) => matchesPattern(pattern, processId));
}

/**
 * Tells whether somebody may know of private processes: whoever has a key, and the user of this machine as long as
 * nobody has one. Callers that are let in without a key may not.
 */
export function seesPrivate(principal: Principal | undefined): boolean {
  return principal !== undefined && isOnePerson(principal);
}

/**
 * Tells whether a principal stands for one person: whoever has a key, and the user of this machine as long as nobody has one.
 * Callers that are let in without a key may be anybody, each time another one.
 */
export function isOnePerson({ user, role }: Pick<Principal, "user" | "role">): boolean {
  return user !== undefined || role === "admin";
}

/** Tells whether something that belongs to `owner` is a principal's own. */
export function isOwn(principal: Principal, owner: string | undefined): boolean {
  return principal.user === owner;
}
