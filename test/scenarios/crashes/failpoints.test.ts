import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import * as v from "valibot";
import { buildExecutable } from "../../../src/build.ts";
import { deployCwl, statusOf, submit, submitWith, untilFinished } from "../../support/jobs.ts";
import { untilTold } from "../../support/notifications.ts";
import { shellTool } from "../../support/packages/shell-tool.ts";
import { executable, startServer } from "../../support/servers/executable.ts";
import { startReceiver } from "../../support/servers/receiver.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../../support/temporary-directory.ts";

const variable = "HEDDLE_FAILPOINT";

let built: TemporaryDirectory;
let program: string;

beforeAll(async () => {
  built = await temporaryDirectory();
  program = await buildExecutable(join(built.path, "heddle-failpoints"), "failpoints");
}, 60_000);

afterAll(() => built[Symbol.asyncDispose]());

const JobsSchema = v.object({ jobs: v.array(v.object({ jobID: v.string() })) });

const tool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["echo", "done"],
  inputs: {},
  outputs: { said: "stdout" },
  stdout: "said.txt",
} as const;

test("the executable that people get has no failpoints: the variable changes nothing and is not in it", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path, [], {
    environment: { [variable]: "JOB_PROGRESS_SETUP:before-commit" },
  });
  const job = await submit(server.url, "echo", { text: "hello" });
  expect((await untilFinished(server.url, job)).at(-1)).toMatchObject({ status: "successful" });
  const bytes = Buffer.from(await Bun.file(executable).arrayBuffer());
  expect(bytes.includes(variable)).toBe(false);
  expect(bytes.includes("Cannot arm failpoint")).toBe(false);
});

test("the failpoints build refuses a failpoint that there is not", async () => {
  await using folder = await temporaryDirectory();
  const start = startServer(folder.path, [], { program, environment: { [variable]: "JOB_PROGRESS_SETUP:later" } });
  expect(start).rejects.toThrow('found "JOB_PROGRESS_SETUP:later"');
  await start.catch(() => undefined);
});

test.each([
  "JOB_PROGRESS_EXECUTE_STATUS_LOCATION:before-commit",
  "JOB_PROGRESS_EXECUTE_STATUS_LOCATION:after-commit",
  "JOB_PROGRESS_NOTIFY:before-commit",
  "JOB_PROGRESS_NOTIFY:after-effect",
  "JOB_PROGRESS_DONE:after-commit",
])("a server that kills itself at %s has each notification in its outbox once", async (failpoint) => {
  await using folder = await temporaryDirectory();
  await using receiver = startReceiver();
  const flags = ["--allow-fetch", "127.0.0.1"];
  const before = await startServer(folder.path, flags, { program, environment: { [variable]: failpoint } });
  await deployCwl(before.url, "tool", tool);
  const subscriber = { successUri: `${receiver.url}/success`, inProgressUri: `${receiver.url}/inProgress` };
  const job = await submitWith(before.url, "tool", { subscriber });
  expect(await before.exited).toBe(137);
  await using after = await startServer(folder.path, flags);
  expect((await untilFinished(after.url, job)).at(-1)).toMatchObject({ status: "successful" });
  const told = await untilTold(after.url, job, 2);
  expect(told.map(({ event, status }) => [event, status])).toEqual([
    ["inProgress", "delivered"],
    ["success", "delivered"],
  ]);
  // Twice, when the answer came but was not written down any more.
  expect(new Set(receiver.received.map(({ headers }) => headers.get("webhook-id"))).size).toBe(2);
});

test.each(["JOB_PROGRESS_SETUP:after-commit", "JOB_PROGRESS_EXECUTE_REQUEST:before-commit"])(
  "a job whose tool never started is charged with nothing, though the server went down at %s five times",
  async (failpoint) => {
    await using folder = await temporaryDirectory();
    const [data, ledger] = [join(folder.path, "data"), join(folder.path, "ledger")];
    const environment = { [variable]: failpoint };
    const first = await startServer(data, [], { program, environment });
    await deployCwl(first.url, "tool", shellTool('echo x >>"$LEDGER"'));
    const key = { "idempotency-key": "one" };
    await submit(first.url, "tool", { ledger }, key).catch(() => undefined);
    expect(await first.exited).toBe(137);
    for (let crash = 2; crash <= 5; crash += 1) {
      // It may come to the failpoint before it listens.
      const again = await startServer(data, [], { program, environment }).catch((error: Error) => error);
      if (again instanceof Error) expect(again.message).toContain("ended with");
      else expect(await again.exited).toBe(137);
    }
    expect(await Bun.file(ledger).exists()).toBe(false);
    await using last = await startServer(data);
    const job = await submit(last.url, "tool", { ledger }, key);
    expect((await untilFinished(last.url, job)).at(-1)).toMatchObject({ status: "successful" });
    expect(await Bun.file(ledger).text()).toBe("x\n");
  },
  30_000,
);

