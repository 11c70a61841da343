import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseTaskRecord } from "../../../src/executors/local/task-records.ts";
import { deployCwl, statusOf, submit, until, untilFinished } from "../../support/jobs.ts";
import { startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** Appends a line to a ledger outside its own directory, then takes a while, then writes its output. */
const script = 'echo "$1 started" >> "$2"; sleep "$3"; printf "%s done" "$1"';

const slowTool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["sh", "-c", script, "tool"],
  inputs: {
    name: { type: "string", inputBinding: { position: 1 } },
    ledger: { type: "string", inputBinding: { position: 2 } },
    seconds: { type: "double", inputBinding: { position: 3 } },
  },
  outputs: { said: { type: "stdout" } },
  stdout: "said.txt",
} as const;

function step(name: string, seconds: number, after?: string) {
  return {
    run: {
      class: "CommandLineTool",
      baseCommand: ["sh", "-c", script, "tool"],
      inputs: {
        ledger: { type: "string", inputBinding: { position: 2 } },
        ...(after === undefined ? {} : { before: { type: "File" } }),
      },
      arguments: [
        { valueFrom: name, position: 1 },
        { valueFrom: String(seconds), position: 3 },
      ],
      outputs: { said: { type: "stdout" } },
      stdout: `${name}.txt`,
    },
    in: { ledger: "ledger", ...(after === undefined ? {} : { before: `${after}/said` }) },
    out: ["said"],
  };
}

const twoSteps = {
  cwlVersion: "v1.2",
  class: "Workflow",
  inputs: { ledger: "string" },
  outputs: { first: { type: "File", outputSource: "one/said" }, second: { type: "File", outputSource: "two/said" } },
  steps: { one: step("one", 0.05), two: step("two", 3, "one") },
} as const;

/** Every record of a try that has started and not ended below a data directory, by the way that leads to it. */
async function runningRecords(data: string): Promise<ReadonlyMap<string, string>> {
  const records = new Map<string, string>();
  for await (const file of new Bun.Glob("work/*/tasks/*/*.record").scan({ cwd: data })) {
    const text = await Bun.file(join(data, file)).text();
    const record = parseTaskRecord(text);
    if (record.kind === "started" && record.exit === undefined) records.set(file, text);
  }
  return records;
}

/** Those of some executions whose process lives, with the start time that was recorded. */
function livingOf(records: ReadonlyMap<string, string>, executions: readonly (string | undefined)[]) {
  return new Map(
    [...records].filter(([file, record]) => {
      const [, pid = "", started] = /^pid (\d+)\nstarted (\d+)$/m.exec(record) ?? [];
      const isOne = executions.some((id) => id !== undefined && file.startsWith(`work/${id}/`));
      return isOne && existsSync(`/proc/${pid}`) && startTimeOf(pid) === started;
    }),
  );
}

/** Field 22 of a process's status; its second field may hold blanks and parentheses. */
function startTimeOf(pid: string): string | undefined {
  const status = readFileSync(`/proc/${pid}/stat`, "utf8");
  return status.slice(status.lastIndexOf(")") + 2).split(" ")[19];
}

async function resultBytes(url: string, jobId: string, output: string): Promise<string> {
  return (await fetch(`${url}/jobs/${jobId}/results/${output}`)).text();
}

async function lines(file: string): Promise<readonly string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}

const slots = ["--slots", "3"];

test("After SIGKILL every accepted job ends as it would have, and no tool runs twice", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const ledgers = join(folder.path, "ledgers");
  await Bun.write(join(ledgers, ".keep"), "");
  const ledger = (name: string) => join(ledgers, name);

  const before = await startServer(data, slots, { cwd: folder.path });
  await deployCwl(before.url, "slow", slowTool);
  await deployCwl(before.url, "two-steps", twoSteps);

  const workflows: string[] = [];
  const tools: string[] = [];
  const echoes: string[] = [];
  workflows.push(await submit(before.url, "two-steps", { ledger: ledger("w0") }));
  for (let n = 0; n < 10; n += 1) {
    const inputs = { name: `t${n}`, ledger: ledger(`t${n}`), seconds: n < 2 ? 3 : 0.2 };
    tools.push(await submit(before.url, "slow", inputs, { "idempotency-key": `tool-${n}` }));
  }
  for (let n = 1; n < 3; n += 1) workflows.push(await submit(before.url, "two-steps", { ledger: ledger(`w${n}`) }));
  for (let n = 0; n < 7; n += 1) echoes.push(await submit(before.url, "echo", { text: `echo ${n}` }));
  const jobs = [...tools, ...workflows, ...echoes];
  expect(jobs.length).toBe(20);

  await until("two tools and the second step of a workflow are alive", async () => {
    const written = await Promise.all([ledger("t0"), ledger("t1"), ledger("w0")].map(lines));
    return written[0]?.length === 1 && written[1]?.length === 1 && written[2]?.length === 2;
  });
  const accepted = (await Promise.all(jobs.map((job) => statusOf(before.url, job)))).filter(
    (status) => status.status === "accepted",
  );
  expect(accepted.length).toBeGreaterThanOrEqual(5);
  const executions = await executionIds(before.url, [...tools.slice(0, 2), ...workflows.slice(0, 1)]);
  const alive = livingOf(await runningRecords(data), executions);
  expect(alive.size).toBe(3);
  await before.stop("SIGKILL");

  await using after = await startServer(data, slots, { cwd: folder.path });
  const again = await submit(
    after.url,
    "slow",
    { name: "t0", ledger: ledger("t0"), seconds: 3 },
    { "idempotency-key": "tool-0" },
  );
  expect(again).toBe(tools[0] ?? "");
  const afterwards = await runningRecords(data);
  for (const [file, record] of alive) expect(afterwards.get(file)).toBe(record);
  expect(await executionIds(after.url, [...tools.slice(0, 2), ...workflows.slice(0, 1)])).toEqual(executions);

  for (const job of jobs) expect((await untilFinished(after.url, job)).at(-1)).toMatchObject({ status: "successful" });
  for (const [n, job] of tools.entries()) {
    expect(await resultBytes(after.url, job, "said")).toBe(`t${n} done`);
    expect(await lines(ledger(`t${n}`))).toEqual([`t${n} started`]);
  }
  for (const [n, job] of workflows.entries()) {
    expect(await resultBytes(after.url, job, "first")).toBe("one done");
    expect(await resultBytes(after.url, job, "second")).toBe("two done");
    expect(await lines(ledger(`w${n}`))).toEqual(["one started", "two started"]);
  }
  for (const [n, job] of echoes.entries()) expect(await resultBytes(after.url, job, "text")).toBe(`echo ${n}`);
}, 60_000);

