import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { chmod, chown, copyFile, cp, mkdir, open, readdir, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { deployCwl, submit, until, untilFinished } from "../support/jobs.ts";
import { shellTool } from "../support/packages/shell-tool.ts";
import { executable, runExecutable, startServer } from "../support/servers/executable.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../support/temporary-directory.ts";
import { digestTree } from "./digest-tree.ts";
import { whileHealthy } from "./watch-health.ts";

/** A data directory with some jobs, stopped: all of it stands in the database's own file. */
async function used(folder: TemporaryDirectory): Promise<string> {
  const data = join(folder.path, "data");
  await using server = await startServer(data);
  await deployCwl(server.url, "tool", shellTool("echo hello"));
  for (let count = 0; count < 30; count += 1) {
    await untilFinished(server.url, await submit(server.url, "echo", { text: "a".repeat(2000) }));
  }
  await server.stop();
  return data;
}

/** Writes over the pages that trees of a database begin with. */
async function damageTrees(data: string, trees: readonly string[]): Promise<void> {
  const file = join(data, "heddle.db");
  const places: number[] = [];
  let size = 4096;
  {
    using database = new Database(file, { readwrite: true });
    size = database.query<{ page_size: number }, []>("PRAGMA page_size").get()?.page_size ?? size;
    for (const tree of trees) {
      const found = database.query<{ page: number }, [string]>(
        "SELECT rootpage AS page FROM sqlite_schema WHERE name = ?",
      );
      places.push(found.get(tree)?.page ?? 0);
    }
  }
  await using handle = await open(file, "r+");
  for (const page of places) {
    expect(page).toBeGreaterThan(1);
    await handle.write(Buffer.alloc(size, 0xff), 0, size, (page - 1) * size);
  }
}

/** What a command said but for its log. */
function sentencesOf(talk: string): readonly string[] {
  return talk.split("\n").filter((line) => line !== "" && !line.startsWith("{"));
}

function expectOneSentence(result: { readonly exitCode: number; readonly talk: string }, words: string): void {
  expect([result.exitCode, sentencesOf(result.talk)]).toEqual([1, [expect.stringContaining(words)]]);
  expect(result.talk).not.toMatch(/\n\s+at /);
}

const isRoot = process.getuid?.() === 0;

/** Each takes a data directory to what it names. */
const ruins: Readonly<Record<string, { readonly ruin: (data: string) => Promise<unknown>; readonly words: string }>> = {
  "a text": { ruin: (data) => Bun.write(join(data, "heddle.db"), "not a database"), words: "no database" },
  "a directory": {
    ruin: async (data) => {
      await rm(join(data, "heddle.db"));
      await mkdir(join(data, "heddle.db"));
    },
    words: "a directory",
  },
  "a damaged header": {
    ruin: async (data) => {
      await using handle = await open(join(data, "heddle.db"), "r+");
      await handle.write("garbage garbage garbage", 0);
    },
    words: "damaged",
  },
  "half of a database": {
    ruin: async (data) => truncate(join(data, "heddle.db"), Math.floor((await stat(join(data, "heddle.db"))).size / 2)),
    words: "damaged pages",
  },
  "damaged pages of the queue": {
    ruin: (data) => damageTrees(data, ["jobs_waiting", "executions_open"]),
    words: "damaged pages",
  },
};

test.each(Object.entries(ruins))(
  "a start with %s ends with one sentence and changes nothing",
  async (_, { ruin, words }) => {
    await using folder = await temporaryDirectory();
    const data = await used(folder);
    await ruin(data);
    // Of the last, what it tells is the address of this start.
    const isLeftOut = (path: string) => /^heddle\.db-|^heddle-lib|^heddle\.lock$|^status-doc/.test(path);
    const before = await digestTree(data, isLeftOut);
    const result = await runExecutable(["serve", "--port", "0", "--data", data]);
    expectOneSentence(result, words);
    expect(await digestTree(data, isLeftOut)).toEqual(before);
    expect((await stat(data)).isDirectory()).toBe(true);
  },
);

test.each(["keys list", "backup FILE", "doctor", "keys create --role admin"])(
  "%s over databases that cannot be used tells one sentence for each, and leaves nothing behind",
  async (command) => {
    await using folder = await temporaryDirectory();
    const good = await used(folder);
    for (const [name, { ruin }] of Object.entries(ruins)) {
      // The queue is nothing to keys.
      if (name.includes("queue") && command.startsWith("keys")) continue;
      const data = join(folder.path, "ruined");
      await cp(good, data, { recursive: true });
      await ruin(data);
      const words = command.replace("FILE", join(folder.path, "copy.db")).split(" ");
      const result = await runExecutable([...words, "--data", data]);
      expect([name, result.exitCode]).toEqual([name, 1]);
      expect(result.talk).not.toMatch(/\n\s+at /);
      if (command === "doctor") expect(result.out).toContain("fault    database: ");
      else expect([name, sentencesOf(result.talk).length]).toEqual([name, 1]);
      expect((await readdir(folder.path)).filter((one) => one.startsWith("copy.db"))).toEqual([]);
      await rm(data, { recursive: true });
    }
  },
  60_000,
);

test("a damaged database gives way to a backup of it", async () => {
  await using folder = await temporaryDirectory();
  const data = await used(folder);
  const copy = join(folder.path, "copy.db");
  await copyFile(join(data, "heddle.db"), copy);
  await Bun.write(join(data, "heddle.db"), "not a database");
  expect((await runExecutable(["restore", copy, "--data", data])).exitCode).toBe(0);
  await using server = await startServer(data);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
});

test("pages that are damaged under a running server: it answers, is not ready saying why, and its log stays small", async () => {
  await using folder = await temporaryDirectory();
  const data = await used(folder);
  await using server = await startServer(data);
  await whileHealthy(server.url, "damaged pages", async () => {
    await damageTrees(data, ["jobs_waiting", "jobs_new", "notifications_due"]);
    // A write of another connection makes the server read its pages anew.
    expect((await runExecutable(["keys", "create", "--role", "admin", "--data", data])).exitCode).toBe(0);
    await until("it is not ready", async () => (await fetch(`${server.url}/readyz`)).status === 503);
    expect(await (await fetch(`${server.url}/readyz`)).json()).toMatchObject({
      detail: expect.stringContaining("damaged pages"),
    });
    await sleep(5000);
  });
  expect(server.talk().length).toBeLessThan(100_000);
  expect(server.talk()).toContain("Cannot read the waiting jobs");
  expect(await server.stop()).toBe(0);
}, 60_000);

test("a log of the database that is damaged is read as far as it is whole", async () => {
  await using folder = await temporaryDirectory();
  const data = await used(folder);
  await Bun.write(join(data, "heddle.db-wal"), Buffer.alloc(40_960, 0x5a));
  await using server = await startServer(data);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
});

test("an address that is taken or of another machine: one sentence, and a new data directory is not left behind", async () => {
  await using folder = await temporaryDirectory();
  const taken = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("") });
  const data = join(folder.path, "new");
  for (const [host, port] of [
    ["127.0.0.1", String(taken.port)],
    ["203.0.113.9", "8123"],
    ["nosuch.invalid", "8123"],
  ]) {
    const flags = ["--host", host ?? "", "--port", port ?? "", "--allow-anonymous", "--data", data];
    expectOneSentence(await runExecutable(["serve", ...flags]), `Cannot listen on ${host}:${port}`);
    expect(await readdir(folder.path)).toEqual([]);
  }
  await taken.stop(true);
  // One that was there keeps what it held.
  await mkdir(data);
  await Bun.write(join(data, "mine.txt"), "mine");
  await runExecutable(["serve", "--host", "203.0.113.9", "--allow-anonymous", "--data", data]);
  expect(await Bun.file(join(data, "mine.txt")).text()).toBe("mine");
});

