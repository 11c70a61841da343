import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import {
  access,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import type { JsonObject } from "../../../src/domain/values/json.ts";
import type { FileResult, OutputValues, Result } from "../../../src/domain/values/values.ts";
import { digestOutputs } from "../../../src/files/jobs/digest-outputs.ts";
import { type OutputPlan, parseOutputPlan, planOutputs } from "../../../src/files/jobs/output-plan.ts";
import { linkOutputs, publishOutputs } from "../../../src/files/jobs/publish-outputs.ts";
import { isInside, stagedInputsDirectory } from "../../../src/files/layout.ts";
import { executionId, type FilesRig, filesRig, fileValue, jobId } from "../support.ts";

const plan = (r: FilesRig, outputs: OutputValues) => planOutputs(r.layout, { jobId, executionId, outputs });

async function publish(r: FilesRig, outputs: OutputValues): Promise<OutputPlan> {
  const planned = await plan(r, outputs);
  await publishOutputs(r.layout, planned);
  return planned;
}

function fileOf(result: Result | undefined): FileResult {
  if (result?.kind !== "file") throw new Error("no file");
  return result;
}

/** Reads what a reference names, as a server would for the job. */
function readReference(r: FilesRig, reference: string): Promise<string> {
  const [, job, ...names] = reference.split("/").map(decodeURIComponent);
  expect(job).toBe(jobId);
  return readFile(join(r.layout.outputsDirectory, executionId, ...names), "utf8");
}

/** Every path below the output directory. */
async function published(r: FilesRig): Promise<readonly string[]> {
  const entries = await readdir(r.layout.outputsDirectory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(r.layout.outputsDirectory.length + 1)).sort();
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

describe("planOutputs()", () => {
  test("names targets by execution and references by job, with guessed media types and true sizes", async () => {
    await using r = await filesRig();
    const path = await r.make("table.csv", "a,b\n");
    expect(await plan(r, { out: fileValue(path), n: { kind: "value", value: 3 } })).toEqual({
      moves: [{ source: path, target: `${executionId}/out/table.csv`, mode: "move", sizeBytes: 4 }],
      results: {
        out: {
          kind: "file",
          reference: `/${jobId}/out/table.csv`,
          basename: "table.csv",
          mediaType: "text/csv",
          sizeBytes: 4,
        },
        n: { kind: "value", value: 3 },
      },
    });
    expect(await exists(path)).toBe(true);
    expect(await published(r)).toEqual([]);
  });

  test("keeps a media type that the tool gave, and links and literals as they are", async () => {
    await using r = await filesRig();
    const outputs: OutputValues = {
      out: fileValue(await r.make("x.txt"), { mediaType: "text/x-own" }),
      link: { kind: "link", href: "https://h.example.org/x" },
      list: { kind: "list", items: [{ kind: "value", value: { a: 1 } }] },
    };
    const { results } = await plan(r, outputs);
    expect(fileOf(results.out).mediaType).toBe("text/x-own");
    expect(results).toMatchObject({ link: outputs.link, list: outputs.list });
  });

  test("is JSON that can be read back", async () => {
    await using r = await filesRig();
    const planned = await plan(r, {
      out: fileValue(await r.make("a"), { secondaryFiles: [fileValue(await r.make("b"))] }),
    });
    const recorded: JsonObject = planned;
    expect(parseOutputPlan(JSON.parse(JSON.stringify(recorded)))).toEqual(planned);
    expect(() => parseOutputPlan({ moves: [{ source: 3 }], results: {} })).toThrow();
  });

  test("copies what is named twice, also through a symlink, and what has another name somewhere", async () => {
    await using r = await filesRig();
    const [path, linked] = [await r.make("a"), await r.make("b")];
    await symlink(path, join(r.toolDirectory, "symlink"));
    await link(linked, join(r.toolDirectory, "hard link"));
    const { moves } = await plan(r, {
      first: fileValue(path),
      second: fileValue(join(r.toolDirectory, "symlink")),
      third: fileValue(linked),
    });
    expect(moves.map(({ source, mode }) => [source, mode])).toEqual([
      [path, "copy"],
      [path, "copy"],
      [linked, "copy"],
    ]);
  });

  test("copies what the tool does not own", async () => {
    await using r = await filesRig();
    const staged = join(stagedInputsDirectory(r.layout, executionId), "in", "0", "staged.txt");
    await mkdir(dirname(staged), { recursive: true });
    await writeFile(staged, "x");
    const own = await r.make("own.txt");
    const outputs = { staged: fileValue(staged), own: fileValue(own) };
    expect((await plan(r, outputs)).moves.map(({ mode }) => mode)).toEqual(["copy", "move"]);
    const owned = await planOutputs(r.layout, { jobId, executionId, outputs, toolOwned: (path) => path === staged });
    expect(owned.moves.map(({ mode }) => mode)).toEqual(["move", "copy"]);
  });

  test("refuses a file outside the work directory, also behind a symlink, unless it is an input", async () => {
    await using r = await filesRig();
    const outside = join(r.layout.dataDirectory, "secret");
    await writeFile(outside, "secret");
    await symlink(outside, join(r.toolDirectory, "innocent.txt"));
    for (const path of [outside, join(r.toolDirectory, "innocent.txt")]) {
      const outputs = { out: fileValue(path) };
      expect(plan(r, outputs)).rejects.toThrow("outside");
      const { moves } = await planOutputs(r.layout, {
        jobId,
        executionId,
        outputs,
        isInput: (real) => real === outside,
      });
      expect(moves).toMatchObject([{ source: outside, mode: "copy" }]);
    }
  });

  test("refuses what is missing or not a regular file", async () => {
    await using r = await filesRig();
    const fifo = join(r.toolDirectory, "fifo");
    Bun.spawnSync(["mkfifo", fifo]);
    expect(plan(r, { out: fileValue(join(r.toolDirectory, "absent")) })).rejects.toThrow('"absent" does not exist');
    expect(plan(r, { out: fileValue(fifo) })).rejects.toThrow("not a regular file");
    expect(plan(r, { out: fileValue(r.toolDirectory) })).rejects.toThrow("not a regular file");
  });

  test("refuses names that would leave the output directory", async () => {
    await using r = await filesRig();
    const path = await r.make("a");
    for (const basename of ["..", ".", "", "../a", "a/b", "a\0b", "\ud800"]) {
      expect(plan(r, { out: fileValue(path, { basename }) })).rejects.toThrow("Cannot publish output");
    }
    for (const id of ["..", "a/b", ""])
      expect(plan(r, { [id]: fileValue(path) })).rejects.toThrow("Cannot publish output");
  });

  test("refuses two files of one name side by side", async () => {
    await using r = await filesRig();
    const [a, b] = [await r.make("one/a"), await r.make("two/a")];
    expect(plan(r, { out: fileValue(a, { secondaryFiles: [fileValue(b)] }) })).rejects.toThrow("side by side");
  });
});

describe("publishOutputs()", () => {
  test("moves files into a directory of the execution that only the owner can read", async () => {
    await using r = await filesRig();
    const path = await r.make("table.csv", "a,b\n");
    const { results } = await publish(r, { out: fileValue(path) });
    expect(await readReference(r, fileOf(results.out).reference)).toBe("a,b\n");
    expect(await exists(path)).toBe(false);
    const target = join(r.layout.outputsDirectory, executionId, "out", "table.csv");
    expect((await stat(target)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(target))).mode & 0o777).toBe(0o700);
  });

  test("keeps outputs of one name apart: by output, by place in an array, nested too", async () => {
    await using r = await filesRig();
    const value = async (path: string) => fileValue(await r.make(path));
    const list = { kind: "list", items: [await value("2/a.txt"), await value("3/a.txt")] } as const;
    const nested = { kind: "list", items: [{ kind: "list", items: [await value("4/a.txt")] }, list] } as const;
    await publish(r, { one: await value("1/a.txt"), nested });
    expect(await published(r)).toEqual(
      ["one/a.txt", "nested/0/0/a.txt", "nested/1/0/a.txt", "nested/1/1/a.txt"]
        .map((path) => `${executionId}/${path}`)
        .sort(),
    );
    expect(await readFile(join(r.layout.outputsDirectory, executionId, "nested/1/1/a.txt"), "utf8")).toBe(
      "text of 3/a.txt",
    );
  });

  test("puts secondary files beside their primary", async () => {
    await using r = await filesRig();
    const secondary = async (path: string) => fileValue(await r.make(path));
    const shape = fileValue(await r.make("a.shp"), {
      secondaryFiles: [await secondary("x/a.shx"), await secondary("a.dbf")],
    });
    const { results } = await publish(r, { out: { kind: "list", items: [shape] } });
    expect(await published(r)).toEqual(["a.dbf", "a.shp", "a.shx"].map((name) => `${executionId}/out/0/${name}`));
    const [first] = results.out?.kind === "list" ? results.out.items : [];
    const references = fileOf(first).secondaryFiles?.map(({ reference }) => reference);
    expect(references).toEqual([`/${jobId}/out/0/a.shx`, `/${jobId}/out/0/a.dbf`]);
  });

  test("keeps odd names, and percent-encodes them in references", async () => {
    await using r = await filesRig();
    const names = [
      "item #1.txt",
      "a:b",
      "100%.txt",
      "größe 東京.txt",
      "?q=1&r",
      "-rf",
      "a\nb",
      ".hidden",
      "%2e%2e",
      "x".repeat(255),
    ];
    const files = await Promise.all(names.map(async (name) => fileValue(await r.make(name))));
    const { results } = await publish(r, { "odd id": { kind: "list", items: files } });
    const items = results["odd id"]?.kind === "list" ? results["odd id"].items.map(fileOf) : [];
    expect(items.map(({ basename }) => basename)).toEqual(names);
    expect(items[0]?.reference).toBe(`/${jobId}/odd%20id/0/item%20%231.txt`);
    for (const item of items) {
      expect(item.reference).toMatch(/^[A-Za-z0-9/._~!*'()%-]+$/);
      expect(await readReference(r, item.reference)).toBe(`text of ${item.basename}`);
    }
  });

  test("copies a source that is named twice, and one that is an input stays", async () => {
    await using r = await filesRig();
    const path = await r.make("a.txt", "once");
    const { results } = await publish(r, {
      first: fileValue(path),
      second: fileValue(path, { basename: "other.txt" }),
    });
    expect(await readReference(r, fileOf(results.first).reference)).toBe("once");
    expect(await readReference(r, fileOf(results.second).reference)).toBe("once");
    expect(await readFile(path, "utf8")).toBe("once");
    expect(await published(r)).toHaveLength(2);
  });

  test("done twice is the same as done once", async () => {
    await using r = await filesRig();
    const planned = await publish(r, { a: fileValue(await r.make("a")), b: fileValue(await r.make("b")) });
    const before = await published(r);
    await publishOutputs(r.layout, planned);
    expect(await published(r)).toEqual(before);
  });

  test("goes on after a crash between any two moves, and collects nothing twice", async () => {
    for (let done = 0; done <= 4; done += 1) {
      await using r = await filesRig();
      const twice = await r.make("twice");
      const planned = await plan(r, {
        a: fileValue(await r.make("a")),
        b: fileValue(twice),
        c: fileValue(twice),
        d: fileValue(await r.make("d")),
      });
      await publishOutputs(r.layout, { moves: planned.moves.slice(0, done) });
      await publishOutputs(r.layout, planned);
      expect(await published(r)).toEqual(["a/a", "b/twice", "c/twice", "d/d"].map((path) => `${executionId}/${path}`));
      expect(await readdir(r.toolDirectory)).toEqual(["twice"]);
    }
  });

  test("goes on after a crash between rename and sync, or between copy and removal", async () => {
    await using r = await filesRig();
    const planned = await plan(r, { a: fileValue(await r.make("a", "A")), b: fileValue(await r.make("b", "B")) });
    const [a, b] = planned.moves.map((move) => join(r.layout.outputsDirectory, move.target));
    await mkdir(dirname(a ?? ""), { recursive: true });
    await rename(join(r.toolDirectory, "a"), a ?? "");
    await mkdir(dirname(b ?? ""), { recursive: true });
    await writeFile(b ?? "", "B");
    await writeFile(join(dirname(b ?? ""), ".heddle-1"), "half a co", { mode: 0o400 });
    await rm(join(dirname(b ?? ""), ".heddle-1"));
    await publishOutputs(r.layout, planned);
    expect(await published(r)).toEqual([`${executionId}/a/a`, `${executionId}/b/b`]);
    expect(await readdir(r.toolDirectory)).toEqual([]);
  });

  test("writes over half a copy that a crash left", async () => {
    await using r = await filesRig();
    const path = await r.make("a", "whole");
    const planned = await plan(r, { a: fileValue(path), b: fileValue(path) });
    const directory = join(r.layout.outputsDirectory, executionId, "a");
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, ".heddle-0"), "who", { mode: 0o400 });
    await publishOutputs(r.layout, planned);
    expect(await readdir(directory)).toEqual(["a"]);
    expect(await readFile(join(directory, "a"), "utf8")).toBe("whole");
  });

  test("does not mind an output that is called like a temporary file", async () => {
    await using r = await filesRig();
    const path = await r.make("a", "A");
    const secondaryFiles = [fileValue(await r.make(".heddle-0", "B")), fileValue(path, { basename: "again" })];
    await publish(r, { out: fileValue(path, { secondaryFiles }) });
    expect(await readFile(join(r.layout.outputsDirectory, executionId, "out", ".heddle-0"), "utf8")).toBe("B");
    expect(await published(r)).toHaveLength(3);
  });

  test("refuses a target that leaves the output directory, by its name or by a symlink", async () => {
    await using r = await filesRig();
    const move = { source: await r.make("a"), mode: "move", sizeBytes: 1 } as const;
    for (const target of ["../a", "/etc/a", `${executionId}/../../a`]) {
      expect(publishOutputs(r.layout, { moves: [{ ...move, target }] })).rejects.toThrow("leaves");
    }
    await symlink(r.layout.workDirectory, join(r.layout.outputsDirectory, executionId));
    const target = `${executionId}/out/a`;
    expect(publishOutputs(r.layout, { moves: [{ ...move, target }] })).rejects.toThrow("leaves");
    expect(await exists(move.source)).toBe(true);
  });

  test("refuses a source that is gone or was exchanged for a symlink since it was planned", async () => {
    await using r = await filesRig();
    const path = await r.make("a");
    const planned = await plan(r, { out: fileValue(path) });
    await rm(path);
    expect(publishOutputs(r.layout, planned)).rejects.toThrow("neither its source nor its target");
    await symlink("/etc/passwd", path);
    expect(publishOutputs(r.layout, planned)).rejects.toThrow("its source changed");
    expect(await published(r)).toEqual([]);
  });

  test("tells when the output directory cannot be written, and leaves the sources", async () => {
    await using r = await filesRig();
    const path = await r.make("a");
    const planned = await plan(r, { out: fileValue(path) });
    await writeFile(join(r.layout.outputsDirectory, executionId), "in the way");
    expect(publishOutputs(r.layout, planned)).rejects.toThrow();
    expect((await lstat(path)).isFile()).toBe(true);
  });

  test("publishes many files", async () => {
    await using r = await filesRig();
    const items = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => fileValue(await r.make(`${index}/a`))),
    );
    await publish(r, { out: { kind: "list", items } });
    expect(await published(r)).toHaveLength(200);
    expect(isInside(r.layout.outputsDirectory, join(r.layout.outputsDirectory, executionId))).toBe(true);
  });
});

