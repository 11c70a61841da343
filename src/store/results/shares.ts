import { and, eq, gt, lte } from "drizzle-orm";
import * as v from "valibot";
import type { Database } from "../database/database.ts";
import { argument, argumentsOf, build, compile } from "../database/statements.ts";
import type { TableRow } from "../rows.ts";
import { shares } from "../schema/shares.ts";

/** A share as it is kept. Times are milliseconds since 1970. */
export type Share = {
  readonly jobId: string;
  /** sha256 of its token, hexadecimal. */
  readonly tokenHash: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Who made it; undefined where that was not kept yet. */
  readonly user?: string;
  /** The outputs whose results it opens, one at least; it opens all where that is undefined. */
  readonly outputs?: readonly string[];
};

/** What a row says that cannot be read opens nothing: it is thrown. */
const OutputsSchema = v.pipe(v.string(), v.parseJson(), v.array(v.string()), v.minLength(1));

const insert = compile<Record<keyof Share, string | number | null>>()(() =>
  build.insert(shares).values(argumentsOf(shares)),
);
const remove = compile<{ jobId: string }>()(() => build.delete(shares).where(eq(shares.jobId, argument("jobId"))));
const removeEnded = compile<{ at: number }>()(() => build.delete(shares).where(lte(shares.expiresAt, argument("at"))));
const selectOfJob = compile<{ jobId: string; at: number }>()(() =>
  build
    .select()
    .from(shares)
    .where(and(eq(shares.jobId, argument("jobId")), gt(shares.expiresAt, argument("at")))),
);
const selectByToken = compile<{ tokenHash: string; at: number }>()(() =>
  build
    .select()
    .from(shares)
    .where(and(eq(shares.tokenHash, argument("tokenHash")), gt(shares.expiresAt, argument("at")))),
);

/** Keeps a share in the place of the one that its job had, and lets go of those that have ended. */
export async function saveShare(database: Database, share: Share): Promise<void> {
  await database.write([
    removeEnded({ at: share.createdAt }),
    remove({ jobId: share.jobId }),
    insert({ ...share, user: share.user ?? null, outputs: share.outputs ? JSON.stringify(share.outputs) : null }),
  ]);
}

/** Finds the share of a job that has not ended. */
export async function findShare(database: Database, jobId: string, at: number): Promise<Share | undefined> {
  return (await database.read(selectOfJob({ jobId, at }))).map(shareOf)[0];
}

/** Finds a share that has not ended by the hash of its token. */
export async function findShareByToken(database: Database, tokenHash: string, at: number): Promise<Share | undefined> {
  return (await database.read(selectByToken({ tokenHash, at }))).map(shareOf)[0];
}

/** Takes the share of a job back. False when it had none. */
export async function removeShare(database: Database, jobId: string): Promise<boolean> {
  const [removed] = await database.write([remove({ jobId })]);
  return removed?.rowsAffected === 1;
}

/** Reads a row; throws what cannot be read, which opens nothing. */
export function shareOf({ outputs, ...share }: TableRow<typeof shares>): Share {
  return outputs === undefined ? share : { ...share, outputs: v.parse(OutputsSchema, outputs) };
}
