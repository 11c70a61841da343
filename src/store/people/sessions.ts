import { and, desc, eq, gt, lte, notInArray } from "drizzle-orm";
import type { Role } from "../../domain/people/access.ts";
import type { Database } from "../database/database.ts";
import { argument, argumentsOf, build, compile } from "../database/statements.ts";
import { sessions } from "../schema/sessions.ts";

/** A browser that is signed in. Times are milliseconds since 1970. */
export type Session = {
  /** sha256 of its token, hexadecimal. */
  readonly tokenHash: string;
  readonly user: string;
  /** The key that it was begun with, and ends with. */
  readonly keyId?: string;
  /** What a provider's word gave. */
  readonly role?: Role;
  readonly groups?: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Until when the provider's word holds. */
  readonly holdsUntil?: number;
  readonly sealedRefresh?: string;
};

const insert = compile<Record<keyof typeof sessions.$inferSelect, string | number | null>>()(() =>
  build.insert(sessions).values(argumentsOf(sessions)),
);
const remove = compile<{ tokenHash: string }>()(() =>
  build.delete(sessions).where(eq(sessions.tokenHash, argument("tokenHash"))),
);
const removeEnded = compile<{ at: number }>()(() =>
  build.delete(sessions).where(lte(sessions.expiresAt, argument("at"))),
);
const selectOne = compile<{ tokenHash: string; at: number }>()(() =>
  build
    .select()
    .from(sessions)
    .where(and(eq(sessions.tokenHash, argument("tokenHash")), gt(sessions.expiresAt, argument("at")))),
);
const selectKept = compile<{ tokenHash: string }>()(() =>
  build
    .select()
    .from(sessions)
    .where(eq(sessions.tokenHash, argument("tokenHash"))),
);
const renew = compile<
  Record<"tokenHash" | "role" | "sealedRefresh", string | null> & Record<"holdsUntil", number> & { groups: string }
>()(() =>
  build
    .update(sessions)
    .set({
      role: argument("role"),
      groups: argument("groups"),
      holdsUntil: argument("holdsUntil"),
      sealedRefresh: argument("sealedRefresh"),
    })
    .where(eq(sessions.tokenHash, argument("tokenHash"))),
);

/** Sessions of one user that are kept: an older one ends when one more begins. */
const maxOfUser = 32;
/** Sessions that are kept at all. */
const maxSessions = 10_000;

const removeOldOfUser = compile<{ user: string }>()(() =>
  build.delete(sessions).where(
    and(
      eq(sessions.user, argument("user")),
      notInArray(
        sessions.tokenHash,
        build
          .select({ tokenHash: sessions.tokenHash })
          .from(sessions)
          .where(eq(sessions.user, argument("user")))
          .orderBy(desc(sessions.createdAt))
          .limit(maxOfUser),
      ),
    ),
  ),
);
const count = compile()(() =>
  build
    .select({ tokenHash: sessions.tokenHash })
    .from(sessions)
    .limit(maxSessions + 1),
);
const removeFirst = compile()(() =>
  build
    .delete(sessions)
    .where(
      eq(
        sessions.tokenHash,
        build.select({ tokenHash: sessions.tokenHash }).from(sessions).orderBy(sessions.expiresAt).limit(1),
      ),
    ),
);

/** Keeps a new session. Those that have ended are let go of, and the oldest where there are too many. */
export async function insertSession(database: Database, session: Session): Promise<void> {
  const { keyId = null, role = null, holdsUntil = null, sealedRefresh = null } = session;
  const groups = session.groups === undefined ? null : JSON.stringify(session.groups);
  const isFull = (await database.read(count({}))).length >= maxSessions;
  await database.write([
    // First: whoever takes a line along looks whether this one was made.
    insert({ ...session, keyId, role, groups, holdsUntil, sealedRefresh }),
    removeEnded({ at: session.createdAt }),
    ...(isFull ? [removeFirst({})] : []),
    removeOldOfUser({ user: session.user }),
  ]);
}

/** Finds a session that has not ended by the hash of its token. */
export async function findSession(database: Database, tokenHash: string, at: number): Promise<Session | undefined> {
  return (await database.read(selectOne({ tokenHash, at })))[0];
}

/** Finds a session by the hash of its token, also one that has ended, as long as it is kept. */
export async function findKeptSession(database: Database, tokenHash: string): Promise<Session | undefined> {
  return (await database.read(selectKept({ tokenHash })))[0];
}

/** Ends a session. */
export async function removeSession(database: Database, tokenHash: string): Promise<void> {
  await database.write([remove({ tokenHash })]);
}

/** Keeps what a provider said when it was asked again. */
export async function renewSession(
  database: Database,
  {
    tokenHash,
    role,
    groups,
    holdsUntil,
    sealedRefresh,
  }: Required<Pick<Session, "tokenHash" | "role" | "groups" | "holdsUntil">> & Pick<Session, "sealedRefresh">,
): Promise<void> {
  const texts = { groups: JSON.stringify(groups), sealedRefresh: sealedRefresh ?? null };
  await database.write([renew({ tokenHash, role, holdsUntil, ...texts })]);
}
