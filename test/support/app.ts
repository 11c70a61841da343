import { dirname, join } from "node:path";
import { type App, startApp } from "../../src/app.ts";
import { readConfig } from "../../src/config/read-config.ts";
import type { JobEvent } from "../../src/domain/jobs/job.ts";
import { silentLogger } from "../../src/domain/logger.ts";
import { searchBubblewrap } from "../../src/executors/sandbox/bubblewrap.ts";
import { openDatabase } from "../../src/store/database/database.ts";
import { eventsOf } from "../../src/store/jobs/job-events.ts";
import { realClock } from "./real-clock.ts";

/** Starts the whole service in this process, on a free port; its log goes nowhere. */
export async function startTestApp(data: string, flags: Readonly<Record<string, unknown>> = {}): Promise<App> {
  const sandbox = process.env.HEDDLE_TEST_SANDBOX ?? "auto";
  const own = { data, port: 0, graceSeconds: 1, sandbox, toolDirectories: [`${dirname(data)}:rw`] };
  const config = readConfig({ flags: { ...own, ...flags }, environment: {} });
  using bubblewrap = searchBubblewrap();
  return await startApp(config, { talk: () => {}, isTerminal: false }, bubblewrap.found);
}

/** Reads a job's events from the database of a data directory. */
export async function readEvents(data: string, jobId: string): Promise<readonly JobEvent[]> {
  await using database = await openDatabase({ file: join(data, "heddle.db"), clock: realClock, logger: silentLogger });
  return eventsOf(database, jobId, 0);
}
