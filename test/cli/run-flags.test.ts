import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../support/jobs.ts";
import { makeRootFs } from "../support/machine/root-fs.ts";
import { executable, runExecutable } from "../support/servers/executable.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../support/temporary-directory.ts";

let folder: TemporaryDirectory;
let web: ReturnType<typeof Bun.serve>;
const asked: string[] = [];

const workflow = `cwlVersion: v1.2
class: Workflow
requirements: { ScatterFeatureRequirement: {} }
inputs: { a: string, b: string, many: 'string[]?' }
steps:
  one:
    run:
      class: CommandLineTool
      baseCommand: [sh, -c, 'echo $0; echo problem >&2; echo "$ONE-$TWO" >&2']
      inputs: { x: { type: string, inputBinding: { position: 1 } } }
      outputs: { o: stdout }
      stdout: $(inputs.x).txt
    in: { x: a }
    out: [o]
  two:
    run:
      class: CommandLineTool
      baseCommand: cat
      requirements: { InitialWorkDirRequirement: { listing: [ $(inputs.f) ] } }
      inputs: { f: { type: File, inputBinding: {} } }
      outputs: { o: stdout }
    in: { f: one/o }
    out: [o]
  three:
    run: &say { class: CommandLineTool, baseCommand: echo, inputs: { t: { type: string, inputBinding: {} } }, outputs: { o: stdout }, stdout: say.txt }
    in: { t: b }
    out: [o]
  each:
    run: *say
    scatter: t
    in: { t: { source: many, default: [p, q] } }
    out: [o]
outputs:
  first: { type: File, outputSource: one/o }
  second: { type: File, outputSource: two/o }
  third: { type: File, outputSource: three/o }
  all: { type: 'File[]', outputSource: each/o }
`;

const files = `cwlVersion: v1.2
class: CommandLineTool
baseCommand: cat
inputs:
  f: { type: 'File?', inputBinding: {}, secondaryFiles: .idx? }
  l: { type: 'File[]?', inputBinding: {} }
  d: { type: 'Directory?', inputBinding: { valueFrom: $(self.path)/page.txt } }
outputs: { o: stdout }
stdout: o.txt
`;

beforeAll(async () => {
  folder = await temporaryDirectory();
  await Bun.write(join(folder.path, "wf.cwl"), workflow);
  await Bun.write(join(folder.path, "files.cwl"), files);
  await Bun.write(
    join(folder.path, "bad.cwl"),
    files.replace("baseCommand: cat", "baseCommand: [sh, -c, 'echo said; exit 3']"),
  );
  web = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      if (pathname === "/endless") return new Response(new ReadableStream({ pull: () => new Promise(() => {}) }));
      if (pathname === "/moved/page.txt") return Response.redirect("/page.txt");
      return pathname.endsWith("page.txt") ? new Response("from the web\n") : new Response("no", { status: 404 });
    },
  });
});

afterAll(async () => {
  await web.stop(true);
  await folder[Symbol.asyncDispose]();
});

function run(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return runExecutable(["run", ...words], { cwd: folder.path, environment: { PATH: "/usr/bin:/bin", ...environment } });
}

async function outputsOf(...words: readonly string[]): Promise<readonly string[]> {
  const ran = await run(["--quiet", "--outdir", "out", ...words]);
  expect([words, ran.exitCode, ran.talk]).toEqual([words, 0, ""]);
  return Object.keys(JSON.parse(ran.out));
}

test("--target runs what is named and what it needs, and asks for nothing else", async () => {
  expect(await outputsOf("-t", "second", "wf.cwl", "--a", "x")).toEqual(["second"]);
  expect(await outputsOf("--target", "one", "wf.cwl", "--a", "x")).toEqual(["first"]);
  expect(await outputsOf("--target", "two", "wf.cwl", "--a", "x")).toEqual(["second"]);
  expect(await outputsOf("--target", "a", "wf.cwl", "--a", "x", "--b", "known")).toEqual(["first", "second"]);
  expect(await outputsOf("--target", "b", "wf.cwl", "--b", "x")).toEqual(["third"]);
  expect(await outputsOf("--target", "all", "--target", "third", "wf.cwl", "--b", "x")).toEqual(["third", "all"]);
  const talk = (await run(["--outdir", "out", "--target", "first", "wf.cwl", "--a", "x"])).talk;
  expect([...talk.matchAll(/^Finished step "(\w+)"$/gm)].map(([, name]) => name)).toEqual(["one"]);
});

test("a target that nothing is called is told with the near names", async () => {
  for (const [words, wanted] of [
    [
      ["--target", "secnd", "wf.cwl"],
      'found "secnd", which is no output, step or input of the workflow: did you mean "second"?',
    ],
    [["--target", "nothing", "wf.cwl"], "wanted one of first, second, third, all, one, two"],
    [["--target", "o", "files.cwl"], "a process without steps"],
    [["--target", "second", "wf.cwl", "--b", "x"], 'found no "a"'],
  ] as const) {
    const ran = await run(words);
    expect([ran.exitCode, ran.out]).toEqual([4, ""]);
    expect(ran.talk).toContain(wanted);
  }
});

