import { expect, test } from "bun:test";
import { join } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import { copyDatabase, databaseFacts, databaseFaults } from "../../../src/store/database/backup.ts";
import { openDatabase } from "../../../src/store/database/database.ts";
import { findJob } from "../../../src/store/jobs/jobs.ts";
import { migrationFiles } from "../../../src/store/migrations.macro.ts";
import { addToAudit, listAudit } from "../../../src/store/people/audit.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { insertNewJob } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("a database is kept as it was before it is migrated", async () => {
  await using folder = await temporaryDirectory();
  const options = { file: join(folder.path, "heddle.db"), clock: fakeClock(), logger: silentLogger };
  const all = await migrationFiles();
  const added = { sql: ["ALTER TABLE jobs ADD added text"], folderMillis: Number.MAX_SAFE_INTEGER, hash: "added" };
  let jobId = "";
  {
    await using database = await openDatabase({ ...options, migrations: all });
    jobId = (await insertNewJob(database)).id;
  }
  const copy = `${options.file}.of-${all.length}-migrations`;
  expect(await Bun.file(copy).exists()).toBe(false);
  await using database = await openDatabase({ ...options, migrations: [...all, added] });
  expect(await findJob(database, jobId)).toBeDefined();
  expect(databaseFaults(copy)).toEqual([]);
  expect([...databaseFacts(copy).ids]).toEqual([jobId]);
});

test("a backup holds the audit, which is append-only there too", async () => {
  await using folder = await temporaryDirectory();
  const options = { file: join(folder.path, "heddle.db"), clock: fakeClock(), logger: silentLogger };
  const line = { at: 1, user: "ann", action: "deploy", subject: "p", outcome: "done" } as const;
  {
    await using database = await openDatabase(options);
    await addToAudit(database, line);
  }
  const copy = join(folder.path, "copy.db");
  await copyDatabase(options.file, copy, join(folder.path, "values"));
  await using restored = await openDatabase({ ...options, file: copy });
  expect(await listAudit(restored, { limit: 10 })).toEqual([{ number: 1, ...line }]);
  await expect(restored.write([{ sql: "delete from audit", args: [] }])).rejects.toThrow();
});