const noUsers = process.getuid?.() === 0 && Bun.which("setpriv") === null ? "setpriv is not installed" : undefined;
const firstFree = Number(await Bun.file("/proc/sys/net/ipv4/ip_unprivileged_port_start").text());

test.skipIf(noUsers !== undefined || firstFree < 2)(
  `a port that only root may take: the sentence names the setting of the machine (${noUsers ?? `from ${firstFree} on`})`,
  async () => {
    await using folder = await temporaryDirectory();
    await chmod(folder.path, 0o777);
    const words = [executable, "serve", "--port", String(firstFree - 1), "--data", join(folder.path, "data")];
    const asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"];
    const { exitCode, stderr } = Bun.spawnSync(process.getuid?.() === 0 ? [...asNobody, ...words] : words);
    expect(exitCode).toBe(1);
    expect(String(stderr)).toMatch(/wanted a port that this user may take: .*ip_unprivileged_port_start/);
  },
);

test("a data directory that is a file, or cannot be made: one sentence from each command", async () => {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, "file");
  await Bun.write(file, "a file");
  for (const data of [file, join(file, "below"), "/proc/nowhere"]) {
    expectOneSentence(await runExecutable(["serve", "--port", "0", "--data", data]), "Cannot");
    expectOneSentence(await runExecutable(["keys", "list", "--data", data]), "Cannot");
    expectOneSentence(await runExecutable(["backup", join(folder.path, "copy.db"), "--data", data]), "Cannot");
    expect((await runExecutable(["doctor", "--data", data])).out).toContain("fault    data directory");
  }
  expect(await readdir(folder.path)).toEqual(["file"]);
  expect(await Bun.file(file).text()).toBe("a file");
});

