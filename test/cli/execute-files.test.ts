import { beforeAll, describe, expect, test } from "bun:test";
import { mkdir, readdir, symlink, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tarStream } from "../../src/files/archives/tar-stream.ts";
import { deployCwl } from "../support/jobs.ts";
import { listTool } from "../support/packages/list-tool.ts";
import { runExecutable } from "../support/servers/executable.ts";
import { serveFile } from "../support/servers/file-server.ts";

const server = await serveFile();
const long = `${"long".repeat(40)}.txt`;

function heddle(...words: readonly string[]) {
  return runExecutable(words, { cwd: server.folder, environment: { HEDDLE_URL: server.url, PATH: "/usr/bin:/bin" } });
}

async function execute(id: string, ...inputs: readonly string[]): Promise<string> {
  const run = await heddle("execute", id, "--follow", ...inputs.flatMap((input) => ["-i", input]));
  if (run.exitCode !== 0) return run.talk;
  const { said } = JSON.parse(run.out);
  return typeof said.href === "string" ? await (await fetch(said.href)).text() : (said.value ?? said);
}

beforeAll(async () => {
  const write = (path: string, text: string) => Bun.write(join(server.folder, path), text);
  await write("scene/a.txt", "one");
  await write("scene/sub/ü.txt", "two");
  await write(`scene/sub/${long}`, "far");
  await mkdir(join(server.folder, "scene/nothing"));
  await write("plain.txt", "plain");
  await symlink(join(server.folder, "plain.txt"), join(server.folder, "scene/link.txt"));
  // What is packed tightly would be taken for a bomb.
  await write("scene/zeros.bin", "");
  await truncate(join(server.folder, "scene/zeros.bin"), 80 * 2 ** 20);
  await write("loop/a.txt", "a");
  await symlink(join(server.folder, "loop"), join(server.folder, "loop/again"));
  await write("broken/a.txt", "a");
  await symlink("/nowhere", join(server.folder, "broken/lost"));
  await mkdir(join(server.folder, "empty"));
  await Bun.$`mkdir ${join(server.folder, "pipe")} && mkfifo ${join(server.folder, "pipe/p")}`.quiet();
  await deployCwl(server.url, "list", listTool);
  const fields = {
    file: "File",
    more: { type: { type: "array", items: ["string", "File"] } },
    folder: "Directory?",
    word: "string?",
  };
  const type = { type: "record", name: "r", fields };
  await deployCwl(server.url, "record", {
    ...{ cwlVersion: "v1.2", class: "CommandLineTool", baseCommand: ["sh", "-c", 'cat "$@"', "sh"], stdout: "o" },
    requirements: { InlineJavascriptRequirement: {} },
    inputs: { x: { type } },
    arguments: [
      "$(inputs.x.file.path)",
      "$(inputs.x.more[1].path)",
      "$(inputs.x.folder ? inputs.x.folder.path + '/a.txt' : inputs.x.file.path)",
    ],
    outputs: { said: "stdout" },
  });
});

describe("heddle execute uploads", () => {
  test("a directory, with all that is in it, as one archive", async () => {
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith("heddle-upload-"));
    const said = await execute("list", "d=@scene");
    expect(said.replaceAll("\u0000", "")).toBe(
      `./a.txt: one\n./link.txt: plain\n./sub/${long}: far\n./sub/ü.txt: two\n./zeros.bin: \n`,
    );
    expect(await execute("list", "d=@scene/sub/")).toBe(`./${long}: far\n./ü.txt: two\n`);
    expect(await execute("list", "d=@empty")).toBe("");
    const after = (await readdir(tmpdir())).filter((name) => name.startsWith("heddle-upload-"));
    expect(after.filter((name) => !before.includes(name))).toEqual([]);
  });

  test("files and directories inside a value, where its schema says that they stand", async () => {
    const value = { file: "@plain.txt", more: ["@scene/a.txt", "@scene/a.txt"], folder: "@scene", word: "@plain.txt" };
    const said = await execute("record", `x=${JSON.stringify(value)}`);
    expect(said).toContain("plainoneone");
  });
});

describe("heddle execute refuses", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["list", "d=@loop", "a directory that is in itself"],
    ["list", "d=@broken", 'broken/lost": found nothing that can be read'],
    ["list", "d=@pipe", 'pipe/p": found a device or pipe'],
    ["list", "d=@missing", "found no file that can be read"],
    ["record", 'x={"file":"@scene","more":["a","@plain.txt"]}', "found a directory or device, wanted a file"],
    ["record", 'x={"file":"@missing.txt","more":["a","@plain.txt"]}', "found no file that can be read"],
  ];
  for (const [id, input, told] of cases) {
    test(input, async () => {
      const run = await heddle("execute", id, "-i", input);
      expect([run.exitCode, run.talk]).toEqual([2, expect.stringContaining(told)]);
    });
  }
});

test("an archive of the command line is one that tar reads", async () => {
  const path = join(server.folder, "scene/a.txt");
  const entries = [
    { name: "d" },
    { name: `d/${long}`, file: { path, sizeBytes: 3 } },
    { name: "d/ü", file: { path, sizeBytes: 3 } },
    { name: "d/plain", file: { path, sizeBytes: 3 } },
  ];
  const pieces: Uint8Array[] = [];
  for await (const piece of tarStream(entries)) pieces.push(piece);
  await Bun.write(join(server.folder, "out.tar"), Buffer.concat(pieces));
  const read = "import sys,tarfile\nfor m in tarfile.open(sys.argv[1]): print(m.name, m.size, oct(m.mode), m.isdir())";
  const listed = await Bun.$`python3 -c ${read} ${join(server.folder, "out.tar")}`.text();
  expect(listed).toBe(`d 0 0o755 True\nd/${long} 3 0o644 False\nd/ü 3 0o644 False\nd/plain 3 0o644 False\n`);
  const changed = tarStream([{ name: "x", file: { path, sizeBytes: 2 } }]);
  await expect(Array.fromAsync(changed)).rejects.toThrow("found another size than before");
});
