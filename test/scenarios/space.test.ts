import { expect, test } from "bun:test";
import { mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { silentLogger } from "../../src/domain/logger.ts";
import { createLayout } from "../../src/files/layout.ts";
import { tidyUp } from "../../src/runner/housekeeping.ts";
import { openDatabase } from "../../src/store/database.ts";
import { startServer } from "../support/executable.ts";
import { deployCwl, readStatus, statusOf, submit, until, untilFinished } from "../support/jobs.ts";
import { realClock } from "../support/real-clock.ts";
import { shellTool } from "../support/shell-tool.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const hour = 3_600_000;

async function submitPinned(url: string, process: string, inputs: unknown): Promise<string> {
  const response = await fetch(`${url}/processes/${process}/execution`, {
    method: "POST",
    headers: { "content-type": "application/json", prefer: "respond-async" },
    body: JSON.stringify({ inputs, heddle: { pinned: true } }),
  });
  return (await readStatus(response)).jobID;
}

test("jobs are kept for as long as is set, and tell until when; pinned ones stay", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const flags = ["--keep-hours", "2"];
  const old: string[] = [];
  let pinned = "";
  {
    await using server = await startServer(data, flags);
    await deployCwl(server.url, "tool", shellTool("echo hello"));
    old.push(await submit(server.url, "tool", { ledger: "" }), await submit(server.url, "echo", { text: "a" }));
    pinned = await submitPinned(server.url, "tool", { ledger: "" });
    for (const job of [...old, pinned]) await untilFinished(server.url, job);
    const status = await statusOf(server.url, old[0] ?? "");
    expect(Date.parse(String(status.expirationDate)) - Date.parse(String(status.finished))).toBe(2 * hour);
    expect((await statusOf(server.url, pinned)).expirationDate).toBeUndefined();
    await server.stop();
  }
  {
    const clock = { ...realClock, now: () => Date.now() + 2.5 * hour };
    const layout = createLayout(data);
    await using database = await openDatabase({ file: join(data, "heddle.db"), clock, logger: silentLogger });
    await tidyUp({ database, layout, clock, logger: silentLogger, keptMilliseconds: 3 * hour });
    expect((await database.read({ sql: "SELECT id FROM jobs", args: [] })).length).toBe(3);
    await tidyUp({ database, layout, clock, logger: silentLogger, keptMilliseconds: 2 * hour });
    for (const table of ["job_events", "results", "executions"]) {
      const [first] = await database.read({
        sql: `SELECT count(*) AS found FROM ${table} WHERE job_id <> ?`,
        args: [pinned],
      });
      expect([table, Number(first?.found)]).toEqual([table, 0]);
    }
  }
  await using server = await startServer(data, flags);
  for (const job of old) expect((await fetch(`${server.url}/jobs/${job}`)).status).toBe(404);
  expect(await (await fetch(`${server.url}/jobs/${pinned}/results/said`)).text()).toBe("hello\n");
  expect((await readdir(join(data, "outputs"))).length).toBe(4);
});

test("what belongs to no job and links that lead nowhere go at the start; what somebody else put there stays", async () => {
  await using folder = await temporaryDirectory();
  const outputs = join(folder.path, "outputs");
  const [orphan, stale] = ["01a20a51-0000-7000-8000-000000000000", "01a20a51-0000-7000-8000-000000000001"];
  let kept = "";
  {
    await using server = await startServer(folder.path);
    await deployCwl(server.url, "tool", shellTool("echo hello"));
    kept = await submit(server.url, "tool", { ledger: "" });
    await untilFinished(server.url, kept);
    await server.stop();
  }
  await mkdir(join(outputs, orphan, "said"), { recursive: true });
  await Bun.write(join(outputs, `${orphan}.log`), "x");
  await symlink(orphan, join(outputs, stale));
  await Bun.write(join(outputs, "index.html"), "mine");
  await using server = await startServer(folder.path);
  await until("the orphans are gone", async () => !(await readdir(outputs)).some((name) => /01a20a51/.test(name)));
  expect(await readdir(outputs)).toContain("index.html");
  expect(await (await fetch(`${server.url}/jobs/${kept}/results/said`)).text()).toBe("hello\n");
});

