import { expect, test } from "bun:test";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { deployCwl, statusOf, submit, until, untilFinished } from "../../support/jobs.ts";
import { shellTool, twoSteps } from "../../support/packages/shell-tool.ts";
import { runExecutable, startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

async function lines(file: string): Promise<readonly string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\n").filter(Boolean);
}

function retry(url: string, job: string, body?: unknown): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(`${url}/jobs/${job}/retry`, {
    method: "POST",
    ...(body === undefined ? {} : { headers, body: JSON.stringify(body) }),
  });
}

/** Fails until the file beside the ledger is there. */
const needy = 'echo two >>"$LEDGER"; test -e "$LEDGER.ok" || exit 4; cat "$2"; echo " two"';

test("a failed job runs again as a new attempt, with its inputs and the revision that it had", async () => {
  await using folder = await temporaryDirectory();
  const ledger = join(folder.path, "ledger");
  await using server = await startServer(join(folder.path, "data"));
  await deployCwl(server.url, "needy", shellTool('echo one >>"$LEDGER"; test -e "$LEDGER.ok" && echo done'));
  const job = await submit(server.url, "needy", { ledger });
  expect((await untilFinished(server.url, job)).at(-1)).toMatchObject({ status: "failed", attempt: 1 });
  const { processRevision, executionId } = await statusOf(server.url, job);
  const replaced = await fetch(`${server.url}/processes/needy`, {
    method: "PUT",
    headers: { "content-type": "application/cwl+json" },
    body: JSON.stringify({ ...shellTool("echo other"), id: "needy" }),
  });
  expect(replaced.ok).toBe(true);
  await Bun.write(`${ledger}.ok`, "");
  const answer = await retry(server.url, job);
  expect([answer.status, await answer.json()]).toMatchObject([200, { jobID: job, status: "accepted", progress: 0 }]);
  const end = (await untilFinished(server.url, job)).at(-1);
  expect(end).toMatchObject({ status: "successful", progress: 100, attempt: 2, processRevision });
  expect(end?.executionId).not.toBe(executionId);
  expect(end?.exception).toBeUndefined();
  expect(await (await fetch(`${server.url}/jobs/${job}/results/said`)).text()).toBe("done\n");
  expect((await lines(ledger)).length).toBe(2);
});

test("a retry from the failed step keeps the finished ones, also when the server goes down meanwhile", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const ledger = join(folder.path, "ledger");
  const before = await startServer(data);
  const slowSecond = needy.replace("cat", "sleep 1; cat");
  await deployCwl(before.url, "steps", twoSteps('echo one >>"$LEDGER"; printf one', slowSecond));
  const job = await submit(before.url, "steps", { ledger });
  expect((await untilFinished(before.url, job)).at(-1)?.status).toBe("failed");
  expect((await runExecutable(["retry", job, "--from-failed", "--url", before.url])).exitCode).toBe(0);
  expect((await untilFinished(before.url, job)).at(-1)?.status).toBe("failed");
  await Bun.write(`${ledger}.ok`, "");
  expect((await retry(before.url, job, { fromFailed: true })).status).toBe(200);
  await until("the second step runs", async () => (await lines(ledger)).length === 4);
  await before.stop("SIGKILL");
  await using after = await startServer(data);
  expect((await untilFinished(after.url, job)).at(-1)).toMatchObject({ status: "successful", attempt: 3 });
  expect(await lines(ledger)).toEqual(["one", "two", "two", "two"]);
  expect(await (await fetch(`${after.url}/jobs/${job}/results/first`)).text()).toBe("one");
  expect(await (await fetch(`${after.url}/jobs/${job}/results/second`)).text()).toBe("one two\n");
  await until("no scratch is left", async () => (await readdir(join(data, "work"))).length === 0);
  await fetch(`${after.url}/jobs/${job}`, { method: "DELETE" });
  expect(await readdir(join(data, "outputs"))).toEqual([]);
}, 20_000);

test("a retry from the failed step runs a finished one again when its files are gone", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const ledger = join(folder.path, "ledger");
  await using server = await startServer(data);
  await deployCwl(server.url, "steps", twoSteps('echo one >>"$LEDGER"; printf one', needy));
  const job = await submit(server.url, "steps", { ledger });
  await untilFinished(server.url, job);
  // The server removes parts of it, too, when it cleans up behind the job: what it takes away in the midst ends a removal.
  const work = join(data, "work");
  await until("its files are gone", async () => {
    for (const name of await readdir(work)) await rm(join(work, name), { recursive: true, force: true });
    return (await readdir(work)).length === 0;
  });
  await Bun.write(`${ledger}.ok`, "");
  await retry(server.url, job, { fromFailed: true });
  expect((await untilFinished(server.url, job)).at(-1)?.status).toBe("successful");
  expect(await lines(ledger)).toEqual(["one", "two", "one", "two"]);
});

test("a dismissed job runs again when all of it is gone; until then a retry is a conflict", async () => {
  await using folder = await temporaryDirectory();
  const ledger = join(folder.path, "ledger");
  await using server = await startServer(join(folder.path, "data"));
  await deployCwl(
    server.url,
    "tool",
    shellTool('trap "" TERM; echo x >>"$LEDGER"; test -e "$LEDGER.ok" || sleep 100; echo x'),
  );
  const job = await submit(server.url, "tool", { ledger });
  await until("it runs", async () => (await lines(ledger)).length === 1);
  await fetch(`${server.url}/jobs/${job}`, { method: "DELETE" });
  await Bun.write(`${ledger}.ok`, "");
  const statuses: number[] = [];
  await until("it is accepted", async () => {
    const { status } = await retry(server.url, job);
    statuses.push(status);
    return status === 200;
  });
  expect(new Set(statuses)).toEqual(new Set([409, 200]));
  expect((await untilFinished(server.url, job)).at(-1)).toMatchObject({ status: "successful", attempt: 2 });
});

test("only failed and dismissed jobs are retried, and only with a body that is understood", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path);
  const job = await submit(server.url, "echo", { text: "a" });
  await untilFinished(server.url, job);
  expect((await retry(server.url, job)).status).toBe(409);
  expect((await retry(server.url, "nope")).status).toBe(404);
  const wrong = await retry(server.url, job, { fromFailed: "yes" });
  expect([wrong.status, await wrong.json()]).toMatchObject([400, { errors: [{ pointer: "/fromFailed" }] }]);
  expect((await retry(server.url, job, { other: 1 })).status).toBe(400);
});

test("of many retries of one job one is accepted", async () => {
  await using folder = await temporaryDirectory();
  const ledger = join(folder.path, "ledger");
  await using server = await startServer(join(folder.path, "data"));
  await deployCwl(server.url, "bad", shellTool('echo x >>"$LEDGER"; exit 1'));
  const job = await submit(server.url, "bad", { ledger });
  await untilFinished(server.url, job);
  const answers = await Promise.all(Array.from({ length: 6 }, () => retry(server.url, job)));
  expect(answers.filter((answer) => answer.status === 200).length).toBe(1);
  expect((await untilFinished(server.url, job)).at(-1)).toMatchObject({ attempt: 2 });
  expect((await lines(ledger)).length).toBe(2);
});
