/** What a principal may do, from least to most. */
export const roles = ["viewer", "runner", "deployer", "admin"] as const;
export type Role = (typeof roles)[number];

/** What can be asked of the service. "own" actions concern the principal's own jobs and files. */
export const actions = [
  "read-processes",
  "read-own-jobs",
  "execute",
  "dismiss-own",
  "upload",
  "deploy",
  "read-all-jobs",
  "dismiss-all",
  "manage-providers",
  "bulk",
] as const;
export type Action = (typeof actions)[number];

/** Who may do what. */
export const access = {
  viewer: ["read-processes", "read-own-jobs"],
  runner: ["read-processes", "read-own-jobs", "execute", "dismiss-own", "upload"],
  deployer: ["read-processes", "read-own-jobs", "execute", "dismiss-own", "upload", "deploy"],
  admin: [...actions],
} as const satisfies Record<Role, readonly Action[]>;

/** Who asks: the owner of a key, or (without one) an anonymous user with the role that the door gives. */
export type Principal = {
  readonly role: Role;
  /** The owner of the key; undefined for an anonymous user. */
  readonly user?: string;
};

/** Tells whether a principal may do something. */
export function mayDo(principal: Principal, action: Action): boolean {
  const allowed: readonly Action[] = access[principal.role];
  return allowed.includes(action);
}

/**
 * Tells whether somebody may know of private processes: whoever has a key, and the user of this machine as long as
 * nobody has one. Callers that are let in without a key may not.
 */
export function seesPrivate(principal: Principal | undefined): boolean {
  return principal !== undefined && (principal.user !== undefined || principal.role === "admin");
}

/** Tells whether something that belongs to `owner` is a principal's own. */
export function isOwn(principal: Principal, owner: string | undefined): boolean {
  return principal.user === owner;
}
