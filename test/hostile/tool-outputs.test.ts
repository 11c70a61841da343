import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { digestTree } from "./digest-tree.ts";
import { attackTool, type HostileServer, modes, startHostileServer } from "./hostile-server.ts";
import { whileHealthy } from "./watch-health.ts";

const secret = "the secret of the operator";
let hostile: HostileServer;
let directory: string;

beforeAll(async () => {
  hostile = await startHostileServer();
  directory = join(hostile.data, "kept");
  await mkdir(directory);
  await writeFile(join(directory, "secret.txt"), secret);
  await writeFile(join(directory, "secret.txt.idx"), secret);
});

afterAll(async () => {
  await hostile[Symbol.asyncDispose]();
});

const javascript = { InlineJavascriptRequirement: {} };
const file = { o: { type: "File", outputBinding: { glob: "o" } } };
const text = {
  o: { type: "string", outputBinding: { glob: "o", loadContents: true, outputEval: "$(self[0].contents)" } },
};
const files = (glob: string) => ({ o: { type: "File[]", outputBinding: { glob } } });
const listed = (loadListing: string) => ({
  o: { type: "Any", outputBinding: { glob: "d", loadListing, outputEval: "$(self[0].listing)" } },
});
const tree = { o: { type: "Directory", outputBinding: { glob: "d" } } };
const withSecondary = { o: { type: "File", secondaryFiles: [".idx"], outputBinding: { glob: "o" } } };

/** What a tool leaves, the outputs that are collected of it, and what stops it. SECRET and DIRECTORY are the operator's. */
const leftovers: readonly (readonly [string, string, Readonly<Record<string, unknown>>, RegExp])[] = [
  ["a link to a secret", "ln -s SECRET o", file, /leads out of the output directory/],
  ["a link to a link to a secret", "ln -s SECRET l; ln -s l o", file, /leads out of the output directory/],
  ["a link with a way up", "ln -s ../../../../../kept/secret.txt o", file, /leads out of the output directory/],
  ["a link into the server's own process", "ln -s /proc/self/environ o", file, /leads out of|cannot be opened/],
  ["a link to a descriptor of the server", "ln -s /proc/self/fd/5 o", file, /leads out of|found no file|cannot be/],
  ["a pipe", "mkfifo o", file, /neither a file nor a directory/],
  ["a link to a pipe", "mkfifo p; ln -s p o", file, /neither a file nor a directory/],
  ["a link to itself", "ln -s o o", file, /cannot be opened/],
  ["a link to a device", "ln -s /dev/zero o", file, /leads out of the output directory/],
  ["a link that leads nowhere", "ln -s nothing o", file, /found no file/],
  ["contents of a link to a secret", "ln -s SECRET o", text, /leads out of the output directory/],
  ["contents of a pipe", "mkfifo o", text, /neither a file nor a directory/],
  ["a pattern through a linked directory", "ln -s DIRECTORY d", files("d/*"), /leads elsewhere|leads out/],
  ["a pattern through two linked directories", "ln -s / d", files("d/e*/pass*"), /leads elsewhere|leads out/],
  ["a name through a linked directory", "ln -s DIRECTORY d", files("d/secret.txt"), /leads out/],
  ["a listing of a linked directory", "ln -s DIRECTORY d", listed("shallow_listing"), /leads elsewhere|leads out/],
  ["a deep listing with a link to all", "mkdir d; ln -s / d/all", listed("deep_listing"), /leads elsewhere|leads out/],
  ["a listing with a link to a secret", "mkdir d; ln -s SECRET d/s", listed("shallow_listing"), /leads out/],
  ["a listing with a pipe", "mkdir d; mkfifo d/p", listed("shallow_listing"), /neither a file nor a directory/],
  ["a directory with a link to a secret", "mkdir d; ln -s SECRET d/s", tree, /leads out of the output directory/],
  ["a directory deep in which is such a link", "mkdir -p d/e/f; ln -s DIRECTORY d/e/f/g", tree, /leads out of/],
  ["a directory with a way up", "mkdir d; ln -s ../../../../../kept d/k", tree, /leads out of|found no file/],
  ["a directory with a link to all", "mkdir d; ln -s / d/all", tree, /leads out of the output directory/],
  ["a directory that is a link", "ln -s DIRECTORY d", tree, /leads out of the output directory/],
  ["a directory with a pipe", "mkdir d; mkfifo d/p", tree, /neither a file nor a directory/],
  ["a directory with a link to itself", "mkdir d; ln -s s d/s", tree, /cannot be opened/],
  ["a directory with a link around it", "mkdir -p d/e; ln -s .. d/e/up", tree, /leads to a directory around it/],
  ["a directory with a link to nothing", "mkdir d; ln -s nothing d/s", tree, /found no file/],
  [
    "a directory with links that double at each step",
    "mkdir d; cd d; mkdir 0; i=0; while [ $i -lt 40 ]; do b=$i; i=$((i+1)); mkdir $i; ln -s ../$b $i/a; ln -s ../$b $i/b; done",
    tree,
    /more than \d+ links to directories/,
  ],
  ["a secondary file that is a link", "echo >o; ln -s SECRET o.idx", withSecondary, /Cannot read|leads out/],
  ["a secondary file that is a pipe", "echo >o; mkfifo o.idx", withSecondary, /neither a file nor a directory/],
  ["an output object that is a pipe", "mkfifo cwl.output.json", file, /neither a file nor a directory/],
  ["an output object that is a link", "ln -s SECRET cwl.output.json", file, /leads out of the output directory/],
  ["an output object that leads nowhere", "ln -s nothing cwl.output.json", file, /found no file/],
  [
    "an output object that names a secret",
    `echo '{"o": {"class": "File", "path": "SECRET"}}' >cwl.output.json`,
    file,
    /leads out of the output directory/,
  ],
  [
    "an output object whose secondary file is a secret",
    `echo >o; echo '{"o": {"class": "File", "path": "o", "secondaryFiles": [{"class": "File", "path": "SECRET"}]}}' >cwl.output.json`,
    file,
    /leads out of the output directory/,
  ],
  [
    "an output object that names a link",
    `ln -s SECRET l; echo '{"o": {"class": "File", "location": "l"}}' >cwl.output.json`,
    file,
    /leads out of the output directory/,
  ],
];

