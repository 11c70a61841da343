import { expect, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readEvents } from "../../support/app.ts";
import { deployCwl, statusOf, submit, until, untilFinished } from "../../support/jobs.ts";
import { shellTool } from "../../support/packages/shell-tool.ts";
import { livingBelow } from "../../support/packages/tools.ts";
import { runExecutable, startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

async function lines(file: string): Promise<readonly string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\n").filter(Boolean);
}

function remove(url: string, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}${path}`, { method: "DELETE", ...init });
}

/** Four generations that ignore SIGTERM; the last one leaves the session, and its parent leaves it behind. */
const stubborn = `trap "" TERM
echo x >>"$LEDGER"
sh -c 'trap "" TERM; echo x >>"$LEDGER"; sh -c "trap \\"\\" TERM; echo x >>\\"$LEDGER\\"; sleep 100; :"; :' &
setsid sh -c 'trap "" TERM; echo x >>"$LEDGER"; sleep 100; :' &
sleep 100
wait`;

test("dismissing a running job ends its whole process tree within two seconds, whatever it ignores", async () => {
  await using folder = await temporaryDirectory();
  const ledger = join(folder.path, "ledger");
  await using server = await startServer(join(folder.path, "data"));
  await deployCwl(server.url, "stubborn", shellTool(stubborn));
  const job = await submit(server.url, "stubborn", { ledger });
  await until("all of it lives", async () => (await lines(ledger)).length === 4);
  const work = join(folder.path, "data", "work");
  expect((await livingBelow(work)).length).toBeGreaterThan(4);
  expect((await remove(server.url, `/jobs/${job}`)).status).toBe(200);
  await Bun.sleep(2000);
  expect(await livingBelow(work)).toEqual([]);
  expect((await statusOf(server.url, job)).status).toBe("dismissed");
  await until("its files are gone", async () => {
    const left = await Promise.all(["work", "outputs"].map((name) => readdir(join(folder.path, "data", name))));
    return left.flat().length === 0;
  });
}, 20_000);

test("dismissing a finished job removes its outputs; results, outputs and a second DELETE are gone", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path);
  await deployCwl(server.url, "tool", shellTool("echo hello"));
  const job = await submit(server.url, "tool", { ledger: "" });
  await untilFinished(server.url, job);
  const { executionId } = await statusOf(server.url, job);
  const file = `/outputs/${job}/said/said.txt`;
  expect(await (await fetch(server.url + file)).text()).toBe("hello\n");
  const answer = await remove(server.url, `/jobs/${job}`);
  expect([answer.status, await answer.json()]).toMatchObject([200, { status: "dismissed" }]);
  for (const path of [
    `/jobs/${job}`,
    `/jobs/${job}/results`,
    `/jobs/${job}/results/said`,
    file,
    `/outputs/${executionId}/said/said.txt`,
  ]) {
    expect([path, (await fetch(server.url + path)).status]).toEqual([path, 410]);
  }
  expect((await remove(server.url, `/jobs/${job}`)).status).toBe(410);
  expect(await readdir(join(folder.path, "outputs"))).toEqual([]);
});

test("dismissing a waiting job takes it out of the queue: its tool never runs", async () => {
  await using folder = await temporaryDirectory();
  const [first, second] = [join(folder.path, "first"), join(folder.path, "second")];
  await using server = await startServer(join(folder.path, "data"), ["--slots", "1"]);
  await deployCwl(server.url, "tool", shellTool('echo x >>"$LEDGER"; sleep 0.5'));
  const running = await submit(server.url, "tool", { ledger: first });
  await until("the only slot is taken", async () => (await lines(first)).length === 1);
  const waiting = await submit(server.url, "tool", { ledger: second });
  expect((await remove(server.url, `/jobs/${waiting}`)).status).toBe(200);
  await untilFinished(server.url, running);
  await untilFinished(server.url, await submit(server.url, "tool", { ledger: first }));
  expect(await lines(second)).toEqual([]);
});

test("of many dismissals of one job exactly one is answered 200, and its history tells one end", async () => {
  await using folder = await temporaryDirectory();
  const ledger = join(folder.path, "ledger");
  const data = join(folder.path, "data");
  await using server = await startServer(data);
  await deployCwl(server.url, "tool", shellTool('echo x >>"$LEDGER"; sleep 100'));
  const job = await submit(server.url, "tool", { ledger });
  await until("it runs", async () => (await lines(ledger)).length === 1);
  const answers = await Promise.all(Array.from({ length: 8 }, () => remove(server.url, `/jobs/${job}`)));
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, ...Array.from({ length: 7 }, () => 410)]);
  await server.stop();
  const ends = (await readEvents(data, job)).filter((event) => event.status === "dismissed");
  expect(ends.length).toBe(1);
});

test("what a dismissal had not stopped when the server was killed is stopped by the next start, and stays dismissed", async () => {
  await using folder = await temporaryDirectory();
  const [data, ledger] = [join(folder.path, "data"), join(folder.path, "ledger")];
  const before = await startServer(data, ["--grace-seconds", "3600"]);
  await deployCwl(before.url, "stubborn", shellTool(stubborn));
  const job = await submit(before.url, "stubborn", { ledger });
  await until("all of it lives", async () => (await lines(ledger)).length === 4);
  expect((await remove(before.url, `/jobs/${job}`)).status).toBe(200);
  await before.stop("SIGKILL");
  expect((await livingBelow(join(data, "work"))).length).toBeGreaterThan(0);
  await using after = await startServer(data);
  await until("all of it is gone", async () => (await livingBelow(join(data, "work"))).length === 0);
  expect((await statusOf(after.url, job)).status).toBe("dismissed");
  expect((await fetch(`${after.url}/jobs/${job}/results`)).status).toBe(410);
  await until("its files are gone", async () => (await readdir(join(data, "work"))).length === 0);
  expect((await lines(ledger)).length).toBe(4);
}, 20_000);

test("jobs are dismissed in bulk, each with its own outcome", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path);
  const jobs = [await submit(server.url, "echo", { text: "a" }), await submit(server.url, "echo", { text: "b" })];
  for (const job of jobs) await untilFinished(server.url, job);
  const bulk = (ids: unknown) =>
    remove(server.url, "/jobs", {
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jobs: ids }),
    });
  const answer = await bulk([...jobs, "nope"]);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({
    jobs: [
      { jobID: jobs[0], status: "dismissed" },
      { jobID: jobs[1], status: "dismissed" },
      { jobID: "nope", exception: { status: 404 } },
    ],
  });
  expect(await (await bulk(jobs)).json()).toMatchObject({ jobs: [{ exception: { status: 410 } }, {}] });
  const wrong = await bulk([]);
  expect([wrong.status, await wrong.json()]).toMatchObject([400, { errors: [{ pointer: "/jobs" }] }]);
});

test("the command line dismisses a job", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path);
  const job = await submit(server.url, "echo", { text: "a" });
  await untilFinished(server.url, job);
  expect((await runExecutable(["dismiss", job, "--url", server.url])).exitCode).toBe(0);
  expect((await runExecutable(["dismiss", job, "--url", server.url])).exitCode).toBe(7);
});