test("--log-dir keeps what tools wrote, by steps, also of one that failed", async () => {
  expect((await run(["--log-dir", "logs", "--outdir", "out", "wf.cwl", "--a", "hi", "--b", "b"])).exitCode).toBe(0);
  const kept = async (name: string) => Bun.file(join(folder.path, "logs", name)).text();
  expect((await readdir(join(folder.path, "logs"))).toSorted()).toEqual(["each", "each_2", "one", "three", "two"]);
  expect([await kept("one/hi.txt"), await kept("one/log.txt")]).toEqual(["hi\n", "problem\n-\n"]);
  expect([await kept("each/say.txt"), await kept("each_2/say.txt"), await kept("two/o.stdout")]).toEqual([
    "p\n",
    "q\n",
    "hi\n",
  ]);
  expect((await run(["--log-dir", "more", "bad.cwl"])).exitCode).toBe(6);
  expect(await Bun.file(join(folder.path, "more", "bad", "o.txt")).text()).toBe("said\n");
});

test("--write-summary takes the output object, and stdout nothing", async () => {
  const ran = await run(["--outdir", "out", "-w", "sum.json", "-t", "third", "wf.cwl", "--b", "x"]);
  expect([ran.exitCode, ran.out]).toEqual([0, ""]);
  expect(await Bun.file(join(folder.path, "sum.json")).json()).toMatchObject({ third: { class: "File", size: 2 } });
  for (const named of ["out", "none/sum.json"]) {
    const refused = await run(["--outdir", "out", "--write-summary", named, "-t", "third", "wf.cwl", "--b", "x"]);
    expect([refused.exitCode, refused.out]).toEqual([2, ""]);
    expect(refused.talk).toMatch(/^Cannot use --write-summary: found "[^\n]+\n$/);
  }
});

test("tools get the variables that are to be preserved, and no others", async () => {
  const seen = async (...words: readonly string[]) => {
    const environment = { ONE: "1", TWO: "2" };
    await run(["--log-dir", "env", "--outdir", "out", ...words, "-t", "one", "wf.cwl", "--a", "x"], environment);
    return (await Bun.file(join(folder.path, "env", "one", "log.txt")).text()).split("\n")[1];
  };
  expect(await seen()).toBe("-");
  expect(await seen("--preserve-environment", "ONE")).toBe("1-");
  expect(await seen("--preserve-environment", "ONE", "--preserve-environment=TWO")).toBe("1-2");
  expect(await seen("--preserve-entire-environment")).toBe("1-2");
  expect(await seen("--sandbox", "auto", "--preserve-environment", "TWO")).toBe("-2");
  const { talk } = await run(["--preserve-environment", "NONE", "-t", "one", "wf.cwl", "--a", "x"]);
  expect(talk).toContain('Cannot preserve "NONE": found no such environment variable');
});

test("--debug tells what is done, and never what variables hold", async () => {
  const { talk, out } = await run(["--debug", "--outdir", "out", "-t", "second", "wf.cwl", "--a", "x"], {
    ONE: "secret",
  });
  for (const wanted of [
    /^debug: Evaluated \$\(inputs\.x\) to "x"$/m,
    /^debug: Working directory: \/\S+$/m,
    /^debug: Staged: \S+\/x\.txt \(link of \/\S+\)$/m,
    /^debug: Environment: HOME, PATH, TMPDIR$/m,
    /^debug: stdout: \S+\/x\.txt$/m,
    /: cat \/\S+$/m,
  ])
    expect(talk).toMatch(wanted);
  expect(talk).not.toContain("secret");
  expect(Object.keys(JSON.parse(out))).toEqual(["second"]);
  expect((await run(["--outdir", "out", "-t", "second", "wf.cwl", "--a", "x"])).talk).not.toContain("debug:");
});

test("--default-container is the image of tools that name none", async () => {
  const root = join(folder.path, "root");
  await makeRootFs(root, ["sh", "cat", "echo"]);
  await Bun.write(join(root, "etc", "only-here"), "in the image\n");
  await Bun.$`tar -C ${root} -cf ${join(folder.path, "root.tar")} .`.quiet();
  const data = ["--data", "data"];
  await runExecutable(["images", "import", "root.tar", "small:1", ...data], { cwd: folder.path });
  const inside = (hints: string) => `cwlVersion: v1.2
class: CommandLineTool
baseCommand: [cat, /etc/only-here]
hints: { ${hints} }
inputs: []
outputs: { o: stdout }
stdout: seen.txt
`;
  await Bun.write(join(folder.path, "none.cwl"), inside(""));
  await Bun.write(join(folder.path, "own.cwl"), inside("DockerRequirement: { dockerPull: 'other:1' }"));
  const given = await run([...data, "--default-container", "small:1", "none.cwl"]);
  expect([given.exitCode, given.talk]).toEqual([0, expect.stringContaining('in image "small:1"')]);
  expect(await Bun.file(join(folder.path, "seen.txt")).text()).toBe("in the image\n");
  // A hint of the tool's own is its own, and falls back to the program of this machine as ever.
  const own = await run([...data, "--default-container", "small:1", "own.cwl"]);
  expect([own.exitCode, own.talk]).toEqual([6, expect.stringContaining("The program of this machine runs")]);
  const missing = await run([...data, "--default-container", "gone:1", "none.cwl"]);
  expect([missing.exitCode, missing.talk]).toEqual([33, expect.stringContaining("the default container gone:1")]);
  expect((await run([...data, "--no-container", "--default-container", "gone:1", "none.cwl"])).exitCode).toBe(6);
});

test("files of a job that stand on the web are fetched, once, and called as their URL ends", async () => {
  const page = `${web.url}page.txt`;
  const said = async (...words: readonly string[]) => {
    const ran = await run(["--outdir", "web", ...words]);
    expect([words, ran.exitCode]).toEqual([words, 0]);
    return Bun.file(join(folder.path, "web", "o.txt")).text();
  };
  expect(await said("files.cwl", "--f", page)).toBe("from the web\n");
  expect(await said("files.cwl", "--f", `${web.url}moved/page.txt`)).toBe("from the web\n");
  asked.length = 0;
  const file = `{ class: File, location: "${page}" }`;
  await Bun.write(join(folder.path, "web.yml"), `l: [${file}, ${file}]\n`);
  expect(await said("files.cwl", "web.yml")).toBe("from the web\nfrom the web\n");
  expect(asked).toEqual(["/page.txt"]);
  await Bun.write(join(folder.path, "dir.yml"), `d: { class: Directory, basename: d, listing: [${file}] }\n`);
  expect(await said("files.cwl", "dir.yml")).toBe("from the web\n");
  const child = Bun.spawn([executable, "run", "--quiet", "--outdir", "piped", "files.cwl", "-"], {
    cwd: folder.path,
    env: { PATH: "/usr/bin:/bin" },
    stdin: Buffer.from(
      `f: { class: File, path: "${page}", secondaryFiles: [{ class: File, location: "${page}.idx" }] }\n`,
    ),
    stderr: "pipe",
  });
  expect(await child.exited).toBe(4);
  expect(await new Response(child.stderr).text()).toContain(`found "${page}.idx", which cannot be fetched`);
});

test("what cannot be fetched is told with its line in the job file, and leaves nothing", async () => {
  await Bun.write(join(folder.path, "gone.yml"), `f:\n  class: File\n  location: ${web.url}gone\n`);
  const gone = await run(["--tmpdir-prefix", join(folder.path, "scratch-"), "files.cwl", "gone.yml"]);
  expect(gone.exitCode).toBe(4);
  expect(gone.talk).toContain(`gone.yml:3:3: found "${web.url}gone", which cannot be fetched: `);
  expect(gone.talk).toContain("404");
  const directory = await run(["files.cwl", "--d", `${web.url}dir/`]);
  expect([directory.exitCode, directory.talk]).toEqual([4, expect.stringContaining("or a listing of files")]);
  expect((await readdir(folder.path)).filter((name) => name.startsWith("scratch-"))).toEqual([]);
});

test("who stops a run while a file is fetched is not kept waiting, and nothing is left", async () => {
  const child = Bun.spawn(
    [executable, "run", "--tmpdir-prefix", join(folder.path, "scratch-"), "files.cwl", "--f", `${web.url}endless`],
    { cwd: folder.path, env: { PATH: "/usr/bin:/bin" }, stderr: "pipe", stdout: "pipe" },
  );
  await until("the file is asked for", () => asked.includes("/endless"));
  child.kill("SIGINT");
  expect(await child.exited).toBe(130);
  expect(await new Response(child.stderr).text()).toEndWith("Stopped before the end\n");
  expect((await readdir(folder.path)).filter((name) => name.startsWith("scratch-"))).toEqual([]);
});

test("a job on stdin may name its package", async () => {
  const child = Bun.spawn([executable, "run", "--quiet", "--outdir", "piped", "-"], {
    cwd: folder.path,
    env: { PATH: "/usr/bin:/bin" },
    stdin: Buffer.from("cwl:tool: wf.cwl\na: x\nb: piped\n"),
    stdout: "ignore",
  });
  expect(await child.exited).toBe(0);
  expect((await readdir(join(folder.path, "piped"))).toSorted()).toContain("say.txt");
});