test("A tool that ended while the server was down is collected, not run again", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const ledger = join(folder.path, "ledger");
  const before = await startServer(data, [], { cwd: folder.path });
  await deployCwl(before.url, "slow", slowTool);
  const job = await submit(before.url, "slow", { name: "t", ledger, seconds: 1 });
  await until("the tool is alive", async () => (await lines(ledger)).length === 1);
  await before.stop("SIGKILL");
  await until("the tool has ended", async () => (await runningRecords(data)).size === 0);
  await using after = await startServer(data, [], { cwd: folder.path });
  expect((await untilFinished(after.url, job)).at(-1)).toMatchObject({ status: "successful" });
  expect(await resultBytes(after.url, job, "said")).toBe("t done");
  expect(await lines(ledger)).toEqual(["t started"]);
}, 30_000);

test("SIGTERM leaves a running tool alone and the next start takes it up again", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const ledger = join(folder.path, "ledger");
  const before = await startServer(data, [], { cwd: folder.path });
  await deployCwl(before.url, "slow", slowTool);
  const job = await submit(before.url, "slow", { name: "t", ledger, seconds: 1.5 });
  await until("the tool is alive", async () => (await lines(ledger)).length === 1);
  expect(await before.stop("SIGTERM")).toBe(0);
  await using after = await startServer(data, [], { cwd: folder.path });
  expect((await untilFinished(after.url, job)).at(-1)).toMatchObject({ status: "successful" });
  expect(await lines(ledger)).toEqual(["t started"]);
}, 30_000);

/** The current execution of each job. */
async function executionIds(url: string, jobs: readonly string[]): Promise<readonly (string | undefined)[]> {
  const ids = await Promise.all(jobs.map(async (job) => (await statusOf(url, job)).executionId));
  for (const id of ids) expect(id).toBeDefined();
  return ids;
}

test("A job whose tool runs outlives any number of crashes that follow each other closely", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const ledger = join(folder.path, "ledger");
  const first = await startServer(data, [], { cwd: folder.path });
  await deployCwl(first.url, "slow", slowTool);
  const job = await submit(first.url, "slow", { name: "t", ledger, seconds: 3 });
  await until("the tool is alive", async () => (await lines(ledger)).length === 1);
  await first.stop("SIGKILL");
  for (let crash = 0; crash < 11; crash += 1) {
    const server = await startServer(data, [], { cwd: folder.path });
    await until("it is adopted", () => (readCrashes(data) ?? 0) === 0);
    await server.stop("SIGKILL");
  }
  await using last = await startServer(data, [], { cwd: folder.path });
  expect((await untilFinished(last.url, job)).at(-1)).toMatchObject({ status: "successful" });
  expect(await lines(ledger)).toEqual(["t started"]);
}, 30_000);

/** How often in a row the only job was in its first stages when the server went down. */
function readCrashes(data: string): number | undefined {
  using database = new Database(join(data, "heddle.db"), { readonly: true });
  return database.query<{ early_crashes: number }, []>("select early_crashes from jobs").get()?.early_crashes;
}

test("The work directories of successful jobs are gone", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  await using server = await startServer(data, [], { cwd: folder.path });
  await deployCwl(server.url, "slow", slowTool);
  const job = await submit(server.url, "slow", { name: "t", ledger: join(folder.path, "l"), seconds: 0 });
  await untilFinished(server.url, job);
  await until("the work directory is gone", async () => (await readdir(join(data, "work"))).length === 0);
});

test("SIGKILL under a load of submissions loses nothing that was answered with 201", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const before = await startServer(data, [], { cwd: folder.path });
  const answered = new Map<string, string>();
  let isDown = false;
  const client = async (first: number) => {
    for (let n = first; !isDown; n += 16) {
      const job = await submit(before.url, "echo", { text: `text ${n}` }).catch(() => undefined);
      if (job === undefined) return;
      answered.set(job, `text ${n}`);
    }
  };
  const clients = Array.from({ length: 16 }, (_, n) => client(n));
  await until("five hundred were answered", () => answered.size > 500);
  await before.stop("SIGKILL");
  isDown = true;
  await Promise.all(clients);

  await using after = await startServer(data, [], { cwd: folder.path });
  for (const [job, text] of answered) {
    expect((await untilFinished(after.url, job)).at(-1)).toMatchObject({ status: "successful" });
    expect(await resultBytes(after.url, job, "text")).toBe(text);
  }
}, 30_000);
