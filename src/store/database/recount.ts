import { Database } from "bun:sqlite";

/** What should stand in `client_usage`. */
const wantedSums = `
  SELECT client, sum(vault) AS vault, sum(output) AS output FROM (
    SELECT client, size_bytes AS vault, 0 AS output FROM vault_files
    UNION ALL SELECT client, 0, output_bytes FROM jobs WHERE output_bytes <> 0
  ) GROUP BY client`;

const wrongSums = `
  SELECT client FROM (
    SELECT client, vault_bytes AS vault, output_bytes AS output FROM client_usage
    UNION ALL SELECT client, -vault, -output FROM (${wantedSums})
  ) GROUP BY client HAVING sum(vault) <> 0 OR sum(output) <> 0`;

/** Large values of results, which are counted as files are (see `finishJob`). */
const largeValues = `
  SELECT job_id, sum(length(CAST(result AS BLOB))) AS bytes FROM results
  WHERE length(result) > 4096 GROUP BY job_id`;

/** Names the clients whose sums are not those of what they have. None in a database of an earlier program. */
export function wrongUsage(file: string): readonly string[] {
  using database = new Database(file, { readwrite: true, create: false });
  if (!hasUsage(database)) return [];
  const rows = database.query<{ client: string }, []>(wrongSums).all();
  return rows.map((row) => row.client);
}

/**
 * Counts anew what each client has, of a database that nobody else uses. `filesOf` gives the bytes of files by execution.
 * Gives how many jobs and clients were counted wrongly.
 */
export function recountUsage(file: string, filesOf: ReadonlyMap<string, number>): number {
  using database = new Database(file, { readwrite: true, create: false });
  if (!hasUsage(database)) return 0;
  const recount = database.transaction(() => {
    database.run("CREATE TEMP TABLE counted (job_id TEXT, bytes INTEGER)");
    const insert = database.query("INSERT INTO counted SELECT job_id, ? FROM executions WHERE id = ?");
    for (const [executionId, bytes] of filesOf) insert.run(bytes, executionId);
    database.run(`INSERT INTO counted ${largeValues}`);
    database.run("CREATE TEMP TABLE sums AS SELECT job_id, sum(bytes) AS bytes FROM counted GROUP BY job_id");
    database.run("CREATE UNIQUE INDEX temp.sums_job ON sums (job_id)");
    const bytes = "coalesce((SELECT bytes FROM sums WHERE job_id = jobs.id), 0)";
    // What has not ended is counted by its end.
    const { changes } = database.run(
      `UPDATE jobs SET output_bytes = ${bytes} WHERE status IN ('successful', 'failed') AND output_bytes <> ${bytes}`,
    );
    const wrong = database.query(wrongSums).all().length;
    database.run("DELETE FROM client_usage");
    database.run(`INSERT INTO client_usage (client, vault_bytes, output_bytes) ${wantedSums}`);
    return changes + wrong;
  });
  return recount();
}

function hasUsage(database: Database): boolean {
  return database.query("SELECT 1 FROM sqlite_master WHERE name = 'client_usage'").get() !== null;
}
