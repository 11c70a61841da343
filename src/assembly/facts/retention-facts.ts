import type { Config } from "../../config/config.ts";
import { defined } from "../../domain/defined.ts";
import type { KeptDocument } from "../../domain/documents/system.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Layout } from "../../files/layout.ts";
import { nextOrphanEnd } from "../../files/orphans.ts";
import { keepMilliseconds } from "../../operations/uploads/keep-vault-file.ts";
import { failedWorkMilliseconds } from "../../runner/care/housekeeping.ts";
import { answeredMilliseconds } from "../../runner/care/retention.ts";
import type { Database } from "../../store/database/database.ts";
import {
  countHeldUploads,
  firstAnsweredEnds,
  firstAuditTimes,
  firstJobEnds,
  firstUploadEnds,
  nextSessionEnds,
} from "../../store/jobs/kept.ts";

type RetentionFactsDeps = {
  readonly config: Config;
  readonly database: Database;
  readonly layout: Layout;
  readonly clock: Pick<Clock, "now">;
};

const [hour, day] = [3600, 86_400];
/** So many are counted at most. */
const mostCounted = 1000;

/** Reads what is kept for how long, and what is removed next; few rows are looked at, whatever is kept. */
export async function readRetention(deps: RetentionFactsDeps): Promise<readonly KeptDocument[]> {
  const { config, database, clock, layout } = deps;
  const now = clock.now();
  const { keepHours, keepAuditDays, orphanDays, sessionHours, cacheBytes } = config;
  const jobs = keepHours === undefined ? [] : await firstJobEnds(database, mostCounted);
  const audit = await firstAuditTimes(database, mostCounted);
  const answered = await firstAnsweredEnds(database, mostCounted);
  const orphans = await nextOrphanEnd(layout, orphanDays);
  const after = (times: readonly number[], seconds: number) => times.map((at) => at + seconds * 1000);
  return [
    {
      what: "jobs",
      settings: ["keepHours"],
      ...(keepHours === undefined ? {} : { seconds: keepHours * hour, ...dueOf(after(jobs, keepHours * hour), now) }),
    },
    { what: "work of failed jobs", settings: [], seconds: failedWorkMilliseconds / 1000 },
    {
      what: "results of answered runs",
      settings: ["syncJobs"],
      seconds: answeredMilliseconds / 1000,
      ...dueOf(after(answered, answeredMilliseconds / 1000), now),
    },
    {
      what: "uploads",
      settings: [],
      seconds: keepMilliseconds / 1000,
      ...dueOf(await firstUploadEnds(database, mostCounted), now),
      held: await countHeldUploads(database, now),
    },
    {
      what: "audit",
      settings: ["keepAuditDays"],
      seconds: keepAuditDays * day,
      ...dueOf(after(audit, keepAuditDays * day), now),
    },
    {
      what: "orphans",
      settings: ["orphanDays", "minFreeBytes"],
      seconds: orphanDays * day,
      ...(orphans === undefined ? dueOf([], now) : { next: new Date(orphans).toISOString() }),
    },
    { what: "cache", settings: ["cacheBytes"], maxBytes: cacheBytes },
    {
      what: "sessions",
      settings: ["sessionHours"],
      seconds: sessionHours * hour,
      ...dueOf(await nextSessionEnds(database, now, mostCounted), now),
    },
  ];
}

/** Tells what is due of times that rise. */
function dueOf(times: readonly number[], now: number): Pick<KeptDocument, "next" | "dueWithinDay"> {
  const [first] = times;
  return {
    ...defined({ next: first === undefined ? undefined : new Date(first).toISOString() }),
    dueWithinDay: times.filter((at) => at <= now + day * 1000).length,
  };
}