describe.each([...modes])("a tool %s leaves", (mode) => {
  for (const [name, script, outputs, stopped] of leftovers) {
    test(`${name}, and its job fails`, async () => {
      const isOwn = (path: string) => /^(?:work|outputs|heddle\.db|heddle\.lock|status-documents|cache|etc)/.test(path);
      const before = await digestTree(hostile.data, isOwn);
      const words = script.replaceAll("SECRET", join(directory, "secret.txt")).replaceAll("DIRECTORY", directory);
      const tool = attackTool(words, { outputs, requirements: javascript });
      const { status, message, told } = await whileHealthy(hostile.server.url, name, () => hostile.attack(mode, tool));
      expect([status, message]).toEqual(["failed", expect.stringMatching(stopped)]);
      expect(told).not.toContain(secret);
      expect(told).not.toContain("root:");
      expect(await digestTree(hostile.data, isOwn)).toEqual(before);
    });
  }

  test("an unreadable directory, which holds nothing that a pattern names", async () => {
    const tool = attackTool("mkdir -p d/e; chmod 000 d", { outputs: files("d/*") });
    const { status, message } = await hostile.attack(mode, tool);
    // Who is root may look into it.
    expect([status, message]).toEqual(
      process.getuid?.() === 0 ? ["failed", expect.stringContaining("File")] : ["successful", "Job complete."],
    );
  });

  test("a link beside its output, and no later step gets what it leads to", async () => {
    const script = `echo mine >o; ln -s ${join(directory, "secret.txt")} o.idx`;
    const { cwlVersion: _, ...first } = attackTool(script, { outputs: file });
    const { cwlVersion: __, ...second } = attackTool('cat "$0".idx', {
      inputs: { f: { type: "File", secondaryFiles: [".idx"], inputBinding: {} } },
      outputs: { said: "stdout" },
    });
    const workflow = {
      cwlVersion: "v1.2",
      class: "Workflow",
      inputs: {},
      outputs: { o: { type: "File", outputSource: "two/said" } },
      steps: { one: { run: first, in: {}, out: ["o"] }, two: { run: second, in: { f: "one/o" }, out: ["said"] } },
    };
    const { status, told } = await hostile.attack(mode, workflow);
    expect(status).toBe("failed");
    expect(told).not.toContain(secret);
  });

  test("links among its own files and to what it was given, which are outputs like others", async () => {
    const tool = attackTool('echo mine >a; ln -s a o; mkdir d; ln -s ../a d/x; ln -s "$0" given', {
      inputs: { f: { type: "File", inputBinding: {} } },
      outputs: {
        ...file,
        all: { type: "File[]", outputBinding: { glob: "d/*" } },
        given: { type: "File", outputBinding: { glob: "given" } },
      },
    });
    const input = { href: `file://${join(hostile.inputRoot, "operator.txt")}` };
    const { status, told } = await hostile.attack(mode, tool, { f: input });
    expect(status).toBe("successful");
    expect(told).toContain("mine");
    expect(told).toContain("the operator's");
  });
});
