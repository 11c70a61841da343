import { expect, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deployCwl, submit, untilFinished } from "../support/jobs.ts";
import { runExecutable, startServer } from "../support/servers/executable.ts";
import { serveFile } from "../support/servers/file-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const examples = join(import.meta.dir, "..", "..", "examples", "climate");
const observations = join(import.meta.dir, "..", "..", "node_modules", "vega-datasets", "data", "seattle-weather.csv");

const server = await serveFile();

/** Runs a client's command against the server of these tests. */
function heddle(...words: readonly string[]) {
  return runExecutable(words, { cwd: server.folder, environment: { HEDDLE_URL: server.url } });
}

test("deploy packs a package and execute uploads its file, follows it and prints the results", async () => {
  const deployed = await heddle("deploy", join(examples, "climate.cwl"));
  expect(deployed.talk).toBe("");
  expect(deployed.exitCode).toBe(0);
  expect(deployed.out).toBe(`${server.url}/processes/climate\n`);

  const executed = await heddle("execute", "climate", "-i", `observations=@${observations}`, "--follow", "--json");
  expect(executed.exitCode).toBe(0);
  const results = JSON.parse(executed.out);
  expect(results.headline).toContain("Seattle");
  expect(executed.talk).toContain("100% successful");

  const job = /^job (\S+)$/m.exec(executed.talk)?.[1] ?? "";
  const downloaded = await heddle("results", job, "-o", "here");
  expect(downloaded.exitCode).toBe(0);
  const expected = await readFile(join(examples, "expected", "monthly.csv"), "utf8");
  expect(await readFile(join(server.folder, "here", "monthly", "monthly.csv"), "utf8")).toBe(expected);

  expect((await heddle("logs", job)).out).toContain("Job complete");
  const status = await heddle("status", job, "--json");
  expect(JSON.parse(status.out)).toMatchObject({ jobID: job, status: "successful" });
});

test("deploy refuses an id that is taken with 10, and replaces it when told to", async () => {
  const file = join(server.folder, "twice.cwl");
  await writeFile(file, "cwlVersion: v1.2\nclass: CommandLineTool\nbaseCommand: 'true'\ninputs: {}\noutputs: {}\n");
  expect((await heddle("deploy", file)).exitCode).toBe(0);
  const refused = await heddle("deploy", file);
  expect(refused.exitCode).toBe(10);
  expect(refused.talk).toContain('"twice": found one with this id, wanted another --id, or --replace');
  expect((await heddle("deploy", file, "--replace", "--title", "Again")).exitCode).toBe(0);
});

test("deploy names line and field of what is wrong in a package", async () => {
  const file = join(server.folder, "wrong.cwl");
  await writeFile(
    file,
    "cwlVersion: v1.2\nclass: CommandLineTool\nbaseCommand: echo\ninputs:\n  x: strng\noutputs: {}\n",
  );
  const run = await heddle("deploy", file);
  expect(run.exitCode).toBe(4);
  expect(run.talk).toMatch(/wrong\.cwl:5:\d+/);
});

test("execute names each input that is wrong and exits with 4", async () => {
  const run = await heddle("execute", "echo", "-i", "number=many");
  expect(run.exitCode).toBe(4);
  expect(run.talk).toContain("/inputs/number");
  expect(run.talk).toContain("/inputs/text");
});

test("execute of an unknown process exits with 3, of an unreachable service with 9", async () => {
  expect((await heddle("execute", "nothing")).exitCode).toBe(3);
  const away = await runExecutable(["status", "x", "--url", "http://127.0.0.1:9"]);
  expect(away.exitCode).toBe(9);
});

test("a failed job exits with 6 and a dismissed one with 7", async () => {
  await deployCwl(server.url, "fails", {
    ...{ cwlVersion: "v1.2", class: "CommandLineTool", inputs: {}, outputs: {} },
    baseCommand: ["sh", "-c", "exit 3"],
  });
  expect((await heddle("execute", "fails", "--follow")).exitCode).toBe(6);
  const job = await submit(server.url, "echo", { text: "x", pause: 30 });
  expect((await heddle("dismiss", job)).exitCode).toBe(0);
  await untilFinished(server.url, job);
  expect((await heddle("status", job)).exitCode).toBe(7);
});

