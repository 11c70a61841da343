import { expect, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { JobEvent } from "../../src/domain/jobs/job.ts";
import { stageNames, stages } from "../../src/domain/jobs/progress.ts";
import { readEvents, startTestApp } from "../support/app.ts";
import { deployCwl, statusOf, submit, until, untilFinished } from "../support/jobs.ts";
import { twoSteps } from "../support/packages/shell-tool.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

function shellTool(script: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    baseCommand: ["sh", "-c", script],
    inputs: {},
    outputs: { said: "stdout" },
    stdout: "said.txt",
    ...more,
  };
}

/** The value of each stage that was entered, in order. */
function stageValues(events: readonly JobEvent[]): readonly number[] {
  return events.flatMap((event) =>
    event.kind === "stage" && event.stage !== undefined ? [stages[event.stage].percent] : [],
  );
}

test("The stages of a successful job stand in its events once each, in order, with percents in between", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(folder.path);
  await deployCwl(app.url, "tool", shellTool("echo PROGRESS 50 half >&2; sleep 0.3; echo done"));
  const job = await submit(app.url, "tool", {});
  const seen = await untilFinished(app.url, job, 5);
  const events = await readEvents(folder.path, job);

  expect(stageValues(events)).toEqual([1, 2, 4, 6, 8, 10, 15, 20, 90, 95, 100]);
  const percents = events.filter((event) => event.kind === "progress").map((event) => event.progress);
  expect(percents.length).toBeGreaterThan(0);
  for (const percent of percents) expect(percent >= 20 && percent <= 85).toBe(true);
  expect(events.map((event) => event.number)).toEqual(events.map((_, index) => index + 1));
  expect(events.map((event) => event.progress)).toEqual(events.map((event) => event.progress).sort((a, b) => a - b));
  expect(events.at(-1)).toMatchObject({ status: "successful", progress: 100 });

  const shown = seen.map((status) => status.progress);
  expect(shown).toEqual([...shown].sort((a, b) => a - b));
  const names = new Set<string>(stageNames);
  for (const status of seen) if (status.status === "running") expect(names.has(status.stage ?? "")).toBe(true);
});

const json = { "content-type": "application/json" };

test("A job that fails while an input is read walks 1, 2, 4, 85, 90, 95 and never shows 100", async () => {
  await using folder = await temporaryDirectory();
  // What another server answers is known only when the job asks for it.
  const other = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("{", { headers: json }) });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => other.stop(true));
  await using app = await startTestApp(folder.path, { allowFetch: ["127.0.0.1"] });
  const job = await submit(app.url, "echo", { text: { href: other.url.href } });
  const seen = await untilFinished(app.url, job);
  const events = await readEvents(folder.path, job);
  expect(stageValues(events)).toEqual([1, 2, 4, 85, 90, 95]);
  expect(events.find((event) => event.stage === "monitorError")?.failure).toMatchObject({ stage: "getInputs" });
  expect(seen.at(-1)).toMatchObject({ status: "failed", progress: 85 });
});

test("A job whose tool fails walks to 85, keeps it through 90 and 95, and tells exit code and last lines", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(folder.path);
  await deployCwl(app.url, "tool", shellTool("echo something is wrong >&2; exit 3"));
  const job = await submit(app.url, "tool", {});
  const seen = await untilFinished(app.url, job);
  const events = await readEvents(folder.path, job);
  expect(stageValues(events)).toEqual([1, 2, 4, 6, 8, 10, 15, 20, 85, 90, 95]);
  expect(seen.at(-1)).toMatchObject({ status: "failed", progress: 85 });
  const failure = events.at(-1)?.failure;
  expect(failure).toMatchObject({ exitCode: 3 });
  expect(failure?.stderrTail).toContain("something is wrong");
  const log = await readFile(join(folder.path, "outputs", `${job}.log`), "utf8");
  expect(log).toContain("something is wrong");
  expect(log).toContain("No results are kept: the job failed.");
  expect(log).not.toContain("Collecting job results");
  // Its lines say how far it had come: 85 is what programs are told.
  expect(log).toMatch(/ERROR +\[heddle\.job\] \d+:\d\d:\d\d +20% failed +Job execution failed/);
  expect(log).not.toContain("85%");
});

test("The statistics of a job tell what the tools of each step took", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(join(folder.path, "data"));
  const busy = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; sleep 0.3";
  await deployCwl(app.url, "tool", twoSteps(busy, "exit 3"));
  const job = await submit(app.url, "tool", { ledger: "" });
  await untilFinished(app.url, job);
  const statistics: unknown = await (await fetch(`${app.url}/jobs/${job}/statistics`)).json();
  expect(statistics).toMatchObject({
    attempts: 1,
    steps: [
      { step: "one", tools: 1, exitCode: 0, cpuSeconds: expect.any(Number), peakMemoryBytes: expect.any(Number) },
      { step: "two", tools: 1, exitCode: 3 },
    ],
  });
});

test("A job whose image cannot be had fails before anything of it runs, and names the ways", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(join(folder.path, "data"), { containerEngine: "none" });
  const document = twoSteps('echo x >>"$LEDGER"', "true");
  const requirements = { DockerRequirement: { dockerPull: "not-there:1" } };
  const two = { ...document.steps.two, run: { ...document.steps.two.run, requirements } };
  await deployCwl(app.url, "tool", { ...document, steps: { ...document.steps, two } });
  const ledger = join(folder.path, "ledger");
  const last = (await untilFinished(app.url, await submit(app.url, "tool", { ledger }))).at(-1);
  expect(last?.status).toBe("failed");
  expect(last?.message).toContain('image "not-there:1" not imported');
  expect(last?.message).toContain("heddle images import");
  expect(await Bun.file(ledger).exists()).toBe(false);
});

