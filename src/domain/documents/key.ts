import type { Link } from "../links.ts";
import type { Role } from "../people/access.ts";

/** A key as admins see it: without anything that could be used. Times are RFC 3339. */
export type KeyDocument = {
  readonly id: string;
  readonly user: string;
  readonly role: Role;
  readonly label?: string;
  /** All that it may, of what its role may; everything when absent. */
  readonly actions?: readonly string[];
  /** The processes that it is for; all when absent. */
  readonly processes?: readonly string[];
  /** Its owner is a program. */
  readonly service: boolean;
  readonly state: "valid" | "expired" | "revoked";
  readonly created: string;
  readonly expires?: string;
  readonly lastUsed?: string;
  readonly revoked?: string;
};

/** All keys. */
export type KeyListDocument = { readonly keys: readonly KeyDocument[]; readonly links: readonly Link[] };
