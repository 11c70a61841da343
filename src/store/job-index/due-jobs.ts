import type { Database } from "../database.ts";
import { selectDue } from "../queries/index-jobs.ts";
import { tagsOf, wordsOfRows } from "./said.ts";

/** A finished job as it is taken up in the index. */
export type DueJob = {
  readonly number: number;
  readonly moveId: string | null;
  readonly createdAt: number;
  readonly finishedAt: number;
  readonly duration: number | undefined;
  readonly status: string;
  readonly process: string;
  /** Empty for none, as is that of an anonymous user: an order by what may be null could not be continued. */
  readonly provider: string;
  readonly user: string;
  readonly tags: readonly string[];
  readonly words: ReadonlySet<string>;
};

/** Reads the finished jobs that are not in the index, those that ended first. */
export async function readDue(database: Database, limit: number): Promise<readonly DueJob[]> {
  const rows = await database.read(selectDue({ limit }));
  const words = await wordsOfRows(database, rows);
  return rows.map((row, at) => {
    const finishedAt = Number(row.finished_at);
    return {
      number: Number(row.number),
      moveId: row.move_id === null ? null : String(row.move_id),
      createdAt: Number(row.created_at),
      finishedAt,
      duration: row.started_at === null ? undefined : finishedAt - Number(row.started_at),
      status: String(row.status),
      process: String(row.process_id),
      provider: String(row.provider_id ?? ""),
      user: String(row.user ?? ""),
      tags: tagsOf(row),
      words: words[at] ?? new Set(),
    };
  });
}