// A file system of its own, on most Linux machines.
const otherFileSystem = "/dev/shm";
const canCross = await stat(otherFileSystem).then(
  async (found) => found.dev !== (await stat("/tmp")).dev,
  () => false,
);

describe.skipIf(!canCross)("publishOutputs() to another file system", () => {
  let outputs = "";
  beforeAll(async () => {
    outputs = await mkdtemp(join(otherFileSystem, "heddle-test-"));
  });
  afterAll(() => rm(outputs, { recursive: true, force: true }));

  test("copies, then removes the source, and leaves no temporary file", async () => {
    await using r = await filesRig(join(outputs, "one"));
    const path = await r.make("a", "across");
    const planned = await publish(r, { out: fileValue(path) });
    expect(await readReference(r, fileOf(planned.results.out).reference)).toBe("across");
    expect(await exists(path)).toBe(false);
    expect(await published(r)).toEqual([`${executionId}/out/a`]);
    await publishOutputs(r.layout, planned);
    expect(await published(r)).toEqual([`${executionId}/out/a`]);
  });

  test("is not done by linkOutputs(), which says so", async () => {
    await using r = await filesRig(join(outputs, "three"));
    const planned = await plan(r, { a: fileValue(await r.make("a", "across")) });
    expect(await linkOutputs(r.layout, planned)).toBeUndefined();
    expect(await published(r)).toEqual([]);
    await publishOutputs(r.layout, planned);
    expect(await published(r)).toEqual([`${executionId}/a/a`]);
  });

  test("removes the source that a crash left after the copy", async () => {
    await using r = await filesRig(join(outputs, "two"));
    const path = await r.make("a", "across");
    const planned = await publish(r, { out: fileValue(path) });
    await writeFile(path, "across");
    await publishOutputs(r.layout, planned);
    expect(await exists(path)).toBe(false);
  });
});

