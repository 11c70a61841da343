import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { submit, untilFinished } from "../support/jobs.ts";
import { executable, type RunningServer, runExecutable, startServer } from "../support/servers/executable.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../support/temporary-directory.ts";

let folder: TemporaryDirectory;
let server: RunningServer;
let files: { readonly url: string; stop(): void };

beforeAll(async () => {
  folder = await temporaryDirectory();
  const served = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("from the web") });
  files = { url: `http://127.0.0.1:${served.port}`, stop: () => void served.stop(true) };
  server = await startServer(join(folder.path, "data"), ["--allow-fetch", "127.0.0.1"]);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  files.stop();
  await folder[Symbol.asyncDispose]();
});

function heddle(...words: readonly string[]) {
  return runExecutable(words, { cwd: folder.path, environment: { HEDDLE_URL: server.url, PATH: "/usr/bin:/bin" } });
}

async function write(name: string, text: string | Uint8Array): Promise<string> {
  await Bun.write(join(folder.path, name), text);
  return name;
}

/** Prints the names and contents of its files. */
const reader = `cwlVersion: v1.2
class: CommandLineTool
baseCommand: cat
inputs:
  f: { type: 'File?', inputBinding: { position: 1 } }
  fs: { type: 'File[]?', inputBinding: { position: 2 } }
  s: string?
outputs: { text: { type: string, outputBinding: { glob: o, loadContents: true, outputEval: '$(self[0].contents)' } } }
stdout: o
`;

function printed(run: { readonly out: string; readonly talk: string }): string {
  return run.out === "" ? run.talk : JSON.parse(run.out).text;
}

test("a File of execute may be a URL, a reference, a list of them, a file, stdin, or text", async () => {
  await write("reader.cwl", reader);
  await write("x.txt", "from a file");
  expect((await heddle("deploy", "reader.cwl")).exitCode).toBe(0);
  const execute = async (...words: readonly string[]) =>
    printed(await heddle("execute", "reader", "--follow", ...words));
  expect(await execute("-i", `f=${files.url}/a.txt`)).toBe("from the web");
  expect(await execute("-i", `f={"href":"${files.url}/a.txt"}`)).toBe("from the web");
  expect(await execute("-i", "f=data:text/plain,hello")).toBe("hello");
  expect(await execute("-i", `fs=${files.url}/a`, "-i", "fs=@x.txt")).toBe("from the webfrom a file");
  expect(await execute("-i", `fs=["${files.url}/a", "${files.url}/b"]`)).toBe("from the webfrom the web");
  expect(await execute("-i", "f=@x.txt")).toBe("from a file");
  expect(await execute("-i", "f=plain text: with a colon")).toBe("plain text: with a colon");
  const mistaken = await heddle("execute", "reader", "--follow", "-i", "f=x.txt");
  expect(mistaken.talk).toContain("f=@x.txt uploads the file");
  const piped = Bun.spawn([executable, "execute", "reader", "--follow", "-i", "f=@-"], {
    env: { HEDDLE_URL: server.url },
    stdin: Buffer.from("from stdin"),
    stdout: "pipe",
    stderr: "ignore",
  });
  expect(JSON.parse(await new Response(piped.stdout).text()).text).toBe("from stdin");
  const request = await write("request.json", JSON.stringify({ inputs: { f: { href: `${files.url}/a` } } }));
  const whole = Bun.spawn([executable, "execute", "reader", "--follow", "-f", "-"], {
    env: { HEDDLE_URL: server.url },
    stdin: Bun.file(join(folder.path, request)),
    stdout: "pipe",
    stderr: "ignore",
  });
  expect(JSON.parse(await new Response(whole.stdout).text()).text).toBe("from the web");
});

test("deploy packs the files that values of the package name, with directories and secondary files", async () => {
  await mkdir(join(folder.path, "pack", "lib", "inner"), { recursive: true });
  await write("pack/script.sh", 'cat "$1" "$1.idx" "$2/inner/a"\n');
  await write("pack/data", "data ");
  await write("pack/data.idx", "index ");
  await write("pack/lib/inner/a", "inner");
  await write(
    "pack/tool.cwl",
    `cwlVersion: v1.2
class: CommandLineTool
id: packed-tool
baseCommand: sh
inputs:
  script: { type: 'File?', inputBinding: { position: 1 }, default: { class: File, location: script.sh } }
  data:
    type: File?
    inputBinding: { position: 2 }
    default: { class: File, path: ./data, secondaryFiles: [{ class: File, location: data.idx }] }
arguments: [{ valueFrom: $(runtime.outdir)/lib, position: 3 }]
requirements: { InitialWorkDirRequirement: { listing: [{ class: Directory, location: lib }] } }
outputs: { text: { type: string, outputBinding: { glob: o, loadContents: true, outputEval: '$(self[0].contents)' } } }
stdout: o
`,
  );
  const deployed = await heddle("deploy", "pack/tool.cwl");
  expect([deployed.talk, deployed.out]).toEqual(["", `${server.url}/processes/packed-tool\n`]);
  expect(printed(await heddle("execute", "packed-tool", "--follow"))).toBe("data index inner");
});

