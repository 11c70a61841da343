import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { copyFile, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deployCwl, statusOf, submit, submitWith, until, untilFinished } from "../support/jobs.ts";
import { shellTool, untilThere } from "../support/packages/shell-tool.ts";
import { runExecutable, startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { whileHealthy } from "./watch-health.ts";

/** What readiness tells names no path of the server: anybody may ask. */
async function untilUnready(url: string, words: string): Promise<void> {
  // What noticed it first may say it in other words.
  await until(`it is not ready: ${words}`, async () => {
    const response = await fetch(`${url}/readyz`);
    const text = await response.text();
    expect(text).not.toContain("/tmp/");
    return response.status === 503 && text.includes(words);
  });
}

function submitEcho(url: string): Promise<Response> {
  return fetch(`${url}/processes/echo/execution`, {
    method: "POST",
    headers: { "content-type": "application/json", prefer: "respond-async" },
    body: JSON.stringify({ inputs: { text: "a" } }),
  });
}

/** Its log and the memory beside it may stay, empty. */
const isOwn = (name: string) => /^heddle\.db(?!-wal|-shm)/.test(name);

test("heddle.db is removed under a running server: noticed, said, nothing promised, no new file made, and a copy kept at the end", async () => {
  await using folder = await temporaryDirectory();
  const [data, ledger] = [join(folder.path, "data"), join(folder.path, "ledger")];
  let [done, running] = ["", ""];
  {
    await using server = await startServer(data);
    await deployCwl(server.url, "tool", shellTool(`echo began >"$LEDGER"; ${untilThere()}; echo hello`));
    done = await submit(server.url, "echo", { text: "a" });
    await untilFinished(server.url, done);
    running = await submit(server.url, "tool", { ledger });
    await until("the tool runs", () => Bun.file(ledger).exists());
    await whileHealthy(server.url, "rm heddle.db", async () => {
      await rm(join(data, "heddle.db"));
      await untilUnready(server.url, "was removed");
      const refused = await submitEcho(server.url);
      expect(refused.status).toBe(503);
      expect(await refused.json()).toMatchObject({ detail: expect.stringContaining("was removed") });
      expect((await statusOf(server.url, done)).status).toBe("successful");
      await Bun.write(`${ledger}.go`, "");
    });
    expect(await Bun.file(join(data, "heddle.db")).exists()).toBe(false);
    expect(server.talk()).toContain("Cannot go on with jobs: found that");
    expect(await server.stop()).toBe(0);
  }
  expect((await readdir(data)).filter(isOwn)).toEqual(["heddle.db.rescued"]);
  const refused = await runExecutable(["serve", "--port", "0", "--data", data]);
  expect([refused.exitCode, refused.talk]).toEqual([1, expect.stringContaining("heddle restore")]);
  expect((await runExecutable(["restore", join(data, "heddle.db.rescued"), "--data", data])).exitCode).toBe(0);
  await using server = await startServer(data);
  expect((await statusOf(server.url, done)).status).toBe("successful");
  expect((await untilFinished(server.url, running)).at(-1)?.status).toBe("successful");
}, 60_000);

test.each(["moved away", "replaced by another", "replaced by a directory"])(
  "heddle.db is %s under a running server, and comes back: it goes on where it was",
  async (how) => {
    await using folder = await temporaryDirectory();
    const data = join(folder.path, "data");
    const [file, away] = [join(data, "heddle.db"), join(folder.path, "away.db")];
    await using server = await startServer(data);
    const before = await submit(server.url, "echo", { text: "a" });
    await untilFinished(server.url, before);
    await whileHealthy(server.url, `heddle.db ${how}`, async () => {
      await rename(file, away);
      if (how.endsWith("another")) await copyFile(away, file);
      if (how.endsWith("directory")) await mkdir(file);
      await untilUnready(server.url, how === "moved away" ? "was removed" : "another file in the place");
      expect((await submitEcho(server.url)).status).toBe(503);
      await rm(file, { recursive: true, force: true });
      await rename(away, file);
      await until("it is ready", async () => (await fetch(`${server.url}/readyz`)).status === 200);
    });
    const after = await submit(server.url, "echo", { text: "a" });
    for (const job of [before, after]) expect((await untilFinished(server.url, job)).at(-1)?.status).toBe("successful");
    expect(await server.stop()).toBe(0);
    expect((await readdir(data)).filter(isOwn)).toEqual(["heddle.db"]);
  },
  30_000,
);

test.each(["", "short text"])(
  "heddle.db is written over with %j under a running server: noticed, and nothing promised",
  async (text) => {
    await using folder = await temporaryDirectory();
    const data = join(folder.path, "data");
    {
      await using first = await startServer(data);
      await untilFinished(first.url, await submit(first.url, "echo", { text: "a" }));
      await first.stop();
    }
    await using server = await startServer(data);
    await whileHealthy(server.url, "heddle.db written over", async () => {
      await writeFile(join(data, "heddle.db"), text);
      await untilUnready(server.url, "was cut");
      expect((await submitEcho(server.url)).status).toBe(503);
    });
    expect(server.talk().length).toBeLessThan(100_000);
    expect(await server.stop()).toBe(0);
  },
  30_000,
);

test("heddle.lock is removed under a running server: not ready, nothing claimed, and no second server beside it", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  await using server = await startServer(data);
  await whileHealthy(server.url, "rm heddle.lock", async () => {
    await rm(join(data, "heddle.lock"));
    await untilUnready(server.url, "heddle.lock");
    const waiting = await submit(server.url, "echo", { text: "a" });
    const second = await runExecutable(["serve", "--port", "0", "--data", data]);
    expect([second.exitCode, second.talk]).toEqual([1, expect.stringContaining(`process ${server.pid} (`)]);
    const restored = await runExecutable(["restore", join(data, "heddle.db"), "--data", data]);
    expect([restored.exitCode, restored.talk]).toEqual([10, expect.stringContaining(`process ${server.pid} (`)]);
    expect((await statusOf(server.url, waiting)).status).toBe("accepted");
  });
  expect(server.talk()).toContain("heddle.lock");
  await server.stop();
  await using after = await startServer(data);
  expect((await fetch(`${after.url}/readyz`)).status).toBe(200);
}, 60_000);

