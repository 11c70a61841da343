import type { Link } from "../links.ts";
import type { Role } from "../people/access.ts";

/** Who a browser is signed in as, and how it can sign in. */
export type SignInDocument = {
  /** Absent when nobody is signed in. */
  readonly user?: string;
  readonly role?: Role;
  readonly groups?: readonly string[];
  /** When the session of this browser ends, unless its key or the provider ends it before: RFC 3339. */
  readonly sessionEnds?: string;
  /** Nobody need sign in: there is no key, and this is the user of the machine. */
  readonly isOpen: boolean;
  /** The ways to sign in. */
  readonly ways: readonly ("key" | "provider")[];
  /** The provider of identities. */
  readonly issuer?: string;
  /** What `heddle login` signs in with at the provider. */
  readonly deviceClient?: { readonly clientId: string; readonly scopes: string };
  readonly links: readonly Link[];
};