test("logs reads what an earlier attempt wrote, and status says who tried the job again", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const made = await runExecutable(["keys", "create", "--data", data, "--role", "admin", "--user", "root"]);
  await using own = await startServer(data);
  const environment = { HEDDLE_URL: own.url, HEDDLE_KEY: made.out.trim() };
  const ask = (...words: readonly string[]) => runExecutable(words, { cwd: folder.path, environment });
  const count = join(folder.path, "count");
  const script = `echo x >> ${count}; wc -l < ${count}; echo "try" $(wc -l < ${count}) >&2; exit 3`;
  const tool = {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    baseCommand: ["sh", "-c", script],
    inputs: {},
    outputs: {},
  };
  await writeFile(join(folder.path, "fails.cwl"), JSON.stringify(tool));
  await ask("deploy", join(folder.path, "fails.cwl"));
  const job = /^job (\S+)$/m.exec((await ask("execute", "fails", "--follow")).talk)?.[1] ?? "";
  expect((await ask("retry", job)).exitCode).toBe(0);
  expect((await ask("status", job, "--follow")).exitCode).toBe(6);
  expect((await ask("status", job)).talk).toContain(
    `tried again by root: attempt 2; see: heddle logs ${job} --attempt 1\n`,
  );
  expect((await ask("logs", job)).out).toContain("try 2");
  expect((await ask("logs", job, "--attempt", "1")).out).toContain("try 1");
  expect((await ask("logs", job, "--attempt", "1")).out).not.toContain("try 2");
  expect((await ask("logs", job, "--attempt", "7")).talk).toContain("found attempt 7, wanted one from 1 to 2");
  const both = await ask("logs", job, "--attempt", "1", "--follow");
  expect([both.exitCode, both.talk]).toEqual([2, expect.stringContaining("wanted none of them")]);
});

test("run runs a package without a server and puts its files into a directory", async () => {
  const run = await runExecutable(
    ["run", "--quiet", "-o", "out", join(examples, "climate.cwl"), join(examples, "job.yml")],
    {
      cwd: server.folder,
      environment: { PATH: "/usr/bin:/bin" },
    },
  );
  expect(run.exitCode).toBe(0);
  expect(run.talk).toBe("");
  expect(JSON.parse(run.out).summary).toMatchObject({ class: "File", basename: "summary.json" });
  const expected = await readFile(join(examples, "expected", "chart.svg"), "utf8");
  expect(await readFile(join(server.folder, "out", "chart.svg"), "utf8")).toBe(expected);
});

test("version prints the version of the package, and the commit that it was built from", async () => {
  const { version } = await Bun.file(join(import.meta.dir, "..", "..", "package.json")).json();
  expect((await heddle("version")).out).toMatch(new RegExp(`^${version}(?: \\([0-9a-f]{7,}(?:-dirty)?\\))?\n$`));
});

test("keys are honoured and revoked by a running server within a second", async () => {
  await using own = await temporaryDirectory();
  const data = join(own.path, "data");
  await using closed = await startServer(data);
  const keys = (...words: readonly string[]) => runExecutable(["keys", ...words, "--data", data]);
  const created = await keys("create", "--role", "runner", "--user", "ada");
  expect(created.exitCode).toBe(0);
  const key = created.out.trim();
  expect(key).toMatch(/^hdl_/);
  await Bun.sleep(1100);
  expect((await fetch(`${closed.url}/jobs`)).status).toBe(401);
  const authorization = `Bearer ${key}`;
  expect((await fetch(`${closed.url}/jobs`, { headers: { authorization } })).status).toBe(200);
  const listed = JSON.parse((await keys("list", "--json")).out);
  expect(JSON.stringify(listed)).not.toContain(key.split("_")[2] ?? "?");
  expect((await keys("revoke", listed[0].id)).exitCode).toBe(0);
  await Bun.sleep(1100);
  expect((await fetch(`${closed.url}/jobs`, { headers: { authorization } })).status).toBe(401);
  expect((await fetch(`${closed.url}/jobs`)).status).toBe(401);
  expect((await fetch(`${closed.url}/processes`)).status).toBe(200);
});

test("a key of an overseer sees all jobs and changes none", async () => {
  await using own = await temporaryDirectory();
  const data = join(own.path, "data");
  const keys = (...words: readonly string[]) => runExecutable(["keys", ...words, "--data", data]);
  const made = await keys("create", "--role", "overseer", "--user", "rita");
  expect([made.exitCode, made.talk]).toEqual([0, expect.stringContaining("of rita (overseer)")]);
  expect((await keys("list")).out).toContain("  overseer  rita  ");
  const [key] = JSON.parse((await keys("list", "--json")).out);
  expect(key).toMatchObject({
    user: "rita",
    role: "admin",
    actions: ["read-processes", "read-own-jobs", "read-package", "read-all-jobs"],
  });
});

test("the overview tells what each command does, and the usage text the values and default of a setting", async () => {
  const overview = await heddle("--help");
  expect(overview.exitCode).toBe(0);
  expect(overview.out).toMatch(/^ {2}execute +Executes a process/m);
  const unknown = await heddle("excute");
  expect([unknown.exitCode, unknown.out]).toEqual([2, ""]);
  expect(unknown.talk).toStartWith(
    'Unknown command: excute. Did you mean execute?\n"heddle help" lists all commands\n',
  );
  const usage = (await heddle("serve", "--help")).out;
  expect(usage).toMatch(/--sandbox auto\|require\|off .*if not given require once a key exists.*\(HEDDLE_SANDBOX\)/);
  expect(usage).toMatch(/--job-files auto\|always .*\(default auto; HEDDLE_JOB_FILES\)/);
  expect(usage).toMatch(/--grace-seconds SECONDS .*\(default 1; HEDDLE_GRACE_SECONDS\)/);
});