test("both are removed under a running server, and a second one is started: it is refused, and makes no database", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  await using server = await startServer(data);
  await deployCwl(server.url, "tool", shellTool("echo hello"));
  await untilFinished(server.url, await submit(server.url, "tool", { ledger: "" }));
  for (const name of ["heddle.lock", "heddle.db"]) await rm(join(data, name));
  await untilUnready(server.url, "was removed");
  const second = await runExecutable(["serve", "--port", "0", "--data", data]);
  expect([second.exitCode, second.talk]).toEqual([1, expect.stringContaining("--accept-empty-database")]);
  expect(await Bun.file(join(data, "heddle.db")).exists()).toBe(false);
}, 30_000);

test("a command that has the database open for a moment is waited for; a program that keeps it open is named", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  await (await startServer(data)).stop();
  const file = join(data, "heddle.db");
  const hold = (seconds: number) => Bun.spawn(["/bin/sh", "-c", `exec 9<"$0"; exec sleep ${seconds}`, file]);
  const long = hold(600);
  const refused = await runExecutable(["serve", "--port", "0", "--data", data]);
  expect([refused.exitCode, refused.talk]).toEqual([1, expect.stringContaining(`process ${long.pid} (sleep 600)`)]);
  expect(await Bun.file(join(data, "heddle.lock.json")).exists()).toBe(false);
  long.kill();
  await long.exited;
  const short = hold(1);
  await using server = await startServer(data);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  await short.exited;
}, 30_000);

test("a secret.key that is missing beside rows that it sealed: refused at the start, no new one made; with it, all is well", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const key = join(data, "secret.key");
  {
    await using server = await startServer(data, ["--allow-fetch", "127.0.0.1"]);
    const subscriber = { successUri: "http://127.0.0.1:9/told" };
    await untilFinished(server.url, await submitWith(server.url, "echo", { inputs: { text: "a" }, subscriber }));
    await server.stop();
  }
  const content = await Bun.file(key).text();
  await rm(key);
  for (const flags of [[], ["--secret-file", join(folder.path, "elsewhere.key")]]) {
    const { exitCode, talk } = await runExecutable(["serve", "--port", "0", "--data", data, ...flags]);
    expect([exitCode, talk]).toEqual([1, expect.stringContaining("no key in")]);
    expect(talk.split("\n").filter((line) => line !== "" && !line.startsWith("{")).length).toBe(1);
  }
  expect((await readdir(folder.path)).concat(await readdir(data)).filter((name) => name.endsWith(".key"))).toEqual([]);
  await writeFile(key, content, { mode: 0o600 });
  await using server = await startServer(data);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
}, 30_000);

test("a secret.key that is missing where nothing is sealed is made anew", async () => {
  await using folder = await temporaryDirectory();
  {
    await using server = await startServer(folder.path);
    await untilFinished(server.url, await submit(server.url, "echo", { text: "a" }));
    await server.stop();
  }
  await rm(join(folder.path, "secret.key"));
  await using server = await startServer(folder.path);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  expect((await stat(join(folder.path, "secret.key"))).mode & 0o777).toBe(0o600);
});

test("another process that locks the database while its name is gone makes the server open no new one", async () => {
  await using folder = await temporaryDirectory();
  const [data, away] = [join(folder.path, "data"), join(folder.path, "away.db")];
  const file = join(data, "heddle.db");
  await using server = await startServer(data);
  const job = await submit(server.url, "echo", { text: "a" });
  await untilFinished(server.url, job);
  {
    // Busy makes the server drop its connection, and the next one must not be to a new file.
    using other = new Database(file, { readwrite: true });
    other.run("BEGIN IMMEDIATE");
    const sent = submitEcho(server.url);
    await Bun.sleep(100);
    await rename(file, away);
    await Bun.sleep(300);
    other.run("ROLLBACK");
    expect([201, 503]).toContain((await sent).status);
  }
  await untilUnready(server.url, "was removed");
  expect(await Bun.file(file).exists()).toBe(false);
  await rename(away, file);
  await until("it is ready", async () => (await fetch(`${server.url}/readyz`)).status === 200);
  expect((await statusOf(server.url, job)).status).toBe("successful");
}, 30_000);
