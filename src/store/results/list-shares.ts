import { and, desc, eq, gt, or, sql } from "drizzle-orm";
import type { Database } from "../database/database.ts";
import { argument, build, compile } from "../database/statements.ts";
import { jobs } from "../schema/jobs.ts";
import { shares } from "../schema/shares.ts";
import { type Share, shareOf } from "./shares.ts";

/** A share with what is told of its job. */
export type ListedShare = {
  readonly share: Share;
  readonly job: {
    readonly id: string;
    readonly processId: string;
    readonly processRevision: string;
    readonly providerId?: string;
    readonly user?: string;
    readonly title?: string;
  };
};

const select = compile<{ user: string | null; at: number; limit: number }>()(() =>
  build
    .select({
      jobId: shares.jobId,
      tokenHash: shares.tokenHash,
      createdAt: shares.createdAt,
      expiresAt: shares.expiresAt,
      by: shares.user,
      outputs: shares.outputs,
      processId: jobs.processId,
      processRevision: jobs.processRevision,
      providerId: jobs.providerId,
      owner: jobs.user,
      title: sql<string | null>`${jobs.request} ->> '$.title'`,
    })
    .from(shares)
    .innerJoin(jobs, eq(jobs.id, shares.jobId))
    .where(
      and(
        gt(shares.expiresAt, argument("at")),
        // What was removed opens nothing any more.
        eq(jobs.status, sql`'successful'`),
        or(sql`${argument("user")} is null`, eq(jobs.user, argument("user"))),
      ),
    )
    .orderBy(desc(shares.createdAt), desc(shares.jobId))
    .limit(sql.placeholder("limit")),
);

/** Lists shares that have not ended `at` a time, in milliseconds since 1970, the newest first: of the jobs of one user, or of all. */
export async function listShares(
  database: Database,
  { user, at, limit }: { readonly user?: string; readonly at: number; readonly limit: number },
): Promise<readonly ListedShare[]> {
  const rows = await database.read(select({ user: user ?? null, at, limit }));
  return rows.map(({ processId, processRevision, providerId, owner, title, by, ...share }) => ({
    share: shareOf(by === undefined ? share : { ...share, user: by }),
    job: {
      ...{ id: share.jobId, processId, processRevision },
      ...(providerId === undefined ? {} : { providerId }),
      ...(owner === undefined ? {} : { user: owner }),
      ...(title === undefined || title === null ? {} : { title }),
    },
  }));
}
