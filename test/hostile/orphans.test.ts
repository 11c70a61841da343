import { expect, test } from "bun:test";
import { copyFile, readdir, rename, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { deployCwl, statusOf, submit, until, untilFinished } from "../support/jobs.ts";
import { shellTool, untilThere } from "../support/packages/shell-tool.ts";
import { runExecutable, startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { digestTree } from "./digest-tree.ts";
import { whileHealthy } from "./watch-health.ts";

const accept = "--accept-empty-database";

async function upload(url: string): Promise<void> {
  const response = await fetch(`${url}/vault`, {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body: "a",
  });
  expect(response.status).toBe(201);
}

/** A data directory with two finished jobs and an upload; gives the jobs. */
async function used(data: string): Promise<readonly string[]> {
  await using server = await startServer(data);
  await deployCwl(server.url, "tool", shellTool("echo hello"));
  const jobs: string[] = [];
  for (let count = 0; count < 2; count += 1) jobs.push(await submit(server.url, "tool", { ledger: "" }));
  for (const job of jobs) await untilFinished(server.url, job);
  await upload(server.url);
  await server.stop();
  return jobs;
}

/** What belongs to jobs, wherever it lies: the rest of a data directory is the server's own. */
function filesOf(data: string) {
  return digestTree(data, (path) => !/^(outputs|vault)(\/|$)/.test(path));
}

async function ownNames(directory: string): Promise<readonly string[]> {
  return (await readdir(directory)).filter((name) => !name.startsWith("."));
}

test.each(["missing", "without a byte", "with its log only"])(
  "a database that is %s beside outputs: refused with the two ways on, by keys too, and nothing is touched",
  async (how) => {
    await using folder = await temporaryDirectory();
    const data = join(folder.path, "data");
    await used(data);
    const file = join(data, "heddle.db");
    if (how === "without a byte") await truncate(file, 0);
    else await rm(file);
    if (how === "with its log only") await Bun.write(`${file}-wal`, "something");
    const before = await filesOf(data);
    const refused = await runExecutable(["serve", "--port", "0", "--data", data]);
    expect(refused.exitCode).toBe(1);
    expect(refused.talk.trim().split("\n").length).toBe(1);
    for (const way of ["heddle restore", accept]) expect(refused.talk).toContain(way);
    const keys = await runExecutable(["keys", "create", "--role", "admin", "--data", data]);
    expect([keys.exitCode, keys.out]).toEqual([1, ""]);
    const doctor = await runExecutable(["doctor", "--data", data]);
    expect([doctor.exitCode, doctor.out]).toEqual([
      1,
      expect.stringContaining("fault    database: there is none that"),
    ]);
    expect(await filesOf(data)).toEqual(before);
    expect((await readdir(data)).filter((name) => name.startsWith("heddle.lock.json"))).toEqual([]);
  },
  30_000,
);

test("an empty database that is accepted sets all aside; the one that was there before finds its files", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const jobs = await used(data);
  const before = await filesOf(data);
  const file = join(data, "heddle.db");
  await rename(file, join(folder.path, "kept.db"));
  {
    await using server = await startServer(data, [accept]);
    await whileHealthy(server.url, "an empty database beside outputs", async () => {
      await until("all is set aside", async () => (await ownNames(join(data, "outputs"))).length === 0);
      await until("and the upload", async () => (await ownNames(join(data, "vault"))).length === 0);
    });
    expect(server.talk()).toContain("Set aside what the database does not know");
    const [day = ""] = await readdir(join(data, "outputs", ".orphans"));
    const [name = ""] = (await readdir(join(data, "outputs", ".orphans", day))).filter((one) => one.endsWith(".log"));
    expect((await fetch(`${server.url}/outputs/.orphans/${day}/${name}`)).status).toBe(404);
    const own = await submit(server.url, "echo", { text: "new" });
    expect((await untilFinished(server.url, own)).at(-1)?.status).toBe("successful");
    await server.stop();
  }
  const doctor = await runExecutable(["doctor", "--data", data]);
  expect(doctor.out).toMatch(/warning {2}set aside: \d+ that the database did not know/);
  expect(doctor.out).toContain(join(data, "outputs", ".orphans"));
  expect((await runExecutable(["restore", join(folder.path, "kept.db"), "--data", data])).exitCode).toBe(0);
  await using server = await startServer(data);
  expect(server.talk()).toContain("Brought back");
  for (const job of jobs) {
    expect((await statusOf(server.url, job)).status).toBe("successful");
    expect(await (await fetch(`${server.url}/jobs/${job}/results/said`)).text()).toBe("hello\n");
  }
  expect(await filesOf(data)).toEqual(before);
}, 30_000);

test("an older database is put in place: the newer job's files are set aside, and are there again with the newer one", async () => {
  await using folder = await temporaryDirectory();
  const [data, old] = [join(folder.path, "data"), join(folder.path, "old.db")];
  await used(data);
  expect((await runExecutable(["backup", old, "--data", data])).exitCode).toBe(0);
  const known = await ownNames(join(data, "outputs"));
  let newer = "";
  {
    await using server = await startServer(data);
    newer = await submit(server.url, "tool", { ledger: "" });
    await untilFinished(server.url, newer);
    await server.stop();
  }
  expect((await runExecutable(["restore", old, "--data", data])).exitCode).toBe(0);
  {
    await using server = await startServer(data);
    await until("it is set aside", async () => (await ownNames(join(data, "outputs"))).length === known.length);
    expect((await fetch(`${server.url}/jobs/${newer}`)).status).toBe(404);
    await server.stop();
  }
  expect((await ownNames(join(data, "outputs"))).toSorted()).toEqual(known.toSorted());
  await copyFile(join(data, "heddle.db.replaced"), join(folder.path, "newer.db"));
  expect((await runExecutable(["restore", join(folder.path, "newer.db"), "--data", data])).exitCode).toBe(0);
  await using server = await startServer(data);
  expect(await (await fetch(`${server.url}/jobs/${newer}/results/said`)).text()).toBe("hello\n");
}, 30_000);

test("a tool that lives keeps its scratch, its outputs and its log under a database that does not know it", async () => {
  await using folder = await temporaryDirectory();
  const [data, ledger] = [join(folder.path, "data"), join(folder.path, "ledger")];
  const file = join(data, "heddle.db");
  let job = "";
  {
    await using server = await startServer(data);
    await deployCwl(server.url, "tool", shellTool(`echo began >"$LEDGER"; ${untilThere()}; echo hello`));
    job = await submit(server.url, "tool", { ledger });
    await until("the tool runs", () => Bun.file(ledger).exists());
    await server.stop("SIGKILL");
  }
  const [scratch = ""] = await ownNames(join(data, "work"));
  for (const suffix of ["", "-wal"]) await rename(`${file}${suffix}`, join(folder.path, `kept.db${suffix}`));
  {
    await using server = await startServer(data, [accept]);
    const other = await submit(server.url, "echo", { text: "a" });
    await untilFinished(server.url, other);
    await until("it tidied up", async () => (await readdir(join(data, "outputs"))).includes(`${scratch}.log`));
    expect(await ownNames(join(data, "work"))).toEqual([scratch]);
    await server.stop();
  }
  for (const suffix of ["", "-wal", "-shm"]) await rm(`${file}${suffix}`, { force: true });
  for (const suffix of ["", "-wal"]) await rename(join(folder.path, `kept.db${suffix}`), `${file}${suffix}`);
  await using server = await startServer(data);
  await Bun.write(`${ledger}.go`, "");
  expect((await untilFinished(server.url, job)).at(-1)?.status).toBe("successful");
  expect(await (await fetch(`${server.url}/jobs/${job}/results/said`)).text()).toBe("hello\n");
}, 30_000);

test("what a user dismisses is deleted, not set aside", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const [job = ""] = await used(data);
  await using server = await startServer(data);
  expect((await fetch(`${server.url}/jobs/${job}`, { method: "DELETE" })).status).toBe(200);
  await until("its files are gone", async () => !(await readdir(join(data, "outputs"))).includes(job));
  expect(await readdir(join(data, "outputs"))).not.toContain(".orphans");
});
