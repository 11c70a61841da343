import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { statusOf, submit, until, untilFinished } from "../../support/jobs.ts";
import { shellTool, twoSteps } from "../../support/packages/shell-tool.ts";
import { killTools } from "../../support/packages/tools.ts";
import { startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

async function deploy(url: string, id: string, unit: unknown, heddle: unknown): Promise<Response> {
  return fetch(`${url}/processes`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ processDescription: { id, heddle }, executionUnit: { unit, type: "application/cwl" } }),
  });
}

async function lines(file: string): Promise<readonly string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\n").filter(Boolean);
}

/** Writes a line to the ledger, and takes long the first time. */
const slowOnce = 'echo x >>"$LEDGER"; test -e "$LEDGER.ok" || { touch "$LEDGER.ok"; sleep 100; }; echo done';

async function loseTool(data: string, ledger: string, heddle: unknown) {
  const before = await startServer(data);
  expect((await deploy(before.url, "tool", shellTool(slowOnce), heddle)).status).toBe(201);
  const job = await submit(before.url, "tool", { ledger });
  await until("it runs", async () => (await lines(ledger)).length === 1 && existsSync(`${ledger}.ok`));
  await before.stop("SIGKILL");
  await killTools(data);
  return { job, server: await startServer(data) };
}

test.each([undefined, { restart: "rerun" }])("a lost tool runs again when its process says %p", async (heddle) => {
  await using folder = await temporaryDirectory();
  const ledger = join(folder.path, "ledger");
  const { job, server } = await loseTool(join(folder.path, "data"), ledger, heddle);
  await using _ = server;
  expect((await untilFinished(server.url, job)).at(-1)).toMatchObject({ status: "successful" });
  expect((await lines(ledger)).length).toBe(2);
});

test("a lost tool fails its job when its process only resumes", async () => {
  await using folder = await temporaryDirectory();
  const ledger = join(folder.path, "ledger");
  const { job, server } = await loseTool(join(folder.path, "data"), ledger, { restart: "resume" });
  await using _ = server;
  const end = (await untilFinished(server.url, job)).at(-1);
  expect(end?.status).toBe("failed");
  expect(end?.message).toContain("what was lost is not run again");
  expect((await lines(ledger)).length).toBe(1);
});

test("a process that resumes goes on at the step where it was", async () => {
  await using folder = await temporaryDirectory();
  const [data, ledger] = [join(folder.path, "data"), join(folder.path, "ledger")];
  const before = await startServer(data);
  const steps = twoSteps('echo one >>"$LEDGER"', 'echo two >>"$LEDGER"; sleep 1');
  await deploy(before.url, "steps", steps, { restart: "resume" });
  const job = await submit(before.url, "steps", { ledger });
  await until("the second step runs", async () => (await lines(ledger)).length === 2);
  await before.stop("SIGKILL");
  await using after = await startServer(data);
  expect((await untilFinished(after.url, job)).at(-1)).toMatchObject({ status: "successful" });
  expect(await lines(ledger)).toEqual(["one", "two"]);
});

test("a job whose process fails at a restart fails, its tool is stopped and its log stays", async () => {
  await using folder = await temporaryDirectory();
  const [data, ledger] = [join(folder.path, "data"), join(folder.path, "ledger")];
  const before = await startServer(data);
  await deploy(before.url, "tool", shellTool('echo x >>"$LEDGER"; echo said >&2; sleep 100'), { restart: "fail" });
  const job = await submit(before.url, "tool", { ledger });
  await until("it runs", async () => (await lines(ledger)).length === 1);
  await before.stop("SIGKILL");
  await using after = await startServer(data);
  const status = await statusOf(after.url, job);
  expect(status.status).toBe("failed");
  expect(status.message).toContain("its process says that it fails then");
  expect(existsSync(`/proc/${(await lines(ledger))[0]}`)).toBe(false);
  expect(await (await fetch(`${after.url}/jobs/${job}/log`)).text()).toContain("said");
});

test("a tool that is lost three times fails its job", async () => {
  await using folder = await temporaryDirectory();
  const [data, ledger] = [join(folder.path, "data"), join(folder.path, "ledger")];
  let server = await startServer(data);
  await deploy(server.url, "tool", shellTool('echo x >>"$LEDGER"; sleep 100'), undefined);
  const job = await submit(server.url, "tool", { ledger });
  for (let lost = 1; lost <= 3; lost += 1) {
    await until("it runs", async () => (await lines(ledger)).length === lost);
    await server.stop("SIGKILL");
    await killTools(data);
    server = await startServer(data);
  }
  await using last = server;
  const end = (await untilFinished(last.url, job)).at(-1);
  expect(end?.message).toContain("3 tries lost");
  expect((await lines(ledger)).length).toBe(3);
}, 20_000);

test("a policy that there is not is refused where it stands", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path);
  const answer = await deploy(server.url, "tool", shellTool("true"), { restart: "never" });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({
    errors: expect.arrayContaining([
      { pointer: "/processDescription/heddle/restart", detail: 'found "never", wanted one of rerun, resume, fail' },
    ]),
  });
});
