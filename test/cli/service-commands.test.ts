import { afterAll, beforeAll, expect, test } from "bun:test";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { executable, type RunningServer, runExecutable, startServer } from "../support/servers/executable.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../support/temporary-directory.ts";

let folder: TemporaryDirectory;
let server: RunningServer;
let locked: RunningServer;

beforeAll(async () => {
  folder = await temporaryDirectory();
  server = await startServer(join(folder.path, "data"));
  locked = await startServer(join(folder.path, "locked"));
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await locked[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

function heddle(...words: readonly string[]) {
  return heddleAt(server.url, ...words);
}

function heddleAt(url: string | undefined, ...words: readonly string[]) {
  const service = url === undefined ? {} : { HEDDLE_URL: url };
  return runExecutable(words, {
    cwd: folder.path,
    environment: { ...service, PATH: "/usr/bin:/bin", HOME: folder.path },
  });
}

async function deploy(version: string): Promise<void> {
  const tool = `cwlVersion: v1.2
class: CommandLineTool
id: sayer
label: Says something
baseCommand: [sh, -c, 'echo "line of ${version}" >&2; echo "$0"']
inputs: { word: { type: string, default: hello, inputBinding: {} }, times: { type: 'int?' } }
outputs: { said: stdout }
stdout: said.txt
`;
  await Bun.write(join(folder.path, "sayer.cwl"), tool);
  expect((await heddle("deploy", "sayer.cwl", "--version", version, "--replace")).exitCode).toBe(0);
}

test("processes are listed, described, and rolled back; revisions and packages are shown", async () => {
  await deploy("1.0.0");
  await deploy("2.0.0");
  const listed = await heddle("processes");
  expect(listed.out).toMatch(/^PROCESS +VERSION +TITLE/);
  expect(listed.out).toMatch(/^sayer +2\.0\.0 +Says something$/m);
  expect((await heddle("processes", "list", "--format", "{id}:{version}")).out).toContain("sayer:2.0.0\n");
  expect((await heddle("capabilities", "-q", "something", "--format", "{id}")).out).toBe("sayer\n");
  const described = await heddle("describe", "sayer");
  expect(described.out).toMatch(/^word +text +hello/m);
  expect((await heddle("package", "sayer")).out).toContain("line of 2.0.0");
  expect((await heddle("processes", "revisions", "sayer", "--format", "{version} {state}")).out).toBe(
    "2.0.0 current\n1.0.0 deployed\n",
  );
  expect((await heddle("processes", "rollback", "sayer")).out).toBe("sayer is version 1.0.0 now\n");
  expect((await heddle("processes", "rollback", "sayer")).out).toBe("sayer is version 2.0.0 now\n");
  expect((await heddle("processes", "rollback", "echo")).exitCode).not.toBe(0);
  expect((await heddle("processes", "rollback", "sayer", "1.0.0")).out).toBe("sayer is version 1.0.0 now\n");
  expect((await heddle("processes", "rollback", "sayer", "2.0.0")).out).toBe("sayer is version 2.0.0 now\n");
});

test("execute takes what a request may hold, and says what it waits for", async () => {
  await deploy("1.0.0");
  const waited = await heddle(
    "execute",
    "sayer",
    "-i",
    "word=hi there",
    "--title",
    "A title",
    "--tag",
    "t1",
    "-o",
    "out",
  );
  expect([waited.exitCode, waited.out]).toEqual([0, "out/said/said.txt\n"]);
  expect(await Bun.file(join(folder.path, "out/said/said.txt")).text()).toBe("hi there\n");
  const [, jobId = ""] = /^job (\S+)$/m.exec(waited.talk) ?? [];
  expect((await heddle("jobs", "--tag", "t1", "--format", "{jobID}")).out).toBe(`${jobId}\n`);
  expect((await heddle("jobs", "--tag", "t1", "--kept", "--format", "{jobID}")).out).toBe("");
  await heddle("jobs", "keep", jobId);
  expect((await heddle("jobs", "--kept", "--format", "{jobID}")).out).toBe(`${jobId}\n`);
  const priority = await heddle("execute", "sayer", "--priority", "4", "--format", "{priority}");
  expect(priority.out).toBe("4\n");
  expect((await heddle("execute", "echo", "-i", "text=now", "--mode", "sync", "--output", "text")).out).toBe('"now"');
  const checked = await heddle("execute", "echo", "-i", "text=x", "--dry-run", "--json");
  expect(JSON.parse(checked.out).inputs).toEqual({ text: "x" });
  const late = await heddle("execute", "echo", "-i", "text=x", "-i", "pause=20", "--timeout", "1");
  expect([late.exitCode, late.out]).toEqual([8, ""]);
  expect(late.talk).toContain("goes on");
  const opened = await heddleAt(server.url, "execute", "echo", "-i", "text=x", "--open");
  expect(opened.out).toMatch(/^http:.*\/jobs\/\S+\n$/);
});

test("a job is kept for good and released by a verb, and dismissed only then", async () => {
  const jobId = (await heddle("execute", "echo", "-i", "text=x", "--format", "{jobID}")).out.trim();
  expect(await heddle("jobs", "keep", jobId)).toMatchObject({ exitCode: 0, out: `${jobId} kept for good\n` });
  expect(JSON.parse((await heddle("jobs", "keep", jobId, "--json")).out)).toHaveProperty("kept.since");
  const refused = await heddle("dismiss", jobId);
  expect(refused.exitCode).not.toBe(0);
  expect(refused.talk).toContain("found it kept for good, wanted it released first");
  expect(await heddle("jobs", "release", jobId)).toMatchObject({ exitCode: 0, out: `${jobId} kept no longer\n` });
  expect((await heddle("dismiss", jobId)).exitCode).toBe(0);
  expect((await heddle("jobs", "keep")).talk).toContain("Missing a job's id");
});

test("a log is followed until the job ends", async () => {
  await Bun.write(
    join(folder.path, "slow.cwl"),
    `cwlVersion: v1.2
class: CommandLineTool
id: slow
baseCommand: [sh, -c, 'for i in 1 2 3; do echo "line $i" >&2; sleep 0.4; done; exit 3']
inputs: []
outputs: []
`,
  );
  await heddle("deploy", "slow.cwl");
  const jobId = (await heddle("execute", "slow")).out.trim();
  const followed = await heddle("logs", jobId, "-f");
  expect(followed.exitCode).toBe(6);
  expect(followed.out.match(/line \d/g)).toEqual(["line 1", "line 2", "line 3"]);
  // The same to the last byte, once and in order.
  expect(followed.out).toBe((await heddle("logs", jobId)).out);
  expect((await heddle("logs", jobId, "--tail", "1")).out.trimEnd()).toBe(
    followed.out.trimEnd().split("\n").at(-1) ?? "",
  );
  expect((await heddle("monitor", jobId)).exitCode).toBe(6);
  expect(JSON.parse((await heddle("statistics", jobId)).out)).toHaveProperty("attempts", 1);
  expect(JSON.parse((await heddle("jobs", "inputs", jobId)).out)).toHaveProperty("inputs");
  const failed = await heddle("jobs", "--status", "failed", "--process", "slow", "--since", "1h");
  expect(failed.out).toContain(jobId);
  expect((await heddle("jobs", "--status", "failed", "--until", "1h")).talk).toContain("No such jobs");
});

test("an uploaded file is an input of several jobs by the word that upload printed", async () => {
  await Bun.write(join(folder.path, "f.txt"), "from a file");
  await Bun.write(
    join(folder.path, "cat.cwl"),
    "cwlVersion: v1.2\nclass: CommandLineTool\nid: cat\nbaseCommand: cat\ninputs: { f: { type: File, inputBinding: {} } }\noutputs: { o: stdout }\nstdout: o.txt\n",
  );
  await heddle("deploy", "cat.cwl");
  const word = (await heddle("upload", "f.txt")).out.trim();
  expect(word).toMatch(/^vault:\/\/[\w-]+#\w+$/);
  for (const directory of ["one", "two"]) {
    expect((await heddle("execute", "cat", "-i", `f=${word}`, "-o", directory)).exitCode).toBe(0);
    expect(await Bun.file(join(folder.path, directory, "o/o.txt")).text()).toBe("from a file");
  }
  const wrong = await heddle("execute", "cat", "-i", `f=${word.slice(0, -4)}0000`, "--wait");
  expect(wrong.exitCode).not.toBe(0);
});

test("a profile keeps a service with its key, for its owner only", async () => {
  const keys = (...words: readonly string[]) => heddleAt(undefined, "keys", ...words, "--data", "locked");
  const key = (await keys("create", "--role", "runner", "--user", "ada")).out.trim();
  await Bun.sleep(1500);
  const login = (text: string) =>
    runWithInput(["login", "--url", locked.url, "--profile", "lab", "--with-key"], text, folder.path);
  expect((await login("wrong\n")).exitCode).toBe(5);
  expect((await heddleAt(undefined, "jobs", "--profile", "lab")).talk).toContain("found no such one");
  expect((await login(`${key}\n`)).exitCode).toBe(0);
  const file = join(folder.path, ".config/heddle/profiles.json");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await heddleAt(undefined, "jobs", "--profile", "lab")).exitCode).toBe(0);
  // The first one is the current one; words of the command line and the environment win over it.
  expect((await heddleAt(undefined, "jobs")).exitCode).toBe(0);
  expect((await heddleAt(locked.url, "jobs")).exitCode).toBe(5);
  expect((await heddleAt(undefined, "profiles")).out).toMatch(/^lab +http:\S+ +current, with a key$/m);
  expect((await heddleAt(undefined, "profiles")).out).not.toContain(key);
  expect((await heddleAt(undefined, "jobs", "--profile", "lob")).talk).toContain("Did you mean lab?");
  expect((await heddleAt(undefined, "logout", "--profile", "lab")).exitCode).toBe(0);
  expect((await heddleAt(undefined, "profiles", "--json")).out).toBe("[]\n");
});

async function runWithInput(words: readonly string[], input: string, home: string) {
  const child = Bun.spawn([executable, ...words], {
    env: { HOME: home, PATH: "/usr/bin:/bin" },
    stdin: Buffer.from(input),
    stdout: "pipe",
    stderr: "pipe",
  });
  return { exitCode: await child.exited, talk: await new Response(child.stderr).text() };
}

test("providers are added, listed, shown and removed", async () => {
  const other = server.url;
  const open = await startServer(join(folder.path, "open"), ["--allow-fetch", "127.0.0.1"]);
  try {
    const here = (...words: readonly string[]) => heddleAt(open.url, ...words);
    expect((await here("register", "lab", other)).out).toBe(`${open.url}/providers/lab\n`);
    expect((await here("providers", "--format", "{id} {status}")).out).toBe("lab up\n");
    expect((await here("providers", "processes", "lab")).out).toContain("echo");
    expect(JSON.parse((await here("providers", "show", "lab")).out).url).toBe(other);
    expect((await here("unregister", "lab")).exitCode).toBe(0);
    expect((await here("providers", "show", "lab")).exitCode).toBe(3);
  } finally {
    await open[Symbol.asyncDispose]();
  }
});

test("undeploy says in numbers what went and what stays, and how one goes back", async () => {
  await deploy("8.0.0");
  await deploy("9.0.0");
  const { out } = await heddle("processes", "revisions", "sayer", "--json");
  const { revisions } = v.parse(v.object({ revisions: v.array(v.unknown()) }), JSON.parse(out));
  await heddle("execute", "sayer", "--wait");
  const jobs = (await heddle("jobs", "--process", "sayer", "-n", "1000", "--format", "{jobID}")).out.trim().split("\n");
  const gone = await heddle("processes", "undeploy", "sayer");
  expect(gone.exitCode).toBe(0);
  const stay = jobs.length === 1 ? "job stays, with its results" : `${jobs.length} jobs stay, with their results`;
  expect(gone.talk).toBe(
    `Process sayer is undeployed, with its ${revisions.length} versions. Its ${stay}\nTo go back to it: heddle processes rollback sayer\n`,
  );
  expect(
    (await heddle("jobs", "--process", "sayer", "-n", "1000", "--format", "{jobID}")).out.trim().split("\n"),
  ).toEqual(jobs);
  expect((await heddle("processes", "rollback", "sayer")).out).toBe("sayer is version 9.0.0 now\n");
  const only = await heddle("undeploy", "none");
  expect([only.exitCode, only.talk]).toEqual([3, expect.stringContaining("none")]);
});