describe("very many files", () => {
  const manyOf = async (r: FilesRig): Promise<OutputValues> => {
    const items = [];
    for (let index = 0; index < 600; index += 1) items.push(fileValue(await r.make(`f${index}`, `${index}`)));
    return { many: { kind: "list", items } };
  };

  test("are published, each under its own name", async () => {
    await using r = await filesRig();
    const { results } = await publish(r, await manyOf(r));
    const many = results.many?.kind === "list" ? results.many.items.map(fileOf) : [];
    expect(many).toHaveLength(600);
    for (const index of [0, 1, 599]) {
      expect(await readReference(r, many[index]?.reference ?? "")).toBe(`${index}`);
    }
    expect(await published(r)).toHaveLength(600);
  });

  test("are published to the end after a crash in between", async () => {
    await using r = await filesRig();
    const planned = await plan(r, await manyOf(r));
    await publishOutputs(r.layout, { moves: planned.moves.slice(0, 350) });
    await publishOutputs(r.layout, planned);
    await publishOutputs(r.layout, planned);
    expect(await published(r)).toHaveLength(600);
  });

  test("side by side under one name are refused, wherever the second one stands", async () => {
    await using r = await filesRig();
    const file = fileValue(await r.make("same", "x"));
    const secondaryFiles = Array.from({ length: 3 }, () => ({ ...file }));
    await expect(plan(r, { one: { ...file, secondaryFiles } })).rejects.toThrow('found two files "same" side by side');
  });
});

