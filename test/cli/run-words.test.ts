import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { executable, runExecutable } from "../support/servers/executable.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../support/temporary-directory.ts";

let folder: TemporaryDirectory;

const tool = `cwlVersion: v1.2
class: CommandLineTool
baseCommand: [echo, 'a word']
inputs:
  message: { type: string, inputBinding: { position: 1 } }
  n: { type: int?, inputBinding: { position: 2, prefix: -n } }
  b: { type: boolean?, inputBinding: { position: 3, prefix: -b } }
  l: { type: 'string[]?', inputBinding: { position: 4, prefix: -l } }
  f: { type: File?, inputBinding: { position: 5, valueFrom: $(self.basename) } }
  e: { type: [ 'null', { type: enum, symbols: [one, two] } ], inputBinding: { position: 6 } }
  data: { type: string?, inputBinding: { position: 7 } }
  r: { type: [ 'null', { type: record, fields: { x: int } } ], inputBinding: { position: 8, valueFrom: $(self.x) } }
outputs: { o: stdout }
stdout: o.txt
`;

beforeAll(async () => {
  folder = await temporaryDirectory();
  await Bun.write(join(folder.path, "tool.cwl"), tool);
  await Bun.write(join(folder.path, "sub", "job.yml"), "message: from a file\n");
  await Bun.write(join(folder.path, "sub", "self.yml"), "cwl:tool: ../tool.cwl\nmessage: named\n");
});

afterAll(() => folder[Symbol.asyncDispose]());

async function run(...words: readonly string[]) {
  const ran = await runExecutable(["run", ...words], { cwd: folder.path, environment: { PATH: "/usr/bin:/bin" } });
  const said = ran.exitCode === 0 ? await Bun.file(join(folder.path, "o.txt")).text() : "";
  return { ...ran, said };
}

test("inputs stand on the command line, alone or over those of a job file", async () => {
  expect((await run("tool.cwl", "--message", "hi")).said).toBe("a word hi\n");
  expect((await run("tool.cwl", "--message=two words", "--n", "-5", "--b", "--l", "x", "--l", "y")).said).toBe(
    "a word two words -n -5 -b -l x y\n",
  );
  expect((await run("tool.cwl", "-n", "3", "--f", "sub/job.yml", "--e", "two", "--message", "m")).said).toBe(
    "a word m -n 3 job.yml two\n",
  );
  expect((await run("tool.cwl", "--message", "m", "--b=false", "--l", '["x", "y"]', "--r", '{"x": 4}')).said).toBe(
    "a word m -l x y 4\n",
  );
  expect((await run("tool.cwl", "sub/job.yml", "--n", "1")).said).toBe("a word from a file -n 1\n");
  expect((await run("tool.cwl", "sub/job.yml", "--message", "over")).said).toBe("a word over\n");
  // What is called as an option is: an input after the dashes.
  expect((await run("tool.cwl", "--message", "m", "--quiet", "--", "--data", "d")).said).toBe("a word m d\n");
});

test("a job comes on stdin, or names its package", async () => {
  const child = Bun.spawn([executable, "run", "--quiet", "--outdir", "piped", "tool.cwl", "-"], {
    cwd: folder.path,
    env: { PATH: "/usr/bin:/bin" },
    stdin: Buffer.from("message: piped\nf: { class: File, path: sub/job.yml }\n"),
    stdout: "ignore",
  });
  expect(await child.exited).toBe(0);
  expect(await Bun.file(join(folder.path, "piped", "o.txt")).text()).toBe("a word piped job.yml\n");
  expect((await run("sub/self.yml")).said).toBe("a word named\n");
  expect((await run("sub/self.yml", "--message", "over")).said).toBe("a word over\n");
});

test("flags of other runners that change nothing are taken", async () => {
  const text = await Bun.file(join(import.meta.dir, "..", "..", "docs", "cwl.md")).text();
  const line = text.split("\n").find((one) => one.startsWith("Flags of other runners")) ?? "";
  const named = [...line.matchAll(/`(--[a-z-]+)( [A-Z]+)?`/g)].map(([, flag = "", value]) =>
    value === undefined ? [flag] : [flag, "9"],
  );
  expect(named.length).toBeGreaterThan(20);
  expect((await run(...named.flat(), "tool.cwl", "--message", "m")).said).toBe("a word m\n");
});

test("--version tells it, --leave-tmpdir leaves the scratch directory", async () => {
  expect((await run("--version")).out).toMatch(/^heddle \d+\.\d+/);
  const left = /^Left (\S+)$/m.exec((await run("--leave-tmpdir", "tool.cwl", "--message", "m")).talk)?.[1] ?? "";
  expect(existsSync(left)).toBe(true);
  await Bun.$`rm -r ${left}`.quiet();
});

test("the whole command line of a tool stands in the log", async () => {
  const { talk } = await run("tool.cwl", "--message", "it's", "--l", "a\nb");
  expect(talk).toContain("without a sandbox: echo 'a word' 'it'\\''s' -l $'a\\nb'\n");
});