test("what cannot be packed is one sentence with the place that names it", async () => {
  const tool = (location: string) =>
    `cwlVersion: v1.2\nclass: CommandLineTool\nbaseCommand: cat\ninputs: { f: { type: File, default: { class: File, location: ${location} } } }\noutputs: []\n`;
  await write("bytes", new Uint8Array([0xff, 0xfe, 0, 1]));
  await write("outer/tool.cwl", tool("../x.txt"));
  for (const [location, words] of [
    ["bytes", "no UTF-8, wanted text"],
    ["missing", "no such file"],
    ["data", "found a directory or device, wanted a file"],
    ["https://example.org/f", "wanted the file's contents in the document itself"],
  ] as const) {
    const refused = await heddle("deploy", await write("odd.cwl", tool(location)));
    expect(refused.exitCode).toBe(4);
    expect(refused.talk).toContain("odd.cwl:4:");
    expect(refused.talk).toContain(words);
  }
  expect((await heddle("deploy", "outer/tool.cwl")).talk).toContain("outside of the package directory");
});

test("deploy takes one process of a file, with what it runs, and its own id unless another is said", async () => {
  await write(
    "graph.cwl",
    `cwlVersion: v1.2
$graph:
  - { id: main, class: CommandLineTool, baseCommand: 'true', inputs: [], outputs: [] }
  - { id: say, class: CommandLineTool, baseCommand: [echo, said], inputs: [], outputs: { o: stdout } }
  - id: twice
    class: Workflow
    inputs: []
    outputs: { o: { type: File, outputSource: one/o } }
    steps: { one: { run: '#say', in: [], out: [o] } }
`,
  );
  expect((await heddle("deploy", "graph.cwl#twice")).out).toBe(`${server.url}/processes/twice\n`);
  expect((await heddle("execute", "twice", "--follow")).exitCode).toBe(0);
  expect((await heddle("deploy", "graph.cwl#say", "--id", "other")).out).toBe(`${server.url}/processes/other\n`);
  expect((await heddle("deploy", "graph.cwl")).out).toBe(`${server.url}/processes/graph\n`);
  const wrong = await heddle("deploy", "graph.cwl#nothing");
  expect([wrong.exitCode, wrong.talk]).toEqual([4, expect.stringContaining('"nothing"')]);
});

test("deploy takes the workflow of an application package, though its tool is called main", async () => {
  await write(
    "package.cwl",
    `cwlVersion: v1.2
$graph:
  - { id: main, class: CommandLineTool, baseCommand: [echo, from the tool], inputs: [], outputs: { o: stdout } }
  - id: downloader
    class: Workflow
    inputs: []
    outputs: { said: { type: File, outputSource: one/o } }
    steps: { one: { run: '#main', in: [], out: [o] } }
`,
  );
  for (const word of ["package.cwl", "package.cwl#downloader"]) {
    expect((await heddle("deploy", word, "--replace")).out).toBe(`${server.url}/processes/downloader\n`);
    const run = await heddle("execute", "downloader", "--follow");
    expect([run.exitCode, Object.keys(JSON.parse(run.out))]).toEqual([0, ["said"]]);
  }
  expect((await heddle("deploy", "package.cwl#main", "--id", "tool")).out).toBe(`${server.url}/processes/tool\n`);
});

test("status, results and execute --follow say why a job failed, and what tells more", async () => {
  await write(
    "fails.cwl",
    "cwlVersion: v1.2\nclass: CommandLineTool\nbaseCommand: [sh, -c, 'echo one >&2; echo the cause >&2; exit 3']\ninputs: []\noutputs: []\n",
  );
  await heddle("deploy", "fails.cwl");
  const followed = await heddle("execute", "fails", "--follow");
  const job = /^job (\S+)$/m.exec(followed.talk)?.[1] ?? "";
  for (const run of [
    followed,
    await heddle("status", job),
    await heddle("results", job),
    await heddle("status", job, "--follow"),
  ]) {
    expect(run.exitCode).toBe(6);
    expect(run.talk).toContain("Cannot finish the tool: found exit code 3, wanted 0\nexit code: 3\n");
    expect(run.talk).toContain("  one\n  the cause\n");
    expect(run.talk).toContain(`see: heddle logs ${job}\n`);
  }
});