describe("linkOutputs()", () => {
  const target = (r: FilesRig, name: string) => join(r.layout.outputsDirectory, executionId, name);

  test("publishes files whose sources stay, so that the same outputs can be planned and published again", async () => {
    await using r = await filesRig();
    const twice = await r.make("twice");
    const outputs = { a: fileValue(await r.make("a")), b: fileValue(twice), c: fileValue(twice) };
    const planned = await plan(r, outputs);
    expect(await linkOutputs(r.layout, planned)).toBeDefined();
    const paths = ["a/a", "b/twice", "c/twice"];
    expect(await published(r)).toEqual(paths.map((path) => `${executionId}/${path}`));
    expect((await stat(target(r, "a/a"))).mode & 0o777).toBe(0o600);
    expect((await readdir(r.toolDirectory)).toSorted()).toEqual(["a", "twice"]);
    const again = await plan(r, outputs);
    expect(again.results).toEqual(planned.results);
    expect(await linkOutputs(r.layout, again)).toBeDefined();
    await rm(r.toolDirectory, { recursive: true });
    for (const path of paths) expect(await readFile(target(r, path), "utf8")).toBe(`text of ${path.slice(2)}`);
  });

  test("gives the digests of small files; long ones are digested afterwards", async () => {
    await using r = await filesRig();
    const [small, empty, long] = ["text of a", "", "long ".repeat(20_000)];
    const outputs = {
      a: fileValue(await r.make("a", small)),
      b: fileValue(await r.make("b", empty)),
      c: fileValue(await r.make("c", long)),
    };
    const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
    const planned = await plan(r, outputs);
    const digests = await linkOutputs(r.layout, planned);
    const wanted = { [`${executionId}/a/a`]: sha256(small), [`${executionId}/b/b`]: sha256(empty) };
    expect(Object.fromEntries(digests ?? [])).toEqual(wanted);
    for (const known of [digests, undefined]) {
      const results = await digestOutputs(r.layout, planned, new AbortController().signal, known);
      expect(results).toMatchObject({
        a: { sha256: sha256(small) },
        b: { sha256: sha256(empty) },
        c: { sha256: sha256(long) },
      });
    }
  });

  test("publishes what was made anew in place of what was published before", async () => {
    await using r = await filesRig();
    const path = await r.make("a", "first");
    await linkOutputs(r.layout, await plan(r, { a: fileValue(path) }));
    await rm(path);
    await r.make("a", "second");
    await linkOutputs(r.layout, await plan(r, { a: fileValue(path) }));
    expect(await readFile(target(r, "a/a"), "utf8")).toBe("second");
  });
});