test.each([
  ["is a directory", async (file: string) => void (await mkdir(file))],
  ["is too short", async (file: string) => void (await Bun.write(file, "abc\n"))],
  ["is empty", async (file: string) => void (await Bun.write(file, ""))],
])("a secret.key that %s: one sentence, and it stays as it is", async (_, make) => {
  await using folder = await temporaryDirectory();
  await make(join(folder.path, "secret.key"));
  const isLeftOut = (path: string) => !path.startsWith("secret.key");
  const before = await digestTree(folder.path, isLeftOut);
  expectOneSentence(await runExecutable(["serve", "--port", "0", "--data", folder.path]), "secret.key");
  expect(await digestTree(folder.path, isLeftOut)).toEqual(before);
});

test.each(["/nowhere/settings.yaml", "/tmp"])(
  "a file of settings that cannot be read (%s): one sentence",
  async (file) => {
    const { exitCode, talk } = await runExecutable(["serve", "--config", file]);
    expect([exitCode, talk.trim().split("\n").length]).toEqual([4, 1]);
    expect(talk).toContain(file);
  },
);

/** Runs the executable as a user who owns nothing. */
function runAsNobody(words: readonly string[]) {
  const { exitCode, stderr } = Bun.spawnSync(["setpriv", "--reuid=65534", "--clear-groups", executable, ...words], {
    env: {},
    cwd: "/",
  });
  return { exitCode, talk: stderr.toString() };
}

const canBeNobody = isRoot && runAsNobody(["version"]).exitCode === 0;

test.skipIf(!canBeNobody)(
  "a directory, a database or a key of another owner: one sentence, nothing changed",
  async () => {
    await using folder = await temporaryDirectory();
    const data = await used(folder);
    const isLeftOut = (path: string) => /^heddle\.db-|^heddle-lib/.test(path);
    const before = await digestTree(data, isLeftOut);
    await chmod(folder.path, 0o755);
    expectOneSentence(runAsNobody(["serve", "--port", "0", "--data", data]), "Cannot");
    // It may enter, and owns all but the database, and then all but the key.
    await Bun.spawn(["chown", "-R", "65534", data]).exited;
    for (const name of ["heddle.db", "secret.key"]) {
      await chown(join(data, name), 0, 0);
      expectOneSentence(runAsNobody(["serve", "--port", "0", "--data", data]), name);
      if (name === "heddle.db") expectOneSentence(runAsNobody(["keys", "list", "--data", data]), name);
      await chown(join(data, name), 65534, 0);
    }
    expect(await digestTree(data, isLeftOut)).toEqual(before);
  },
);

/** Mounts a file system of its own. */
async function mount(directory: string, options: string): Promise<AsyncDisposable | undefined> {
  await mkdir(directory, { recursive: true });
  if (Bun.spawnSync(["mount", "-t", "tmpfs", "-o", options, "tmpfs", directory]).exitCode !== 0) return undefined;
  return { [Symbol.asyncDispose]: async () => void Bun.spawnSync(["umount", "-l", directory]) };
}

async function mayMount(): Promise<boolean> {
  await using folder = await temporaryDirectory();
  await using mounted = await mount(join(folder.path, "disk"), "size=1m");
  return mounted !== undefined;
}

const canMount = await mayMount();

test.skipIf(!canMount)(
  "a disk without room at the start: one sentence, nothing left behind, and a start when there is room",
  async () => {
    await using folder = await temporaryDirectory();
    const disk = join(folder.path, "disk");
    await using _mounted = await mount(disk, "size=4m");
    for (const free of [0, 8192, 65_536, 262_144]) {
      await rm(join(disk, "filler"), { force: true });
      Bun.spawnSync(["dd", "if=/dev/zero", `of=${join(disk, "filler")}`, "bs=4096"], { stderr: "ignore" });
      if (free > 0) await truncate(join(disk, "filler"), (await stat(join(disk, "filler"))).size - free);
      const result = await runExecutable(["serve", "--port", "0", "--data", join(disk, "data")]);
      expectOneSentence(result, "Cannot");
      expect([free, await readdir(disk)]).toEqual([free, ["filler"]]);
    }
    await rm(join(disk, "filler"));
    await using server = await startServer(join(disk, "data"));
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  },
  30_000,
);

test.skipIf(!canMount)("a disk that cannot be written to: one sentence from each command", async () => {
  await using folder = await temporaryDirectory();
  const data = await used(folder);
  const disk = join(folder.path, "disk");
  await using _mounted = await mount(disk, "size=64m");
  await cp(data, join(disk, "data"), { recursive: true });
  expect(Bun.spawnSync(["mount", "-o", "remount,ro", disk]).exitCode).toBe(0);
  for (const [place, command] of [
    [join(disk, "data"), "keys create --role admin"],
    [join(disk, "new"), "keys list"],
  ] as const) {
    expectOneSentence(await runExecutable(["serve", "--port", "0", "--data", place]), "Cannot");
    expectOneSentence(await runExecutable([...command.split(" "), "--data", place]), "Cannot");
  }
});