test("no job is claimed while the disk is almost full: readyz and the waiting job say so", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  let job = "";
  {
    await using server = await startServer(data, ["--min-free-bytes", "9000000000000000"]);
    job = await submit(server.url, "echo", { text: "a" });
    const ready = await fetch(`${server.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await statusOf(server.url, job)).toMatchObject({
      status: "accepted",
      waitsFor: expect.stringContaining("disk"),
    });
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  }
  await using server = await startServer(data);
  expect((await untilFinished(server.url, job)).at(-1)?.status).toBe("successful");
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
});

/** A file system of its own of a few MiB; undefined where mounting is not allowed. */
async function mountSmall(directory: string, mebibytes: number): Promise<AsyncDisposable | undefined> {
  await mkdir(directory, { recursive: true });
  const mounted = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", directory]);
  if (mounted.exitCode !== 0) return undefined;
  return { [Symbol.asyncDispose]: async () => void Bun.spawnSync(["umount", "-l", directory]) };
}

test("a job whose results do not fit on the disk fails saying so, leaves nothing there, and the next one does well", async () => {
  await using folder = await temporaryDirectory();
  const outputs = join(folder.path, "outputs");
  await using disk = await mountSmall(outputs, 8);
  if (disk === undefined) return;
  const data = join(folder.path, "data");
  await using server = await startServer(data, ["--outputs-dir", outputs, "--min-free-bytes", "0"]);
  await deployCwl(server.url, "tool", shellTool('head -c "$LEDGER" /dev/zero'));
  const large = await submit(server.url, "tool", { ledger: "16000000" });
  const end = (await untilFinished(server.url, large)).at(-1);
  expect([end?.status, end?.message]).toEqual(["failed", expect.stringMatching(/ENOSPC|no space/i)]);
  const small = await submit(server.url, "tool", { ledger: "1000000" });
  expect((await untilFinished(server.url, small)).at(-1)?.status).toBe("successful");
  expect((await (await fetch(`${server.url}/jobs/${small}/results/said`)).arrayBuffer()).byteLength).toBe(1_000_000);
}, 20_000);

test("a server whose disk fills up answers with an error, loses no accepted job, and goes on when there is room", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  await using disk = await mountSmall(data, 24);
  if (disk === undefined) return;
  await using server = await startServer(data, ["--min-free-bytes", "0"], {
    environment: { HEDDLE_ADDON_DIRECTORY: folder.path },
  });
  const before = await submit(server.url, "echo", { text: "before" });
  await untilFinished(server.url, before);
  Bun.spawnSync(["sh", "-c", `head -c 100000000 /dev/zero >"${data}/filler"`]);
  const answers = new Set<number>();
  const accepted: string[] = [];
  for (let count = 0; count < 400 && !answers.has(500) && !answers.has(503) && !answers.has(507); count += 1) {
    const response = await fetch(`${server.url}/processes/echo/execution`, {
      method: "POST",
      headers: { "content-type": "application/json", prefer: "respond-async" },
      body: JSON.stringify({ inputs: { text: "x".repeat(20_000) } }),
    });
    answers.add(response.status);
    if (response.status === 201) accepted.push((await readStatus(response)).jobID);
  }
  expect(answers.size).toBeGreaterThan(0);
  Bun.spawnSync(["rm", join(data, "filler")]);
  for (const job of [before, ...accepted]) {
    expect((await untilFinished(server.url, job)).at(-1)?.status).toBe("successful");
  }
  const after = await submit(server.url, "echo", { text: "after" });
  expect((await untilFinished(server.url, after)).at(-1)?.status).toBe("successful");
}, 60_000);

test("a work directory that was ruined while the server was down fails its job saying so", async () => {
  await using folder = await temporaryDirectory();
  const [data, ledger] = [join(folder.path, "data"), join(folder.path, "ledger")];
  const before = await startServer(data);
  await deployCwl(before.url, "tool", shellTool('echo x >>"$LEDGER"; sleep 1'));
  const job = await submit(before.url, "tool", { ledger });
  await until("it runs", () => Bun.file(ledger).exists());
  await before.stop("SIGKILL");
  for await (const file of new Bun.Glob("work/*/prepared.json").scan({ cwd: data })) {
    await Bun.write(join(data, file), "{ ruined");
  }
  await using after = await startServer(data);
  const end = (await untilFinished(after.url, job)).at(-1);
  expect(end?.status).toBe("failed");
  expect(end?.message).toContain("prepared execution cannot be read");
});
