import { expect, test } from "bun:test";
import { chmod, copyFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { executable, runExecutable, startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("The executable serves from an empty folder with an empty environment and nothing beside it", async () => {
  await using folder = await temporaryDirectory();
  const copy = join(folder.path, "heddle");
  await copyFile(executable, copy);
  await chmod(copy, 0o755);
  await using server = await startServer(join(folder.path, "data"), [], { cwd: folder.path });
  const landing = await fetch(`${server.url}/`);
  expect(landing.status).toBe(200);
  expect(landing.headers.get("content-type")).toContain("application/json");
});

test("Neither .env nor bunfig.toml of the current folder changes the program", async () => {
  await using folder = await temporaryDirectory();
  const marker = join(folder.path, "ran");
  await writeFile(join(folder.path, "preload.ts"), `await Bun.write(${JSON.stringify(marker)}, "x");`);
  await writeFile(join(folder.path, "bunfig.toml"), 'preload = ["./preload.ts"]\n');
  await writeFile(join(folder.path, ".env"), "HEDDLE_HOST=not-an-address.invalid\n");
  await using server = await startServer(join(folder.path, "data"), [], { cwd: folder.path });
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  expect(await Bun.file(marker).exists()).toBe(false);
});

test("The executable starts when the temporary directory cannot be written", async () => {
  await using folder = await temporaryDirectory();
  const environment = { TMPDIR: join(folder.path, "missing") };
  await using server = await startServer(join(folder.path, "data"), [], { environment });
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});

test("An idle server is one process", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path);
  await fetch(`${server.url}/`);
  const children = await readdir(`/proc/${server.pid}/task`);
  const offspring = await Promise.all(
    children.map((task) => Bun.file(`/proc/${server.pid}/task/${task}/children`).text()),
  );
  expect(offspring.join("").trim()).toBe("");
});

test("A second server says who holds the data directory and exits with 1", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path);
  const second = await runExecutable(["serve", "--port", "0", "--data", folder.path]);
  expect(second.exitCode).toBe(1);
  expect(second.talk).toContain(String(server.pid));
});

test("SIGTERM ends an idle server with 0", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path);
  expect(await server.stop("SIGTERM")).toBe(0);
});

for (const [title, words, code] of [
  ["an unknown command", ["weave"], 2],
  ["an unknown option", ["serve", "--colour", "red"], 2],
  ["a setting out of range", ["serve", "--port", "70000"], 4],
  ["an address that others can reach, without a key", ["serve", "--host", "0.0.0.0", "--port", "0"], 1],
  [
    "a public URL that others can reach, without a key",
    ["serve", "--public-url", "https://example.org", "--port", "0"],
    1,
  ],
] as const) {
  test(`The executable refuses ${title}`, async () => {
    await using folder = await temporaryDirectory();
    const run = await runExecutable(words, { cwd: folder.path });
    expect(run.exitCode).toBe(code);
    expect(run.talk).not.toBe("");
    expect(run.talk).not.toMatch(/\n\s+at /);
  });
}
