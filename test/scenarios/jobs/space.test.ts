import { expect, test } from "bun:test";
import { mkdir, readdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import { createLayout } from "../../../src/files/layout.ts";
import { tidyUp } from "../../../src/runner/care/housekeeping.ts";
import { openDatabase } from "../../../src/store/database/database.ts";
import { deployCwl, readStatus, statusOf, submit, until, untilFinished } from "../../support/jobs.ts";
import { mayMount, mountSmall } from "../../support/machine/small-disk.ts";
import { shellTool } from "../../support/packages/shell-tool.ts";
import { livingBelow } from "../../support/packages/tools.ts";
import { realClock } from "../../support/real-clock.ts";
import { canSetClocks, startWithClock } from "../../support/servers/clocked-server.ts";
import { startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

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
    const kept = { orphanDays: 30, hasLivingTool: async () => false };
    await using database = await openDatabase({ file: join(data, "heddle.db"), clock, logger: silentLogger });
    await tidyUp({ database, layout, clock, logger: silentLogger, ...kept, keptMilliseconds: 3 * hour });
    expect((await database.read({ sql: "SELECT id FROM jobs", args: [] })).length).toBe(3);
    await tidyUp({ database, layout, clock, logger: silentLogger, ...kept, keptMilliseconds: 2 * hour });
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

test.skipIf(!canSetClocks)(
  "scratch of a failed job goes after a day; results, logs and records go together when they were kept long enough",
  async () => {
    await using folder = await temporaryDirectory();
    const flags = ["--keep-hours", "48"];
    const listed = (name: string) => readdir(join(folder.path, "data", name));
    const jobs: string[] = [];
    {
      await using server = (await startWithClock(folder.path, flags)).server;
      await deployCwl(server.url, "tool", shellTool('echo hello; test "$LEDGER" != fail'));
      for (const ledger of ["", "fail"]) jobs.push(await submit(server.url, "tool", { ledger }));
      jobs.push(await submitPinned(server.url, "tool", { ledger: "" }));
      for (const job of jobs) await untilFinished(server.url, job);
      const { finished, expirationDate } = await statusOf(server.url, jobs[1] ?? "");
      expect(Date.parse(String(expirationDate)) - Date.parse(String(finished))).toBe(48 * hour);
      await until("only the failed one has scratch", async () => (await listed("work")).length === 1);
      await server.stop();
    }
    const [good = "", bad = "", pinned = ""] = jobs;
    {
      await using server = (await startWithClock(folder.path, flags, "+25h")).server;
      await until("the scratch is gone", async () => (await listed("work")).length === 0);
      expect(await (await fetch(`${server.url}/jobs/${good}/results/said`)).text()).toBe("hello\n");
      expect((await fetch(`${server.url}/jobs/${bad}/log`)).status).toBe(200);
      await server.stop();
    }
    await using server = (await startWithClock(folder.path, flags, "+49h")).server;
    const statusesOf = (job: string) =>
      Promise.all(
        ["", "/results", "/log"].map(async (path) => (await fetch(`${server.url}/jobs/${job}${path}`)).status),
      );
    await until("they are gone", async () => (await statusesOf(good))[0] === 404 && (await statusesOf(bad))[0] === 404);
    expect([await statusesOf(good), await statusesOf(bad)]).toEqual(Array(2).fill([404, 404, 404]));
    expect(await statusesOf(pinned)).toEqual([200, 200, 200]);
    await until("their files are gone", async () => (await listed("outputs")).length === 4);
  },
  30_000,
);

test("what belongs to no job is set aside at the start, with its links; what somebody else put there stays", async () => {
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
  const [day = ""] = await readdir(join(outputs, ".orphans"));
  expect((await readdir(join(outputs, ".orphans", day))).toSorted()).toEqual([orphan, `${orphan}.log`, stale]);
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

const canMount = await mayMount();

/** Starts a server whose outputs lie on a file system of their own of 8 MiB. */
async function serveOnSmallDisk(stack: AsyncDisposableStack, flags: readonly string[] = []) {
  const folder = stack.use(await temporaryDirectory());
  const outputs = join(folder.path, "outputs");
  const disk = stack.use(await mountSmall(outputs, 8));
  const all = ["--outputs-dir", outputs, "--min-free-bytes", "0", ...flags];
  return { disk, server: stack.use(await startServer(join(folder.path, "data"), all)) };
}

test.skipIf(!canMount)(
  "jobs fail when the outputs directory could not be written for as long as they wait, and do well when it can again",
  async () => {
    await using stack = new AsyncDisposableStack();
    const { server, disk } = await serveOnSmallDisk(stack, ["--shortage-seconds", "1"]);
    await deployCwl(server.url, "tool", shellTool("echo hello"));
    disk.remount("ro");
    const failed = await submit(server.url, "tool", { ledger: "" });
    const end = (await untilFinished(server.url, failed)).at(-1);
    expect([end?.status, end?.message]).toEqual(["failed", expect.stringMatching(/EROFS|read-only/i)]);
    const other = await submit(server.url, "echo", { text: "still here" });
    expect((await untilFinished(server.url, other)).at(-1)?.status).toBe("successful");
    disk.remount("rw");
    expect((await fetch(`${server.url}/jobs/${failed}/retry`, { method: "POST" })).status).toBe(200);
    for (const job of [failed, await submit(server.url, "tool", { ledger: "" })]) {
      expect((await untilFinished(server.url, job)).at(-1)?.status).toBe("successful");
      expect(await (await fetch(`${server.url}/jobs/${job}/results/said`)).text()).toBe("hello\n");
    }
  },
  20_000,
);

test.skipIf(!canMount)(
  "a job whose results do not fit on the disk fails saying so, leaves nothing there, and the next one does well",
  async () => {
    await using stack = new AsyncDisposableStack();
    const { server } = await serveOnSmallDisk(stack);
    await deployCwl(server.url, "tool", shellTool('head -c "$LEDGER" /dev/zero'));
    const large = await submit(server.url, "tool", { ledger: "16000000" });
    const end = (await untilFinished(server.url, large)).at(-1);
    expect([end?.status, end?.message]).toEqual(["failed", expect.stringMatching(/ENOSPC|no space/i)]);
    const small = await submit(server.url, "tool", { ledger: "1000000" });
    expect((await untilFinished(server.url, small)).at(-1)?.status).toBe("successful");
    expect((await (await fetch(`${server.url}/jobs/${small}/results/said`)).arrayBuffer()).byteLength).toBe(1_000_000);
  },
  20_000,
);

test.skipIf(!canMount)(
  "a server whose disk fills up answers 503 saying so, loses no accepted job, and goes on when there is room",
  async () => {
    await using folder = await temporaryDirectory();
    const data = join(folder.path, "data");
    await using _disk = await mountSmall(data, 24);
    await using server = await startServer(data, ["--min-free-bytes", "0"], {
      environment: { HEDDLE_ADDON_DIRECTORY: folder.path },
    });
    const before = await submit(server.url, "echo", { text: "before" });
    await untilFinished(server.url, before);
    Bun.spawnSync(["sh", "-c", `head -c 100000000 /dev/zero >"${data}/filler"`]);
    const accepted: string[] = [];
    let refused: Response | undefined;
    // The log of the database may have room for some.
    while (refused === undefined) {
      const response = await fetch(`${server.url}/processes/echo/execution`, {
        method: "POST",
        headers: { "content-type": "application/json", prefer: "respond-async" },
        body: JSON.stringify({ inputs: { text: "x".repeat(20_000) } }),
      });
      if (response.status === 201) accepted.push((await readStatus(response)).jobID);
      else refused = response;
    }
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "10"]);
    expect(await refused.json()).toMatchObject({ detail: expect.stringContaining("no room on the disk") });
    Bun.spawnSync(["rm", join(data, "filler")]);
    for (const job of [before, ...accepted]) {
      expect((await untilFinished(server.url, job)).at(-1)?.status).toBe("successful");
    }
    const after = await submit(server.url, "echo", { text: "after" });
    expect((await untilFinished(server.url, after)).at(-1)?.status).toBe("successful");
  },
  60_000,
);

test.each([
  ["was ruined", (file: string) => Bun.write(file, "{ ruined")],
  ["was lost in part", (file: string) => rm(file)],
  ["was changed by hand", async (file: string) => Bun.write(file, (await Bun.file(file).text()).replace("xx", "yy"))],
] as const)(
  "a work directory that %s while the server was down fails its job saying so, and nothing of it runs on",
  async (_, ruin) => {
    await using folder = await temporaryDirectory();
    const [data, ledger] = [join(folder.path, "data"), join(folder.path, "ledger")];
    const before = await startServer(data);
    const inputs = { ledger: { type: "string", inputBinding: { position: 1 } }, text: "string" };
    await deployCwl(
      before.url,
      "tool",
      shellTool('echo x >>"$LEDGER"; test -e "$LEDGER.fine" || sleep 100', { inputs }),
    );
    // Inputs that are this long are kept there.
    const job = await submit(before.url, "tool", { ledger, text: "x".repeat(20_000) });
    await until("it runs", () => Bun.file(ledger).exists());
    await before.stop("SIGKILL");
    for await (const file of new Bun.Glob("work/*/prepared.json").scan({ cwd: data })) await ruin(join(data, file));
    await using after = await startServer(data);
    const end = (await untilFinished(after.url, job)).at(-1);
    expect(end?.status).toBe("failed");
    expect(end?.message).toContain("prepared execution cannot be read");
    expect(await livingBelow(join(data, "work"))).toEqual([]);
    await Bun.write(`${ledger}.fine`, "");
    expect((await fetch(`${after.url}/jobs/${job}/retry`, { method: "POST" })).status).toBe(200);
    expect((await untilFinished(after.url, job)).at(-1)?.status).toBe("successful");
  },
);

test("what users are counted for is what the areas of files have, and both add up", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(join(folder.path, "data"), ["--cache-bytes", "100000000"]);
  await deployCwl(server.url, "tool", {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    baseCommand: [
      "sh",
      "-c",
      'mkdir d && head -c 5001 /dev/zero > d/a && cat "$0" "$0" > out && ln -s out link && echo said >&2',
    ],
    hints: { WorkReuse: { enableReuse: true } },
    inputs: { file: { type: "File", inputBinding: { position: 1 } } },
    outputs: {
      out: { type: "File", outputBinding: { glob: "out" } },
      folder: { type: "Directory", outputBinding: { glob: "d" } },
    },
  });
  await deployCwl(server.url, "fails", shellTool("echo gone >&2; exit 3"));
  const upload = await fetch(`${server.url}/vault`, { method: "POST", body: "x".repeat(1234) });
  const { id } = JSON.parse(await upload.text());
  // The second one has files of the cache, which are the same on the disk.
  const jobs: string[] = [];
  for (let turn = 0; turn < 2; turn += 1) {
    jobs.push(await submit(server.url, "tool", { file: { href: `vault://${id}` } }));
    await untilFinished(server.url, jobs.at(-1) ?? "");
  }
  jobs.push(await submit(server.url, "fails", { ledger: "" }), await submit(server.url, "echo", { text: "a" }));
  for (const job of jobs) await untilFinished(server.url, job);
  await until("the files are measured", async () => {
    const { files, space } = JSON.parse(await (await fetch(`${server.url}/_/system?f=json`)).text());
    if (files === undefined) return false;
    const lengthOf = (name: string) =>
      files.areas.find(({ area }: { readonly area: string }) => area === name)?.contentBytes;
    expect(space.total.outputBytes).toBeGreaterThan(2 * (5001 + 2468));
    expect(lengthOf("results") + lengthOf("logs")).toBe(space.total.outputBytes);
    expect([lengthOf("uploads"), space.total.uploadBytes]).toEqual([1234, 1234]);
    for (const name of ["outputBytes", "uploadBytes", "bytes", "jobs", "failed"]) {
      const sum = space.users.reduce(
        (all: number, user: Readonly<Record<string, number>>) => all + (user[name] ?? 0),
        0,
      );
      expect([name, sum]).toEqual([name, space.total[name]]);
    }
    expect([space.total.jobs, space.total.failed]).toEqual([4, 1]);
    return true;
  });
}, 60_000);
