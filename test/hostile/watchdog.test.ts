import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildExecutable } from "../../src/build.ts";
import { deployCwl, statusOf, submit, until, untilFinished } from "../support/jobs.ts";
import { shellTool } from "../support/packages/shell-tool.ts";
import { type RunningServer, startServer } from "../support/servers/executable.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../support/temporary-directory.ts";
import { whileHealthy } from "./watch-health.ts";

let built: TemporaryDirectory;
let program: string;

beforeAll(async () => {
  built = await temporaryDirectory();
  program = await buildExecutable(join(built.path, "heddle-failpoints"), "failpoints");
}, 60_000);

afterAll(() => built[Symbol.asyncDispose]());

const collecting = "JOB_PROGRESS_EXECUTE_MONITOR_END:after-effect";

/** A build whose main thread can be frozen: no input of a user does that. */
function startArmed(data: string, failpoint: string, flags: readonly string[] = []): Promise<RunningServer> {
  return startServer(data, flags, { program, environment: { HEDDLE_FAILPOINT: failpoint } });
}

/** Starts a server that may be gone before it listens; gives all that it said. */
async function runToItsEnd(data: string, failpoint: string, flags: readonly string[]): Promise<string> {
  const server = await startArmed(data, failpoint, flags).catch((error: Error) => error);
  if (server instanceof Error) return server.message;
  await server.exited;
  return server.talk();
}

function healthUrlOf({ talk }: RunningServer): string {
  return /Health is told at (\S+)/.exec(talk())?.[1] ?? "";
}

test("a main thread that does not turn is told by the thread beside it, and the program is ended saying at what it was", async () => {
  await using folder = await temporaryDirectory();
  const flags = ["--watchdog-seconds", "6", "--health-address", "127.0.0.1:0"];
  await using server = await startArmed(folder.path, `${collecting}:1:block`, flags);
  await until("it says where", () => healthUrlOf(server) !== "");
  const health = healthUrlOf(server);
  for (const path of ["/healthz", "/readyz"]) expect((await fetch(`${health}${path}`)).status).toBe(200);
  expect((await fetch(`${health}/jobs`)).status).toBe(404);
  await deployCwl(server.url, "tool", shellTool("echo hello"));
  const job = await submit(server.url, "tool", { ledger: "" });
  await until("the thread says so", async () => (await fetch(`${health}/healthz`)).status === 503);
  const told = await fetch(`${health}/readyz`);
  expect(told.status).toBe(503);
  expect(told.headers.get("content-type")).toBe("application/problem+json");
  const detail = await told.text();
  expect(detail).toContain("has not turned for");
  // Whoever asks here has not signed in.
  for (const secret of [job, "Collecting", folder.path]) expect(detail).not.toContain(secret);
  // It hears no SIGTERM: the watchdog ends it all the same.
  process.kill(server.pid, "SIGTERM");
  expect(await server.exited).toBe(137);
  await until("its line came", () => server.talk().includes("Ended by the watchdog"));
  const [line = ""] = server
    .talk()
    .split("\n")
    .filter((one) => one.includes("Ended by the watchdog"));
  const words = `Collecting job results, for job ${job}`;
  expect(JSON.parse(line)).toMatchObject({ level: "error", message: expect.stringContaining(words) });
  await using after = await startServer(folder.path);
  expect((await untilFinished(after.url, job)).at(-1)).toMatchObject({ status: "successful" });
  const notes = Bun.file(join(folder.path, "heddle.crashes.json"));
  await until("what was noted of it is forgotten", async () => (await notes.text()) === '{"jobs":{}}\n');
}, 60_000);

test.each([
  [`${collecting}:1:block`, "Collecting job results"],
  // Of a job that is one tool this stage is written with its end.
  ["JOB_PROGRESS_EXECUTE_MONITOR_END:before-commit:1:throw", "Job complete"],
  ["JOB_PROGRESS_GET_INPUTS:after-effect:1:block", "Reading job inputs"],
  ["JOB_PROGRESS_DESCRIBE:after-effect:1:throw", "job"],
])(
  "a job at which the server went down by %s three times in a row fails saying at what, and the start goes on",
  async (failpoint, doing) => {
    await using folder = await temporaryDirectory();
    const flags = ["--watchdog-seconds", "1"];
    const first = await startArmed(folder.path, failpoint, flags);
    await deployCwl(first.url, "tool", shellTool("echo hello"));
    const job = await submit(first.url, "tool", { ledger: "" });
    await first.exited;
    expect(first.talk()).toContain(doing);
    expect(first.talk()).toContain(job);
    for (let time = 2; time <= 3; time += 1) expect(await runToItsEnd(folder.path, failpoint, flags)).toContain(job);
    await using last = await startArmed(folder.path, failpoint, flags);
    const status = (await untilFinished(last.url, job)).at(-1);
    expect(status).toMatchObject({ status: "failed" });
    expect(status?.message).toContain("3 times in a row");
    expect(status?.message).toContain(doing);
    expect((await fetch(`${last.url}/readyz`)).status).toBe(200);
    expect(await Bun.file(join(folder.path, "heddle.crashes.json")).json()).toEqual({ jobs: {} });
  },
  90_000,
);

