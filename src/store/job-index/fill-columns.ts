import type { Database } from "../database.ts";
import { insertValues, selectLastValue, selectValues, widenGroup } from "../queries/index-jobs.ts";
import type { Statement } from "../statements.ts";
import { changeCells, type JobCells } from "./change-cells.ts";
import { groupOf } from "./columns.ts";
import type { DueJob } from "./due-jobs.ts";
import { durationCell, spanOf } from "./durations.ts";

/** Words the writes that put jobs into the columns, and tell of the groups what is new of them. */
export async function columnsWith(database: Database, due: readonly DueJob[]): Promise<readonly Statement[]> {
  const { ids, inserts } = await valuesWith(database, due);
  const cellsOfJob = (job: DueJob): JobCells => ({
    finished: job.finishedAt,
    duration: durationCell(job.duration),
    status: ids.get(`status ${job.status}`) ?? 0,
    process: ids.get(`process ${job.process}`) ?? 0,
    provider: ids.get(`provider ${job.provider}`) ?? 0,
    user: ids.get(`user ${job.user}`) ?? 0,
  });
  const { statements } = await changeCells(database, new Map(due.map((job) => [job.number, cellsOfJob(job)])));
  const groups = Map.groupBy(due, ({ number }) => groupOf(number));
  return [...inserts, ...statements, ...[...groups].map(([number, jobs]) => widened(number, jobs))];
}

function widened(number: number, jobs: readonly DueJob[]): Statement {
  const created = jobs.map(({ createdAt }) => createdAt);
  const finished = jobs.map(({ finishedAt }) => finishedAt);
  const durations = spanOf(jobs.map(({ duration }) => durationCell(duration)));
  return widenGroup({
    number,
    leastCreated: Math.min(...created),
    mostCreated: Math.max(...created),
    leastFinished: Math.min(...finished),
    mostFinished: Math.max(...finished),
    leastDuration: durations.least,
    mostDuration: durations.most,
    durationClasses: durations.classes,
  });
}

/** The ids of what jobs are sorted by, by "kind value", and the writes of those that are new. */
async function valuesWith(database: Database, due: readonly DueJob[]) {
  const named = due.flatMap(({ status, process, provider, user }) =>
    Object.entries({ status, process, provider, user }),
  );
  const asked = new Map(named.map(([kind, value]) => [`${kind} ${value}`, [kind, value] as const]));
  const rows = await database.read(selectValues({ values: JSON.stringify([...asked.values()]) }));
  const ids = new Map(rows.map((row) => [`${row.kind} ${row.value}`, Number(row.id)]));
  const missing = [...asked].filter(([key]) => !ids.has(key));
  if (missing.length === 0) return { ids, inserts: [] };
  const [last] = await database.read(selectLastValue({}));
  const values = missing.map(([key, [kind, value]], at) => {
    const id = Number(last?.id) + 1 + at;
    ids.set(key, id);
    return [id, kind, value] as const;
  });
  return { ids, inserts: [insertValues({ values: JSON.stringify(values) })] };
}
