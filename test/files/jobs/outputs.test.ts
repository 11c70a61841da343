import { describe, expect, test } from "bun:test";
import { mkdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openOutput } from "../../../src/files/jobs/outputs.ts";
import { executionId, type FilesRig, filesRig, jobId } from "../support.ts";

async function publishedRig(): Promise<FilesRig> {
  const r = await filesRig();
  await mkdir(join(r.layout.outputsDirectory, executionId, "out"), { recursive: true });
  await writeFile(join(r.layout.outputsDirectory, executionId, "out", "item #1.csv"), "a,b\n");
  await writeFile(join(r.layout.outputsDirectory, `${executionId}.log`), "line\n");
  await symlink(executionId, join(r.layout.outputsDirectory, jobId));
  await symlink(`${executionId}.log`, join(r.layout.outputsDirectory, `${jobId}.log`));
  return r;
}

describe("openOutput()", () => {
  test("finds a file through the link of its job, and tells whose it really is", async () => {
    await using r = await publishedRig();
    const path = join(r.layout.outputsDirectory, executionId, "out", "item #1.csv");
    expect(await openOutput(r.layout, `${jobId}/out/item #1.csv`)).toEqual({
      path,
      relativePath: `${executionId}/out/item #1.csv`,
      sizeBytes: 4,
      modifiedAt: Math.floor((await stat(path)).mtimeMs),
      mediaType: "text/csv",
    });
    expect(await openOutput(r.layout, `${executionId}/out/item #1.csv`)).toMatchObject({ path });
  });

  test("finds a log through its link", async () => {
    await using r = await publishedRig();
    expect(await openOutput(r.layout, `${jobId}.log`)).toMatchObject({
      relativePath: `${executionId}.log`,
      mediaType: "text/plain",
    });
  });

  test("finds nothing outside the output directory, by path or by symlink", async () => {
    await using r = await publishedRig();
    await writeFile(join(r.layout.dataDirectory, "secret"), "x");
    await symlink("../../../secret", join(r.layout.outputsDirectory, executionId, "out", "link"));
    await symlink("/etc", join(r.layout.outputsDirectory, executionId, "etc"));
    for (const path of [
      "../secret",
      `${jobId}/../../secret`,
      `${jobId}/out/link`,
      `${jobId}/etc/passwd`,
      "/etc/passwd",
      `${jobId}/out/item #1.csv\0.txt`,
    ]) {
      expect([path, await openOutput(r.layout, path)]).toEqual([path, undefined]);
    }
  });

  test("finds nothing in a neighbour whose name begins the same", async () => {
    await using r = await publishedRig();
    await mkdir(`${r.layout.outputsDirectory}2`);
    await writeFile(join(`${r.layout.outputsDirectory}2`, "file"), "x");
    expect(await openOutput(r.layout, "../outputs2/file")).toBeUndefined();
  });

  test("finds no directories, pipes, loops, or what is not there", async () => {
    await using r = await publishedRig();
    await symlink("loop", join(r.layout.outputsDirectory, "loop"));
    Bun.spawnSync(["mkfifo", join(r.layout.outputsDirectory, "fifo")]);
    for (const path of [
      "",
      jobId,
      `${jobId}/out`,
      `${jobId}/out/absent`,
      `${jobId}.log/x`,
      "loop",
      "fifo",
      "x".repeat(300),
    ]) {
      expect([path, await openOutput(r.layout, path)]).toEqual([path, undefined]);
    }
    await rm(r.layout.outputsDirectory, { recursive: true });
    expect(await openOutput(r.layout, "x")).toBeUndefined();
  });
});
