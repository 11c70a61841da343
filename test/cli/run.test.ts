import { expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { executable, runExecutable } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const environment = { PATH: "/usr/local/bin:/usr/bin:/bin" };

const graph = `cwlVersion: v1.2
$graph:
  - id: shout
    class: CommandLineTool
    label: Shouts
    baseCommand: [sh, -c, 'tr a-z A-Z < "$0"']
    inputs: { f: { type: File, inputBinding: {} }, n: { type: int, default: 3 } }
    outputs: { o: stdout }
    stdout: shout.txt
  - id: main
    class: Workflow
    requirements: { ScatterFeatureRequirement: {} }
    inputs: { fs: 'File[]' }
    outputs: { os: { type: 'File[]', outputSource: each/o } }
    steps:
      each: { run: '#shout', scatter: f, in: { f: fs }, out: [o] }
`;

async function folderWith(files: Readonly<Record<string, string>>) {
  const folder = await temporaryDirectory();
  for (const [name, text] of Object.entries(files)) await Bun.write(join(folder.path, name), text);
  return folder;
}

const files = {
  "p.cwl": graph,
  "a.txt": "a",
  "b.txt": "b",
  "one.yml": "f: { class: File, path: a.txt }",
  "all.yml": "fs: [{ class: File, location: a.txt }, { class: File, location: b.txt }]",
};

test("run takes one process of a file by its fragment, or the main one, and scatters", async () => {
  await using folder = await folderWith(files);
  const options = { cwd: folder.path, environment };
  const one = await runExecutable(["run", "--quiet", "--outdir", "one", "p.cwl#shout", "one.yml"], options);
  expect(JSON.parse(one.out).o).toMatchObject({ class: "File", basename: "shout.txt", size: 1 });
  expect(await Bun.file(join(folder.path, "one", "shout.txt")).text()).toBe("A");
  const all = await runExecutable(["run", "--quiet", "--outdir", "all", "p.cwl", "all.yml"], options);
  expect(JSON.parse(all.out).os.map((file: { basename: string }) => file.basename)).toEqual([
    "shout.txt",
    "shout_2.txt",
  ]);
  expect(await Bun.file(join(folder.path, "all", "shout_2.txt")).text()).toBe("B");
});

test("a link called cwl-runner is the run command", async () => {
  await using folder = await folderWith(files);
  const link = join(folder.path, "cwl-runner");
  await symlink(executable, link);
  const child = Bun.spawn([link, "--quiet", "--outdir=out", "p.cwl#shout", "one.yml"], {
    cwd: folder.path,
    env: environment,
    stdout: "pipe",
    stderr: "ignore",
  });
  expect(JSON.parse(await new Response(child.stdout).text()).o.basename).toBe("shout.txt");
});

test("what is in the cache is not run again, until an input has other bytes", async () => {
  await using folder = await folderWith(files);
  const words = ["run", "--cachedir", "cache", "--outdir", "out", "p.cwl#shout", "one.yml"];
  const options = { cwd: folder.path, environment };
  expect((await runExecutable(words, options)).talk).not.toContain("cache");
  expect((await runExecutable(words, options)).talk).toContain("from the cache");
  await Bun.write(join(folder.path, "a.txt"), "c");
  expect((await runExecutable(words, options)).talk).not.toContain("cache");
  expect(await Bun.file(join(folder.path, "out", "shout.txt")).text()).toBe("C");
});

test("validate, --validate, --print-graph and --make-template run nothing", async () => {
  await using folder = await folderWith(files);
  const options = { cwd: folder.path, environment };
  expect(await runExecutable(["validate", "p.cwl"], options)).toMatchObject({
    exitCode: 0,
    out: "p.cwl is valid CWL\n",
  });
  expect((await runExecutable(["run", "--validate", "p.cwl"], options)).exitCode).toBe(0);
  expect((await runExecutable(["run", "--print-graph", "p.cwl"], options)).out).toMatch(
    /^<svg[\s\S]*>each<[\s\S]*<\/svg>\n$/,
  );
  const template = await runExecutable(["run", "--make-template", "p.cwl#shout"], options);
  expect(template.out).toBe("# File\nf:\n  class: File\n  path: a/path\n\n# int; optional\n# n: 3\n");
  await Bun.write(join(folder.path, "wrong.cwl"), graph.replace("baseCommand", "baseComand"));
  const wrong = await runExecutable(["validate", "wrong.cwl"], options);
  expect(wrong.exitCode).toBe(4);
  expect(wrong.talk).toContain(
    'wrong.cwl:6:5: field "baseComand": found an unknown field, did you mean "baseCommand"?',
  );
  const tool = "cwlVersion: v1.2\nclass: CommandLineTool\nbaseCommand: echo\ninputs: { style: string }\noutputs: []\n";
  await Bun.write(join(folder.path, "odd.cwl"), `${tool}arguments: [$(inputs.styel)]\n`);
  expect(await runExecutable(["validate", "odd.cwl"], options)).toMatchObject({
    exitCode: 0,
    out: "odd.cwl is valid CWL\n",
    talk: expect.stringContaining('odd.cwl:6:13: field "arguments[0]": found $(inputs.styel), and no input "styel"'),
  });
});

test("what cannot be run here ends with 33: an Operation, a container that is not there", async () => {
  const tool = "cwlVersion: v1.2\ninputs: []\noutputs: []\n";
  await using folder = await folderWith({
    "operation.cwl": `${tool}class: Operation\n`,
    "docker.cwl": `${tool}class: CommandLineTool\nbaseCommand: "true"\nrequirements: { DockerRequirement: { dockerPull: none } }\n`,
  });
  const options = { cwd: folder.path, environment };
  expect((await runExecutable(["run", "operation.cwl"], options)).exitCode).toBe(33);
  const docker = await runExecutable(["run", "docker.cwl"], options);
  expect(docker.exitCode).toBe(33);
  expect(docker.talk).toContain("heddle images import");
  expect((await runExecutable(["run", "--no-container", "docker.cwl"], options)).exitCode).toBe(0);
});

test("requirements of the job file take the place of the package's own", async () => {
  await using folder = await folderWith({
    "tool.cwl":
      "cwlVersion: v1.2\nclass: CommandLineTool\nbaseCommand: [sh, -c, 'echo $X']\nrequirements: { EnvVarRequirement: { envDef: { X: own } } }\ninputs: []\noutputs: { o: stdout }\nstdout: o.txt\n",
    "job.yml": "cwl:requirements: [{ class: EnvVarRequirement, envDef: { X: given } }]\n",
  });
  await runExecutable(["run", "--quiet", "tool.cwl", "job.yml"], { cwd: folder.path, environment });
  expect(await Bun.file(join(folder.path, "o.txt")).text()).toBe("given\n");
});

test("with --on-error continue what does not need a failed step goes on, and the run still fails", async () => {
  const step = (script: string) =>
    `{ in: [], out: [], run: { class: CommandLineTool, baseCommand: [sh, -c, '${script}'], inputs: [], outputs: [] } }`;
  await using folder = await temporaryDirectory();
  const trace = join(folder.path, "trace");
  await Bun.write(
    join(folder.path, "w.cwl"),
    `cwlVersion: v1.2\nclass: Workflow\ninputs: []\noutputs: []\nsteps:\n  bad: ${step("exit 5")}\n  slow: ${step(`sleep 1; echo slow >>${trace}`)}\n`,
  );
  const options = { cwd: folder.path, environment };
  // The failure may come just when the other tool begins: several tries meet that moment.
  for (let count = 0; count < 15; count += 1) {
    expect((await runExecutable(["run", "w.cwl"], options)).exitCode).toBe(6);
    expect(await Bun.file(trace).exists()).toBe(false);
  }
  const ran = await runExecutable(["run", "--on-error", "continue", "w.cwl"], options);
  expect(ran.exitCode).toBe(6);
  expect(ran.talk).toContain("found exit code 5");
  expect(await Bun.file(trace).text()).toBe("slow\n");
});
