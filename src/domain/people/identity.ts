import { Problem } from "../problem.ts";
import { type Role, roles } from "./access.ts";

/** Which claims of a provider's word count here, and what they give. */
export type ClaimRules = {
  /** The claim with the name of the user. */
  readonly userClaim: string;
  /** The claim with the groups; dots lead into it (`realm_access.roles`). */
  readonly groupsClaim: string;
  /** The roles of groups. */
  readonly roleOfGroup: ReadonlyMap<string, Role>;
  /** The role of users whose groups have none; they may not come in when undefined. */
  readonly defaultRole: Role | undefined;
};

/** Groups that count of one user: more is no list of groups. */
const maxGroups = 1000;

/**
 * Reads who somebody is from the claims of a provider: the highest role that a group has wins. Throws `unauthorized` without a
 * user's name, and `forbidden` for a user who has no role here.
 */
export function readIdentity(
  rules: ClaimRules,
  claims: Readonly<Record<string, unknown>>,
): { readonly user: string; readonly role: Role; readonly groups: readonly string[] } {
  const user = claims[rules.userClaim];
  if (typeof user !== "string" || !/^[^\p{C}\s][^\p{C}]{0,127}$/u.test(user)) {
    const detail = `Cannot sign in: found no claim "${rules.userClaim}" with a name of 1 to 128 characters, wanted one`;
    throw new Problem("unauthorized", detail, { challenge: "invalid_token" });
  }
  const groups = groupsOf(claimAt(claims, rules.groupsClaim));
  const given = groups.map((group) => rules.roleOfGroup.get(group)).filter((role) => role !== undefined);
  const best = roles.findLast((role) => given.includes(role)) ?? rules.defaultRole;
  if (best !== undefined) return { user, role: best, groups };
  const known = groups.length === 0 ? "no group" : "no group that has a role here";
  throw new Problem("forbidden", `Cannot sign in as "${user}": found ${known}, wanted one (ask the operator)`);
}

function claimAt(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  // A claim may have dots in its name, as URLs do.
  if (path in claims) return claims[path];
  let value: unknown = claims;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = new Map(Object.entries(value)).get(name);
  }
  return value;
}

/** Groups are a list, or text with blanks between them; Keycloak writes them as paths. */
function groupsOf(value: unknown): readonly string[] {
  const list = typeof value === "string" ? value.split(/\s+/) : Array.isArray(value) ? value : [];
  return list
    .filter((one) => typeof one === "string")
    .map((one) => one.replace(/^\//, ""))
    .filter((one) => one !== "")
    .slice(0, maxGroups);
}
