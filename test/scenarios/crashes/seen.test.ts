import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { shellTool } from "../../support/packages/shell-tool.ts";
import { type RunningServer, runExecutable, startServer } from "../../support/servers/executable.ts";
import { startReceiver } from "../../support/servers/receiver.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../../support/temporary-directory.ts";

const Line = v.looseObject({ level: v.string(), message: v.string() });
const trace = "4bf92f3577b34da6a3ce929d0e0e4736";

let directory: TemporaryDirectory;
let server: RunningServer;
let data: string;

beforeAll(async () => {
  directory = await temporaryDirectory();
  data = join(directory.path, "data");
  await mkdir(data);
  server = await startServer(data, ["--allow-fetch", "127.0.0.1", "--log-level", "debug"]);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
});

async function send(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) {
  return fetch(`${server.url}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Executes a process and gives its job when it has ended. */
async function run(processId: string, inputs: unknown, headers: Readonly<Record<string, string>> = {}) {
  const accepted = await send(
    "POST",
    `/processes/${processId}/execution`,
    { inputs },
    { prefer: "respond-async", ...headers },
  );
  expect(accepted.status).toBe(201);
  const jobUrl = accepted.headers.get("location") ?? "";
  for (;;) {
    const job = v.parse(v.looseObject({ jobID: v.string(), status: v.string() }), await (await fetch(jobUrl)).json());
    if (!["accepted", "running"].includes(job.status)) return job;
    await Bun.sleep(20);
  }
}

/** The lines of the log that are of what happens. */
function linesOf(message: RegExp, requestId?: string) {
  return server
    .talk()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => v.parse(Line, JSON.parse(line)))
    .filter((line) => message.test(line.message) && (requestId === undefined || line.requestId === requestId));
}

async function metrics(): Promise<string> {
  return (await send("GET", "/metrics")).text();
}

/** Reads the value of one series. */
function seriesOf(text: string, series: string): number | undefined {
  const line = text.split("\n").find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

test("jobs, steps, requests and the disk are told as metrics", async () => {
  await send("POST", "/processes", shellTool("echo said", { id: "good" }));
  await send("POST", "/processes", shellTool("exit 3", { id: "bad" }));
  expect((await run("good", { ledger: "x" })).status).toBe("successful");
  expect((await run("bad", { ledger: "x" })).status).toBe("failed");
  expect((await send("POST", "/processes/echo/execution", { inputs: { text: "hi" } })).status).toBe(200);
  const text = await metrics();
  for (const [series, value] of [
    ['heddle_job_moves_total{move="submit",process="good"}', 1],
    ['heddle_job_moves_total{move="claim",process="good"}', 1],
    ['heddle_job_moves_total{move="succeed",process="good"}', 1],
    ['heddle_job_moves_total{move="fail",process="bad"}', 1],
    ['heddle_job_moves_total{move="succeed",process="echo"}', 1],
    ['heddle_job_run_seconds_count{status="failed",process="bad"}', 1],
    ['heddle_job_wait_seconds_count{lane="tools"}', 2],
    ['heddle_job_wait_seconds_count{lane="quick"}', 1],
    ['heddle_step_seconds_count{outcome="zero"}', 1],
    ['heddle_step_seconds_count{outcome="nonzero"}', 1],
    ["heddle_step_start_seconds_count", 2],
    ['heddle_queue_jobs{lane="tools"}', 0],
    ['heddle_http_requests_total{method="POST",route="/processes",status="201"}', 2],
    ['heddle_http_open{kind="requests"}', 0],
    ["heddle_claims_jobs", 1],
  ] as const) {
    expect([series, seriesOf(text, series)]).toEqual([series, value]);
  }
  for (const series of [
    'heddle_disk_free_bytes{directory="data"}',
    'heddle_disk_bytes{area="outputs"}',
    "heddle_database_bytes",
    "heddle_database_wal_bytes",
    "heddle_database_commits_total",
    "heddle_open_fds",
    "heddle_max_fds",
    "heddle_resident_memory_bytes",
    "heddle_cpu_seconds_total",
    "heddle_start_time_seconds",
  ]) {
    expect([series, seriesOf(text, series) ?? 0]).toEqual([series, expect.any(Number)]);
    expect(seriesOf(text, series)).toBeGreaterThan(0);
  }
  expect(text).toMatch(/^heddle_build_info\{version="\d/m);
  expect(text).toMatch(/^heddle_executor_info\{executor="local",sandbox="(bubblewrap|off)",cgroups="(on|off)"\} 1$/m);
});

const promtool = Bun.which("promtool");
test.skipIf(promtool === null)("promtool finds nothing wrong with the metrics (needs promtool)", async () => {
  const child = Bun.spawn([promtool ?? "", "check", "metrics"], {
    stdin: new Response(await metrics()),
    stdout: "pipe",
    stderr: "pipe",
  });
  const said = (await new Response(child.stdout).text()) + (await new Response(child.stderr).text());
  expect([await child.exited, said]).toEqual([0, ""]);
});

test("each request and each move of its job has a line of its own, with the ids of the request", async () => {
  const headers = { "x-request-id": "seen-1", traceparent: `00-${trace}-00f067aa0ba902b7-01` };
  const { jobID } = await run("echo", { text: "hi" }, headers);
  const told = linesOf(/./, "seen-1").map(({ message, status, jobId }) => [message, status, jobId]);
  expect(told).toEqual([
    ["Job: submit", "accepted", jobID],
    ["Request", 201, undefined],
    ["Job: claim", "running", jobID],
    ["Job: succeed", "successful", jobID],
  ]);
  const [request] = linesOf(/^Request$/, "seen-1");
  expect(request).toMatchObject({
    ...{ method: "POST", route: "/processes/:processId/execution", path: "/processes/echo/execution" },
    ...{ address: "127.0.0.1", role: "admin", traceId: trace },
  });
  expect(request?.ms).toEqual(expect.any(Number));
});

test("equal requests are not folded: each has its line", async () => {
  const before = linesOf(/^Request$/).filter(({ path }) => path === "/conformance").length;
  for (let number = 0; number < 5; number += 1)
    await send("GET", "/conformance", undefined, { "x-request-id": "same" });
  await send("GET", "/conformance");
  // Lines are written when the turn of their answer is over.
  await send("GET", "/conformance", undefined, { "x-request-id": "last" });
  while (linesOf(/^Request$/, "last").length === 0) await Bun.sleep(10);
  expect(linesOf(/^Request$/).filter(({ path }) => path === "/conformance").length).toBe(before + 7);
});

test("a tool, a download and another server are told the trace of the request", async () => {
  await using other = startReceiver(() => new Response("some text"));
  await send("POST", "/processes", {
    ...shellTool('echo "$TRACEPARENT $TRACESTATE"', { id: "traced" }),
    inputs: { ledger: { type: "string", inputBinding: { position: 1 } }, file: { type: "File" } },
  });
  const headers = { traceparent: `00-${trace}-00f067aa0ba902b7-01`, tracestate: "vendor=1" };
  const job = await run("traced", { ledger: "x", file: { href: `${other.url}/input.txt` } }, headers);
  expect(job.status).toBe("successful");
  const results = await (await send("GET", `/jobs/${job.jobID}/results/said`)).text();
  expect(results).toMatch(new RegExp(`00-${trace}-[0-9a-f]{16}-01 vendor=1`));
  expect(other.received[0]?.headers.get("traceparent")).toMatch(new RegExp(`^00-${trace}-(?!00f067aa0ba902b7)`));
  expect(other.received[0]?.headers.get("tracestate")).toBe("vendor=1");
  expect(seriesOf(await metrics(), 'heddle_downloads_total{outcome="done"}')).toBe(1);
  expect(seriesOf(await metrics(), "heddle_download_bytes_total")).toBe(9);
});

test("metrics have an address of their own where that is set, and are off where they are turned off", async () => {
  const [own, off] = [join(directory.path, "own"), join(directory.path, "off")];
  await using apart = await startServer(own, ["--metrics-listen", "127.0.0.1:0"]);
  const url = /Metrics are told at (\S+),/.exec(await saidBy(apart, "Metrics are told"))?.[1] ?? "";
  expect(await (await fetch(url)).text()).toContain("heddle_build_info");
  expect((await fetch(`${apart.url}/metrics`)).status).toBe(404);
  await using silent = await startServer(off, ["--metrics", "off"]);
  expect((await fetch(`${silent.url}/metrics`)).status).toBe(404);
});

async function saidBy(running: RunningServer, words: string): Promise<string> {
  while (!running.talk().includes(words)) await Bun.sleep(20);
  return running.talk();
}

test("an address for metrics that is taken ends the start with one sentence", async () => {
  const { exitCode, talk } = await runExecutable([
    ...["serve", "--port", "0", "--data", join(directory.path, "taken")],
    ...["--metrics-listen", new URL(server.url).host],
  ]);
  expect(exitCode).not.toBe(0);
  expect(talk).toContain("--metrics-listen");
});

test("heddle audit tells who did what, of a data directory and of a service, also when it was started and stopped", async () => {
  const place = join(directory.path, "audited");
  const created = await runExecutable(["keys", "create", "--role", "admin", "--user", "ann", "--data", place]);
  const key = created.out.trim();
  const running = await startServer(place);
  const [remote] = [await runExecutable(["audit", "--url", running.url, "--key", key, "--action", "start", "--json"])];
  expect(JSON.parse(remote.out)).toMatchObject([{ action: "start", role: "service", address: "local" }]);
  await fetch(`${running.url}/jobs`, { headers: { authorization: "Bearer hdl_abcdefabcdef_wrong" } });
  const second = await runExecutable([...["keys", "create", "--role", "runner", "--user", "bob"], "--data", place]);
  const [, keyId = ""] = second.out.trim().split("_");
  const executed = await runExecutable([
    ...["execute", "echo", "--url", running.url, "--key", second.out.trim(), "--input", "text=a"],
  ]);
  expect(executed.exitCode).toBe(0);
  const byKey = await runExecutable(["audit", "--url", running.url, "--key", key, "--key-id", keyId]);
  expect(byKey.out).toMatch(new RegExp(` bob .* execute {2}echo .*key ${keyId} {2}by command line\\n$`));
  expect(await running.stop()).toBe(0);
  const local = await runExecutable(["audit", "--data", place, "--since", "1h", "--json"]);
  const lines = v.parse(v.array(v.looseObject({ action: v.string(), subject: v.string() })), JSON.parse(local.out));
  expect(lines.map(({ action }) => action)).toEqual(["stop", "execute", "create-key", "refuse", "start", "create-key"]);
  expect(lines[1]).toMatchObject({ keyID: keyId, client: "command line" });
  expect(lines[3]).toMatchObject({ subject: "key abcdefabcdef", outcome: "refused", address: "127.0.0.1" });
  const plain = await runExecutable(["audit", "--data", place, "--action", "create-key", "--limit", "1"]);
  expect(plain.out).toMatch(
    /^\S+Z {2}(?:\S+|from the command line) {2}operator {2}local {2}create-key {2}[0-9a-f]+\n$/,
  );
});