test("a job without outputs succeeds: of a process that has none, or of a request that wants none", async () => {
  await write("bare.cwl", "cwlVersion: v1.2\nclass: CommandLineTool\nbaseCommand: 'true'\ninputs: {}\noutputs: []\n");
  expect((await heddle("deploy", "bare.cwl", "--id", "bare")).exitCode).toBe(0);
  const followed = await heddle("execute", "bare", "--follow");
  expect([followed.exitCode, JSON.parse(followed.out)]).toEqual([0, {}]);
  const job = (await heddle("execute", "bare")).out.trim();
  await untilFinished(server.url, job);
  const results = await fetch(`${server.url}/jobs/${job}/results`);
  expect([results.status, await results.json()]).toEqual([200, {}]);
  expect((await heddle("results", job)).exitCode).toBe(0);
  await write("wish.json", '{"inputs": {"text": "x"}, "outputs": {}}');
  const none = await heddle("execute", "echo", "--file", "wish.json", "--wait");
  expect([none.exitCode, none.out]).toEqual([0, ""]);
  expect(none.talk).toContain("There are no results: the request named no outputs.");
});

test("whoever stops following is told that the job goes on and how to come back", async () => {
  const child = Bun.spawn([executable, "execute", "echo", "-i", "text=a", "-i", "pause=30", "--follow"], {
    env: { HEDDLE_URL: server.url },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let talk = "";
  for await (const chunk of child.stderr) {
    talk += new TextDecoder().decode(chunk);
    if (talk.includes("running")) child.kill("SIGINT");
  }
  expect(await child.exited).toBe(130);
  const job = /^job (\S+)$/m.exec(talk)?.[1] ?? "";
  expect(talk).toContain(`Job ${job} goes on. To come back to it: heddle status ${job} --follow`);
  expect((await heddle("status", job)).out).toStartWith("running");
  await heddle("dismiss", job);
  const echoed = await submit(server.url, "echo", { text: "a" });
  await untilFinished(server.url, echoed);
  expect((await heddle("status", echoed, "--follow")).exitCode).toBe(0);
});

test("deploy tells what the service warns of, once, also of a replacement", async () => {
  const image = "requirements: { DockerRequirement: { dockerPull: example.invalid/none:1 } }";
  await write("warned.cwl", `${reader}${image}\nhints: { FancyRequirement: {} }\n`);
  for (const words of [
    ["deploy", "warned.cwl"],
    ["deploy", "--replace", "warned.cwl"],
  ]) {
    const run = await heddle(...words);
    expect(run.exitCode).toBe(0);
    expect(run.talk.match(/and nothing that runs it/g)).toHaveLength(1);
    expect(run.talk.match(/FancyRequirement/g)).toHaveLength(1);
    expect(run.talk).toContain("warned.cwl:11");
  }
  const id = /\/processes\/(\S+)/.exec((await heddle("deploy", "--replace", "warned.cwl")).out)?.[1] ?? "";
  const listed = await heddle("processes", "list");
  expect(listed.out).toMatch(/^PROCESS .*CANNOT RUN HERE$/m);
  expect(listed.out.match(/✕ an image is missing$/gm)).toHaveLength(1);
  expect(listed.out).toMatch(new RegExp(`^${id} .*✕ an image is missing$`, "m"));
  await heddle("processes", "undeploy", id);
  expect((await heddle("processes", "list")).out).not.toContain("CANNOT RUN");
});

test("a package whose step runs a deployed process is deployed as it is, and cannot run where no service is", async () => {
  const flow = (run: string) => `cwlVersion: v1.2
class: Workflow
id: ${run === "teller" ? "flow" : "wrong"}
inputs: { f: File }
outputs: { text: { type: string, outputSource: tell/text } }
steps:
  tell: { run: ${run}, in: { f: f }, out: [text] }
`;
  await write("teller.cwl", reader);
  await write("flow.cwl", flow("teller"));
  await write("wrong.cwl", flow("tellre"));
  await write("y.txt", "told");
  expect((await heddle("deploy", "teller.cwl")).exitCode).toBe(0);
  expect(await heddle("deploy", "flow.cwl")).toMatchObject({ exitCode: 0, out: `${server.url}/processes/flow\n` });
  expect(printed(await heddle("execute", "flow", "--follow", "-i", "f=@y.txt"))).toBe("told");
  const wrong = await heddle("deploy", "wrong.cwl");
  expect(wrong.exitCode).not.toBe(0);
  expect(wrong.talk).toContain('step "tell": found "tellre"');
  const alone = await heddle("run", "flow.cwl", "--f", "y.txt");
  expect(alone.exitCode).not.toBe(0);
  expect(alone.talk).toContain('flow.cwl:7:11: step "tell": found "teller"');
  expect(alone.talk).toContain("there is no service here");
  await write("teller", reader);
  expect((await heddle("run", "flow.cwl", "--f", "y.txt")).exitCode).toBe(0);
}, 60_000);