test("A tool that does not exist is named with its step", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(folder.path);
  await deployCwl(app.url, "tool", shellTool("", { baseCommand: "no-such-program-anywhere" }));
  const job = await submit(app.url, "tool", {});
  const last = (await untilFinished(app.url, job)).at(-1);
  expect(last?.status).toBe("failed");
  expect(last?.message).toContain("no-such-program-anywhere");
});

test("A job that is dismissed while its tool runs keeps its last value, and nothing of it goes on", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  await using app = await startTestApp(data);
  const marker = join(folder.path, "alive");
  await deployCwl(app.url, "tool", shellTool(`while true; do date +%N > ${marker}; sleep 0.02; done`));
  const job = await submit(app.url, "tool", {});
  await until("the tool is alive", () => Bun.file(marker).exists());
  const before = await statusOf(app.url, job);
  const answer = await fetch(`${app.url}/jobs/${job}`, { method: "DELETE" });
  expect(answer.status).toBe(200);
  expect(await statusOf(app.url, job)).toMatchObject({ status: "dismissed", progress: before.progress });
  await until("the work directory is gone", async () => (await readdir(join(data, "work"))).length === 0);
  const last = await readFile(marker, "utf8");
  await Bun.sleep(100);
  expect(await readFile(marker, "utf8")).toBe(last);
  const events = await readEvents(data, job);
  expect(events.at(-1)).toMatchObject({ status: "dismissed", progress: before.progress });
  expect(await readdir(join(data, "outputs"))).toEqual([]);
  expect((await fetch(`${app.url}/jobs/${job}`, { method: "DELETE" })).status).toBe(410);
  expect((await fetch(`${app.url}/jobs/${job}/results`)).status).toBe(410);
});

test("A built-in job of literal values makes neither file nor directory, and its log tells its stages", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(folder.path);
  const job = await submit(app.url, "echo", { text: "hello" });
  await untilFinished(app.url, job);
  expect(await readdir(join(folder.path, "outputs"))).toEqual([]);
  expect(await readdir(join(folder.path, "work"))).toEqual([]);
  expect(stageValues(await readEvents(folder.path, job))).toEqual([1, 2, 4, 6, 8, 10, 15, 20, 90, 95, 100]);
  expect(await (await fetch(`${app.url}/jobs/${job}/log`)).text()).toContain("100% successful");
});

test("A built-in job has log and links too when that is asked for", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(folder.path, { jobFiles: "always" });
  const job = await submit(app.url, "echo", { text: "hello" });
  await untilFinished(app.url, job);
  expect(await readFile(join(folder.path, "outputs", `${job}.log`), "utf8")).toContain("Job setup");
});

test("A job whose outputs cannot be written fails alone", async () => {
  await using folder = await temporaryDirectory();
  // In a sandbox a tool cannot do this.
  await using app = await startTestApp(folder.path, { sandbox: "off" });
  await deployCwl(
    app.url,
    "tool",
    // The server may make the directory again in between.
    shellTool("cd ../../../../..; until rm -rf outputs && touch outputs && test -f outputs; do :; done; echo x"),
  );
  await deployCwl(app.url, "good", shellTool("echo x"));
  const job = await submit(app.url, "tool", {});
  expect((await untilFinished(app.url, job)).at(-1)).toMatchObject({ status: "failed" });
  const other = await submit(app.url, "echo", { text: "still here" });
  expect((await untilFinished(app.url, other)).at(-1)).toMatchObject({ status: "successful" });
});

test("A built-in job that waits is stopped by its dismissal, and by the end of the server", async () => {
  await using folder = await temporaryDirectory();
  const app = await startTestApp(folder.path);
  const dismissed = await submit(app.url, "echo", { text: "x", pause: 60 });
  const left = await submit(app.url, "echo", { text: "x", pause: 60 });
  await until("both run", async () =>
    (await Promise.all([dismissed, left].map((job) => statusOf(app.url, job)))).every(
      (one) => one.status === "running",
    ),
  );
  await fetch(`${app.url}/jobs/${dismissed}`, { method: "DELETE" });
  await app[Symbol.asyncDispose]();
  expect((await readEvents(folder.path, left)).at(-1)).toMatchObject({ status: "running" });
});

test("How far a job came before it failed is what its last event before the failure tells, as its log does", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(folder.path);
  // Percents that come faster than they are stored.
  const script = "for percent in 10 30 50 65; do echo PROGRESS $percent >&2; sleep 0.15; done; exit 3";
  await deployCwl(app.url, "tool", shellTool(script));
  const job = await submit(app.url, "tool", {});
  const seen = await untilFinished(app.url, job, 10);
  const events = await readEvents(folder.path, job);

  const failed = events.findIndex(({ stage }) => stage === "monitorError");
  expect(events[failed - 1]).toMatchObject({ kind: "progress", progress: 62, stage: "monitorLoop" });
  const log = await (await fetch(`${app.url}/jobs/${job}/logs`)).text();
  expect(log).toMatch(/ 62% failed .*Job execution failed/);
  // What follows the failure is told with the end only.
  const running = seen.filter(({ status }) => status === "running");
  for (const { progress, stage, message } of running) {
    expect(stage).not.toBe("monitorError");
    expect(progress).toBeLessThanOrEqual(62);
    expect(message).not.toContain("failed");
  }
});
