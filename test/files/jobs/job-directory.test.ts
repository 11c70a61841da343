import { describe, expect, test } from "bun:test";
import { mkdir, readdir, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createExecutionDirectories,
  removeExecutionOutputs,
  removeJobFiles,
  removeWorkDirectory,
} from "../../../src/files/jobs/job-directory.ts";
import { createLayout, executionWorkDirectory, type Layout } from "../../../src/files/layout.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { executionId, filesRig, jobId } from "../support.ts";

const other = "0c0ffee0-0000-4000-8000-0000000000e2";

async function publishSome(layout: Layout, id: string): Promise<void> {
  await mkdir(join(layout.outputsDirectory, id, "out"), { recursive: true });
  await writeFile(join(layout.outputsDirectory, id, "out", "file"), "x");
  for (const suffix of [".log", ".xml"]) await writeFile(join(layout.outputsDirectory, `${id}${suffix}`), "x");
}

async function link(layout: Layout, to: string): Promise<void> {
  for (const suffix of ["", ".log", ".xml"]) {
    await symlink(`${to}${suffix}`, join(layout.outputsDirectory, `${jobId}${suffix}`));
  }
}

const left = async (layout: Layout) => (await readdir(layout.outputsDirectory)).sort();

describe("createExecutionDirectories()", () => {
  test("makes directories that only the owner can enter, and may be called again", async () => {
    await using directory = await temporaryDirectory();
    const layout = createLayout(directory.path);
    await createExecutionDirectories(layout, executionId);
    await createExecutionDirectories(layout, executionId);
    for (const path of [executionWorkDirectory(layout, executionId), layout.outputsDirectory]) {
      expect((await stat(path)).mode & 0o777).toBe(0o700);
    }
  });

  test("tells when a directory cannot be made", async () => {
    await using r = await filesRig();
    const blocked = createLayout(await r.make("in-the-way"));
    expect(createExecutionDirectories(blocked, executionId)).rejects.toThrow("ENOTDIR");
  });
});

describe("removeJobFiles()", () => {
  test("removes links, outputs, logs and scratch of a job's executions, and nothing else", async () => {
    await using r = await filesRig();
    for (const id of [executionId, other]) await publishSome(r.layout, id);
    await link(r.layout, executionId);
    await removeJobFiles(r.layout, { jobId, executionIds: [executionId] });
    expect(await left(r.layout)).toEqual([other, `${other}.log`, `${other}.xml`]);
    expect(await readdir(r.layout.workDirectory)).toEqual([]);
    await removeJobFiles(r.layout, { jobId, executionIds: [executionId] });
  });

  test("removes the status document of a job that never ran", async () => {
    await using r = await filesRig();
    await writeFile(join(r.layout.outputsDirectory, `${jobId}.xml`), "x");
    await removeJobFiles(r.layout, { jobId, executionIds: [] });
    expect(await left(r.layout)).toEqual([]);
  });
});

describe("removeExecutionOutputs()", () => {
  test("leaves the links of the job alone, which lead to another execution", async () => {
    await using r = await filesRig();
    for (const id of [executionId, other]) await publishSome(r.layout, id);
    await link(r.layout, other);
    await removeExecutionOutputs(r.layout, executionId);
    expect(await left(r.layout)).toEqual(
      [jobId, `${jobId}.log`, `${jobId}.xml`, other, `${other}.log`, `${other}.xml`].sort(),
    );
    expect(await readlink(join(r.layout.outputsDirectory, jobId))).toBe(other);
  });
});

describe("removing", () => {
  test("does not follow symlinks that a tool made", async () => {
    await using r = await filesRig();
    const outside = join(r.layout.dataDirectory, "outside");
    await mkdir(outside);
    await writeFile(join(outside, "kept"), "x");
    await symlink(outside, join(r.toolDirectory, "link"));
    await removeWorkDirectory(r.layout, executionId);
    expect(await readdir(outside)).toEqual(["kept"]);
  });

  test("refuses an id that leaves its directory", async () => {
    await using r = await filesRig();
    for (const id of ["..", ".", "", "a/b", "../x"]) {
      expect(removeWorkDirectory(r.layout, id)).rejects.toThrow("Cannot use");
      expect(removeExecutionOutputs(r.layout, id)).rejects.toThrow("Cannot use");
      expect(removeJobFiles(r.layout, { jobId: id, executionIds: [] })).rejects.toThrow("Cannot use");
    }
  });
});