test("a job that the server got past the third time is not failed for what came before", async () => {
  await using folder = await temporaryDirectory();
  const flags = ["--watchdog-seconds", "1"];
  const failpoint = `${collecting}:1:block`;
  const first = await startArmed(folder.path, failpoint, flags);
  await deployCwl(first.url, "tool", shellTool("echo hello"));
  const job = await submit(first.url, "tool", { ledger: "" });
  await first.exited;
  await runToItsEnd(folder.path, failpoint, flags);
  await using last = await startServer(folder.path, flags);
  expect((await untilFinished(last.url, job)).at(-1)).toMatchObject({ status: "successful" });
}, 60_000);

test("a program that was stopped, as by a machine that sleeps, goes on as if nothing had been", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path, ["--watchdog-seconds", "1", "--health-address", "127.0.0.1:0"]);
  await until("it says where", () => healthUrlOf(server) !== "");
  for (let time = 0; time < 2; time += 1) {
    process.kill(server.pid, "SIGSTOP");
    await sleep(3000);
    process.kill(server.pid, "SIGCONT");
    await sleep(500);
  }
  await whileHealthy(server.url, "SIGSTOP and SIGCONT", async () => {
    expect((await fetch(`${healthUrlOf(server)}/healthz`)).status).toBe(200);
    const job = await submit(server.url, "echo", { text: "hello" });
    expect((await untilFinished(server.url, job)).at(-1)).toMatchObject({ status: "successful" });
  });
  expect(server.talk()).not.toContain("watchdog");
  expect(await server.stop()).toBe(0);
}, 30_000);

test("a file pool that answers nothing: not ready, saying why, and SIGTERM ends the program within its drain time", async () => {
  await using folder = await temporaryDirectory();
  const flags = ["--drain-seconds", "3", "--health-address", "127.0.0.1:0"];
  await using server = await startArmed(folder.path, "JOB_PROGRESS_EXECUTE_MONITOR_END:after-effect:1:files", flags);
  await until("it says where", () => healthUrlOf(server) !== "");
  await deployCwl(server.url, "tool", shellTool("echo hello"));
  const job = await submit(server.url, "tool", { ledger: "" });
  await whileHealthy(server.url, "file pool without a thread", async () => {
    await until("it is not ready", async () => (await fetch(`${server.url}/readyz`)).status === 503);
    for (const url of [server.url, healthUrlOf(server)]) {
      const response = await fetch(`${url}/readyz`);
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ detail: expect.stringContaining("Cannot work with files") });
    }
    expect((await statusOf(server.url, job)).status).toBe("running");
  });
  expect(await server.stop()).toBe(1);
  expect(server.talk()).toContain("no file operation is answered");
  await using after = await startServer(folder.path);
  expect((await untilFinished(after.url, job)).at(-1)).toMatchObject({ status: "successful" });
}, 60_000);

test.each([
  ["127.0.0.1", "wanted HOST:PORT"],
  ["no port:1", "wanted HOST:PORT"],
  ["203.0.113.7:80", "--health-address 203.0.113.7:80"],
])("an address for health that cannot be used (%s) is refused with one sentence", async (address, words) => {
  await using folder = await temporaryDirectory();
  const start = startServer(folder.path, ["--health-address", address]);
  const message = await start.then(
    () => "it started",
    (error: Error) => error.message,
  );
  expect(message).toContain(words);
  const lines = message
    .replace(/^The server ended with 1: /, "")
    .trim()
    .split("\n");
  // The log is lines of JSON.
  expect(lines.filter((line) => !line.startsWith("{")).length).toBe(1);
  expect((await readdir(folder.path)).includes("heddle.lock.json")).toBe(false);
});
