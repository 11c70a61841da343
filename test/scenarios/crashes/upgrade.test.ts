import { Database as Sqlite } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import { openDatabase } from "../../../src/store/database/database.ts";
import { migrationFiles } from "../../../src/store/migrations.macro.ts";
import { statusOf, submit, untilFinished } from "../../support/jobs.ts";
import { realClock } from "../../support/real-clock.ts";
import { startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

type Row = Readonly<Record<string, string | number | null>>;

const document = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  id: "old",
  baseCommand: ["cat"],
  inputs: { table: { type: "File", inputBinding: { position: 1 } } },
  outputs: { out: { type: "stdout" } },
  stdout: "out.txt",
};
const revision = `sha256:${"a".repeat(64)}`;
const file = { kind: "file", basename: "out.txt", mediaType: "text/plain", sizeBytes: 3 };
const at = Date.now() - 3_600_000;
const jobs = [
  {
    id: "0190a000-0000-7000-8000-000000000001",
    execution: "0190a000-0000-7000-8000-000000000011",
    status: "successful",
  },
  { id: "0190a000-0000-7000-8000-000000000002", execution: "0190a000-0000-7000-8000-000000000012", status: "failed" },
] as const;

/** Inserts a row of what its table has: each column was written in this way since there is one. */
function insert(database: Sqlite, table: string, row: Row): void {
  const has = new Set(
    database
      .query<{ name: string }, [string]>("SELECT name FROM pragma_table_info(?)")
      .all(table)
      .map(({ name }) => name),
  );
  const names = Object.keys(row).filter((name) => has.has(name));
  const values = names.map((name) => row[name] ?? null);
  database
    .query(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`)
    .run(...values);
}

function insertProcess(database: Sqlite): void {
  const parameter = {
    schema: { type: "string", contentMediaType: "application/octet-stream" },
    minOccurs: 1,
    maxOccurs: 1,
  };
  const description = {
    id: "old",
    version: "1.0.0",
    title: "Of before",
    jobControlOptions: ["sync-execute", "async-execute", "dismiss"],
    outputTransmission: ["value", "reference"],
    inputs: { table: parameter },
    outputs: { out: { schema: parameter.schema } },
  };
  insert(database, "process_revisions", {
    process_id: "old",
    revision,
    description: JSON.stringify(description),
    definition: JSON.stringify({ kind: "cwl", document, main: "old" }),
    is_workflow: 0,
    is_mutable: 1,
    visibility: "public",
    file_inputs: '["table"]',
    created_at: at,
    deployment: 1,
  });
  insert(database, "processes", { id: "old", revision, updated_at: at });
}

async function insertJob(
  database: Sqlite,
  outputs: string,
  { id, execution, status }: (typeof jobs)[number],
): Promise<void> {
  const failure = status === "failed" ? { message: "It went wrong", exitCode: 3, stage: "monitorLoop" } : undefined;
  const request = { inputs: { table: { kind: "value", value: "red", mediaType: "text/plain" } } };
  insert(database, "jobs", {
    id,
    process_id: "old",
    process_revision: revision,
    status,
    is_sync: 0,
    tags: '["local","application","async"]',
    request: JSON.stringify(request),
    priority: 0,
    attempt: 1,
    fence: 2,
    execution_id: execution,
    move_id: `end-${id}`,
    progress: failure === undefined ? 100 : 85,
    stage: failure === undefined ? "done" : "notify",
    message: failure?.message ?? "Job complete",
    created_at: at,
    started_at: at + 1,
    finished_at: at + 2000,
    updated_at: at + 2000,
    failure: failure === undefined ? null : JSON.stringify(failure),
    wps_id: execution,
    early_crashes: 0,
  });
  insert(database, "executions", {
    id: execution,
    job_id: id,
    attempt: 1,
    started_at: at + 1,
    handle: "{}",
    ended_at: at + 2000,
  });
  const event = { job_id: id, stage: null, failure: null };
  insert(database, "job_events", {
    ...event,
    number: 1,
    at,
    kind: "status",
    status: "accepted",
    progress: 0,
    message: "Job accepted.",
  });
  insert(database, "job_events", {
    ...event,
    number: 2,
    at: at + 2000,
    kind: "status",
    status,
    progress: 100,
    message: "The end.",
  });
  await Bun.write(join(outputs, `${execution}.log`), "a line of before\n");
  await symlink(`${execution}.log`, join(outputs, `${id}.log`));
  if (failure !== undefined) return;
  const result = { ...file, reference: `/${id}/out/out.txt` };
  insert(database, "results", { job_id: id, position: 0, output_id: "out", result: JSON.stringify(result) });
  await mkdir(join(outputs, execution, "out"), { recursive: true });
  await Bun.write(join(outputs, execution, "out", "out.txt"), "red");
  await symlink(execution, join(outputs, id));
}

/** Makes a data directory as it was with so many migrations, with a process, a job that ended well and one that failed. */
async function makeDataDirectory(data: string, count: number): Promise<void> {
  const path = join(data, "heddle.db");
  await mkdir(join(data, "outputs"), { recursive: true });
  const migrations = (await migrationFiles()).slice(0, count);
  await (await openDatabase({ file: path, clock: realClock, logger: silentLogger, migrations }))[Symbol.asyncDispose]();
  using database = new Sqlite(path);
  insertProcess(database);
  for (const job of jobs) await insertJob(database, join(data, "outputs"), job);
}

// Before the first index of jobs, then with its sets, with lists by SQLite's indexes, with revisions, and with shares.
test.each([3, 6, 11, 13, 15])(
  "a data directory of %d migrations is upgraded, and all in it still answers",
  async (count) => {
    await using folder = await temporaryDirectory();
    await makeDataDirectory(folder.path, count);
    await using server = await startServer(folder.path);
    const { url } = server;
    const ask = async (path: string) => {
      const response = await fetch(`${url}${path}`);
      return { status: response.status, text: await response.text() };
    };

    expect(await (await fetch(`${url}/processes/old`)).json()).toMatchObject({
      id: "old",
      title: "Of before",
      version: "1.0.0",
    });
    for (const path of [
      "/processes?q=before",
      "/processes/old/revisions",
      `/processes/old@${revision}`,
      "/processes/old/api",
    ]) {
      expect([path, await ask(path)]).toMatchObject([path, { status: 200, text: expect.stringContaining("old") }]);
    }
    expect(JSON.parse((await ask("/processes/old/package")).text)).toMatchObject({ baseCommand: ["cat"] });

    const [good, bad] = jobs;
    expect(await statusOf(url, good.id)).toMatchObject({
      status: "successful",
      progress: 100,
      executionId: good.execution,
    });
    expect(await statusOf(url, bad.id)).toMatchObject({ status: "failed", exception: { detail: "It went wrong" } });
    expect(await ask(`/jobs/${good.id}/results/out`)).toEqual({ status: 200, text: "red" });
    expect(await ask(`/outputs/${good.id}/out/out.txt`)).toEqual({ status: 200, text: "red" });
    expect((await ask(`/jobs/${good.id}/results`)).status).toBe(200);
    expect((await ask(`/jobs/${bad.id}/results`)).text).toContain("It went wrong");
    for (const { id } of jobs) {
      expect(await ask(`/jobs/${id}/log`)).toEqual({ status: 200, text: "a line of before\n" });
      for (const path of ["inputs", "exceptions", "statistics"])
        expect((await ask(`/jobs/${id}/${path}`)).status).toBe(200);
      expect((await ask(`/jobs/${id}/prov`)).text).toContain(
        '"heddle:notRecorded":["version of Heddle","host","commands"',
      );
      expect((await ask("/jobs")).text).toContain(id);
      expect((await ask("/processes/old/jobs?status=successful,failed")).text).toContain(id);
    }

    const job = await submit(url, "old", { table: { value: "new", mediaType: "text/plain" } });
    expect((await untilFinished(url, job)).at(-1)).toMatchObject({ status: "successful" });
    expect(await ask(`/jobs/${job}/results/out`)).toEqual({ status: 200, text: "new" });
  },
  60_000,
);
