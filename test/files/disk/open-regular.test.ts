import { describe, expect, test } from "bun:test";
import { appendFile, mkdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { copyTree } from "../../../src/files/disk/copy-tree.ts";
import { openDirectory, readOwn, readRegular } from "../../../src/files/disk/open-regular.ts";
import { appendJobLog, readJobLog } from "../../../src/files/jobs/job-log.ts";
import { createJobPaths } from "../../../src/files/jobs/job-paths.ts";
import { createLogJoin } from "../../../src/files/jobs/join-log.ts";
import { createLayout, executionLogFile, isInside } from "../../../src/files/layout.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

function makePipe(path: string): void {
  expect(Bun.spawnSync(["mkfifo", path]).exitCode).toBe(0);
}

describe("readRegular()", () => {
  test("reads a file, also through a link, and no more than is asked for", async () => {
    await using folder = await temporaryDirectory();
    await writeFile(join(folder.path, "f"), "text");
    await symlink("f", join(folder.path, "l"));
    expect((await readRegular(join(folder.path, "l"))).toString()).toBe("text");
    expect((await readRegular(join(folder.path, "l"), undefined, 2)).toString()).toBe("te");
  });

  test("says what it found in place of a file", async () => {
    await using folder = await temporaryDirectory();
    makePipe(join(folder.path, "pipe"));
    await symlink("loop", join(folder.path, "loop"));
    await mkdir(join(folder.path, "directory"));
    const found = { pipe: "a pipe", loop: "in a circle", directory: "a directory", nothing: "nothing there" };
    for (const [name, words] of Object.entries(found)) {
      expect(readRegular(join(folder.path, name))).rejects.toThrow(words);
    }
  });

  test("reads nothing that really lies elsewhere", async () => {
    await using folder = await temporaryDirectory();
    const own = join(folder.path, "own");
    await mkdir(own);
    await writeFile(join(folder.path, "secret"), "secret");
    await symlink("../secret", join(own, "link"));
    await symlink("..", join(own, "up"));
    const mayRead = (real: string) => isInside(own, real);
    expect(readRegular(join(own, "link"), mayRead)).rejects.toThrow("leads elsewhere");
    expect(readRegular(join(own, "up", "secret"), mayRead)).rejects.toThrow("leads elsewhere");
    expect(openDirectory(join(own, "up"), mayRead)).rejects.toThrow("leads elsewhere");
  });
});

test("readOwn() counts as missing what is no file of the service", async () => {
  await using folder = await temporaryDirectory();
  makePipe(join(folder.path, "pipe"));
  await writeFile(join(folder.path, "f"), "text");
  await symlink("f", join(folder.path, "link"));
  expect(await readOwn(join(folder.path, "f"))).toBe("text");
  for (const name of ["pipe", "link", "nothing"]) expect(await readOwn(join(folder.path, name))).toBeUndefined();
});

describe("copyTree()", () => {
  test("copies what links lead to, where that may be read, and makes it writable", async () => {
    await using folder = await temporaryDirectory();
    const source = join(folder.path, "source");
    await mkdir(join(source, "deep", "er"), { recursive: true });
    await writeFile(join(source, "deep", "er", "f"), "text", { mode: 0o400 });
    await symlink("deep/er/f", join(source, "link"));
    await copyTree(source, join(folder.path, "copy"), (real) => isInside(source, real));
    await appendFile(join(folder.path, "copy", "link"), "+");
    await appendFile(join(folder.path, "copy", "deep", "er", "f"), "-");
    expect(await readFile(join(folder.path, "copy", "link"), "utf8")).toBe("text+");
    expect(await readFile(join(source, "deep", "er", "f"), "utf8")).toBe("text");
  });

  test("copies no pipe, and nothing from elsewhere", async () => {
    await using folder = await temporaryDirectory();
    const source = join(folder.path, "source");
    await mkdir(source);
    const mayRead = (real: string) => isInside(source, real);
    await symlink("/etc", join(source, "link"));
    expect(copyTree(source, join(folder.path, "one"), mayRead)).rejects.toThrow("leads elsewhere");
    await rename(join(source, "link"), join(folder.path, "link"));
    makePipe(join(source, "pipe"));
    expect(copyTree(source, join(folder.path, "two"), mayRead)).rejects.toThrow("a pipe");
  });
});

describe("a job's log", () => {
  const executionId = "01890000-0000-7000-8000-000000000001";

  test("begins anew where something else stands in its place, which is left alone", async () => {
    await using folder = await temporaryDirectory();
    const layout = createLayout(folder.path);
    const file = executionLogFile(layout, executionId);
    await mkdir(layout.outputsDirectory);
    await writeFile(join(folder.path, "other"), "other\n");
    for (const put of [() => symlink(join(folder.path, "other"), file), async () => makePipe(file)]) {
      await put();
      expect(await readJobLog(file, { offset: 0, limit: 100 })).toBeUndefined();
      await appendJobLog(layout, executionId, ["a line"]);
      expect(await readFile(file, "utf8")).toBe("a line\n");
      await rename(file, join(folder.path, "old"));
    }
    expect(await readFile(join(folder.path, "other"), "utf8")).toBe("other\n");
  });
});

describe("createLogJoin()", () => {
  async function rig() {
    const folder = await temporaryDirectory();
    const [own, log] = [join(folder.path, "own.log"), join(folder.path, "job.log")];
    return { own, log, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
  }

  test("takes over whole lines, and at the end the last one too", async () => {
    await using r = await rig();
    const join = createLogJoin(r.own, r.log, { isNew: true });
    await join.join(false);
    await appendFile(r.own, "one\ntwo\nthr");
    await join.join(false);
    await appendFile(r.log, "a line of the walk\n");
    await join.join(false);
    expect(await readFile(r.log, "utf8")).toBe("one\ntwo\na line of the walk\n");
    await appendFile(r.own, "ee");
    await join.join(true);
    await join.join(true);
    expect(await readFile(r.log, "utf8")).toBe("one\ntwo\na line of the walk\nthree\n");
  });

  test("puts the name before each line, also after a crash, and keeps all bytes", async () => {
    await using r = await rig();
    const ways = { isNew: true, name: "é/count[1]" };
    await appendFile(r.own, Buffer.from([0x6f, 0x0a, 0xff, 0x0d, 0x2e, 0x0a, 0x0a]));
    await createLogJoin(r.own, r.log, ways).join(false);
    await appendFile(r.own, "last");
    for (const _ of [1, 2]) await createLogJoin(r.own, r.log, { ...ways, isNew: false }).join(true);
    const name = [...Buffer.from("é/count[1] ")];
    const lines = [[0x6f], [0xff, 0x0d, 0x2e], [], [...Buffer.from("last")]];
    expect([...(await readFile(r.log))]).toEqual(lines.flatMap((line) => [...name, ...line, 0x0a]));
  });

  test("takes over nothing twice after a crash, whether it came before or after the last piece", async () => {
    await using r = await rig();
    await appendFile(r.log, "earlier\n");
    await appendFile(r.own, "one\n");
    await createLogJoin(r.own, r.log, { isNew: true }).join(false);
    await appendFile(r.own, "two\n");
    await createLogJoin(r.own, r.log, { isNew: false }).join(false);
    await createLogJoin(r.own, r.log, { isNew: false }).join(true);
    expect(await readFile(r.log, "utf8")).toBe("earlier\none\ntwo\n");
    // The step was written down, and the crash came before its piece.
    await writeFile(`${r.own}.joined`, JSON.stringify({ from: 8, to: 14, logBytes: 16 }));
    await appendFile(r.own, "three\n");
    await createLogJoin(r.own, r.log, { isNew: false }).join(true);
    expect(await readFile(r.log, "utf8")).toBe("earlier\none\ntwo\nthree\n");
  });

  test("names no places of the server, also in a line of several pieces, and keeps bytes that are no text", async () => {
    await using r = await rig();
    const data = `${r.own}-data é`;
    const words = createJobPaths(createLayout(data), "e1", { hidesData: true });
    const ways = { isNew: true, words, name: "count" };
    await appendFile(r.own, Buffer.from(`wc ${data}/work/e1/tasks/count/a.txt\nfile://${data}/vault/v1\n`));
    await appendFile(
      r.own,
      Buffer.concat([Buffer.from([0xff]), Buffer.from(` "${data}/work/e1/b"\n${data}/work/e1/c\n`)]),
    );
    await createLogJoin(r.own, r.log, ways).join(false);
    const told = await readFile(r.log);
    expect(told.toString("latin1")).not.toContain("/work/e1/c");
    expect(told.toString("utf8").split("\n").slice(0, 2)).toEqual(["count wc tasks/count/a.txt", "count uploads/v1"]);
    expect(told.includes(0xff)).toBe(true);
    // The path lies across the end of the first piece.
    const before = 256 * 1024 - `${data}`.length + 3;
    await appendFile(r.own, `${"y".repeat(before - 1)} ${data}/work/e1/tasks/long.txt and more\n`);
    for (const isNew of [false, false]) await createLogJoin(r.own, r.log, { ...ways, isNew }).join(true);
    const text = (await readFile(r.log)).toString("utf8");
    expect(text.split("\n").at(-2)).toBe("count tasks/long.txt and more");
    expect(text.match(/long\.txt/g)).toHaveLength(1);
  });

  test("takes over more than fits into one piece, and lines that are longer", async () => {
    await using r = await rig();
    const text = `${"x".repeat(700_000)}\n${"line\n".repeat(100_000)}`;
    await appendFile(r.own, text);
    await createLogJoin(r.own, r.log, { isNew: true }).join(true);
    expect((await readFile(r.log, "utf8")).replaceAll(/(x)\n(?=x)/g, "$1")).toBe(text);
  });

  test("waits for no pipe that stands in the place of a tool's log", async () => {
    await using r = await rig();
    makePipe(r.own);
    await createLogJoin(r.own, r.log, { isNew: true }).join(true);
    await createLogJoin(r.own, r.log, { isNew: false }).join(true);
    expect(await Bun.file(r.log).exists()).toBe(false);
  });
});