test.each([
  "JOB_PROGRESS_SETUP:before-commit",
  "JOB_PROGRESS_EXECUTE_REQUEST:after-commit",
  "JOB_PROGRESS_EXECUTE_REQUEST:after-effect",
  "JOB_PROGRESS_EXECUTE_MONITOR_END:after-effect",
  "JOB_PROGRESS_DONE:after-commit",
])("a server that kills itself at %s finds its job again", async (failpoint) => {
  await using folder = await temporaryDirectory();
  const before = await startServer(folder.path, [], { program, environment: { [variable]: failpoint } });
  await deployCwl(before.url, "tool", tool);
  const key = { "idempotency-key": "one" };
  // The server may be gone before it answers.
  const told = await submit(before.url, "tool", {}, key).catch(() => undefined);
  expect(await before.exited).toBe(137);
  await using after = await startServer(folder.path);
  const job = await submit(after.url, "tool", {}, key);
  if (told !== undefined) expect(job).toBe(told);
  expect((await untilFinished(after.url, job)).at(-1)).toMatchObject({ status: "successful" });
  expect(await (await fetch(`${after.url}/jobs/${job}/results/said`)).text()).toBe("done\n");
  expect((await statusOf(after.url, job)).progress).toBe(100);
});

test.each([
  "JOB_PROGRESS_SETUP:after-commit",
  "JOB_PROGRESS_EXECUTE_REQUEST:before-commit",
  "JOB_PROGRESS_NOTIFY:before-commit",
  "JOB_PROGRESS_DONE:before-commit",
  "JOB_PROGRESS_DONE:after-commit",
])("a synchronous run that is no job is one after the server killed itself at %s", async (failpoint) => {
  await using folder = await temporaryDirectory();
  const flags = ["--sync-jobs", "never"];
  const before = await startServer(folder.path, flags, { program, environment: { [variable]: failpoint } });
  await deployCwl(before.url, "tool", tool);
  const execute = (url: string) =>
    fetch(`${url}/processes/tool/execution`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ inputs: {} }),
    }).catch(() => undefined);
  expect(await execute(before.url)).toBeUndefined();
  expect(await before.exited).toBe(137);
  await using after = await startServer(folder.path, flags);
  const listed = async () =>
    v.parse(JobsSchema, await (await fetch(`${after.url}/jobs`)).json()).jobs.map((job) => job.jobID);
  const [job = "", ...others] = await listed();
  expect(others).toEqual([]);
  expect((await untilFinished(after.url, job)).at(-1)).toMatchObject({ status: "successful" });
  expect(await (await fetch(`${after.url}/jobs/${job}/results/said`)).text()).toBe("done\n");
  // Those that come later are none again.
  expect((await execute(after.url))?.status).toBe(200);
  expect(await listed()).toEqual([job]);
});

const written = [
  ["JOB_PROGRESS_SETUP:before-commit", false],
  ["JOB_PROGRESS_EXECUTE_REQUEST:after-effect", false],
  ["JOB_PROGRESS_DONE:before-commit", false],
  ["JOB_PROGRESS_SETUP:after-commit", true],
  ["JOB_PROGRESS_DONE:after-commit", true],
  ["JOB_PROGRESS_DONE:after-effect", true],
] as const;

test.each(written)(
  "of a synchronous run that is one write nothing is there before its commit, and all after it: %s",
  async (failpoint, isWritten) => {
    await using folder = await temporaryDirectory();
    const before = await startServer(folder.path, [], { program, environment: { [variable]: failpoint } });
    const answer = fetch(`${before.url}/processes/echo/execution`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ inputs: { text: "hello" } }),
    });
    expect(answer).rejects.toThrow();
    expect(await before.exited).toBe(137);
    await answer.catch(() => undefined);
    await using after = await startServer(folder.path);
    const { jobs } = v.parse(JobsSchema, await (await fetch(`${after.url}/jobs`)).json());
    expect(jobs).toHaveLength(isWritten ? 1 : 0);
    for (const { jobID } of jobs) {
      expect(await statusOf(after.url, jobID)).toMatchObject({ status: "successful", progress: 100, attempt: 1 });
      expect(await (await fetch(`${after.url}/jobs/${jobID}/results/text`)).text()).toBe("hello");
    }
  },
);
