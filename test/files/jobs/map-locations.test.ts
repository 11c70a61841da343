import { describe, expect, test } from "bun:test";
import { mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Results } from "../../../src/domain/values/values.ts";
import { mapLocations } from "../../../src/files/jobs/map-locations.ts";
import type { Layout } from "../../../src/files/layout.ts";
import { executionId, filesRig, jobId } from "../support.ts";

const other = "0c0ffee0-0000-4000-8000-0000000000e2";
const settings = (layout: Layout) => ({ outputsDirectory: layout.outputsDirectory });

async function publishSome(layout: Layout, id: string, suffixes = ["", ".log", ".xml"]): Promise<void> {
  for (const suffix of suffixes) {
    const path = join(layout.outputsDirectory, `${id}${suffix}`);
    if (suffix === "") await mkdir(path);
    else await writeFile(path, id);
  }
}

const linkOf = (layout: Layout, suffix: string) => readlink(join(layout.outputsDirectory, `${jobId}${suffix}`));

function resultsAt(...references: readonly string[]): Results {
  const fields = { kind: "file", basename: "f", mediaType: "text/plain", sizeBytes: 1 } as const;
  return { out: { kind: "list", items: references.map((reference) => ({ ...fields, reference })) } };
}

describe("mapLocations()", () => {
  test("links directory, log and status document with relative links, and tells the execution's id", async () => {
    await using r = await filesRig();
    await publishSome(r.layout, executionId);
    const results = resultsAt(`/${jobId}/out/0/f`, `/${jobId}/out/1/f`);
    expect(await mapLocations({ id: jobId, executionId, results }, settings(r.layout))).toEqual({ wpsId: executionId });
    expect(await linkOf(r.layout, "")).toBe(executionId);
    expect(await linkOf(r.layout, ".log")).toBe(`${executionId}.log`);
    expect(await linkOf(r.layout, ".xml")).toBe(`${executionId}.xml`);
  });

  test("links only what exists, as for a failed job that has a log", async () => {
    await using r = await filesRig();
    await publishSome(r.layout, executionId, [".log"]);
    expect(await mapLocations({ id: jobId, executionId, results: {} }, settings(r.layout))).toEqual({
      wpsId: executionId,
    });
    expect((await readdir(r.layout.outputsDirectory)).sort()).toEqual([`${executionId}.log`, `${jobId}.log`].sort());
  });

  test("run twice ends the same", async () => {
    await using r = await filesRig();
    await publishSome(r.layout, executionId);
    const job = { id: jobId, executionId, results: {} };
    await mapLocations(job, settings(r.layout));
    const before = await readdir(r.layout.outputsDirectory);
    await mapLocations(job, settings(r.layout));
    expect(await readdir(r.layout.outputsDirectory)).toEqual(before);
    expect(await linkOf(r.layout, "")).toBe(executionId);
  });

  test("ends with the new links over those of an earlier attempt, with never a moment without one", async () => {
    await using r = await filesRig();
    for (const id of [executionId, other]) await publishSome(r.layout, id);
    await mapLocations({ id: jobId, executionId: other, results: {} }, settings(r.layout));
    let isMapping = true;
    const seen = new Set<string>();
    const watching = (async () => {
      while (isMapping) seen.add(await readFile(join(r.layout.outputsDirectory, `${jobId}.log`), "utf8"));
    })();
    for (let count = 0; count < 20; count += 1) {
      for (const id of [executionId, other, executionId]) {
        await mapLocations({ id: jobId, executionId: id, results: {} }, settings(r.layout));
      }
    }
    isMapping = false;
    await watching;
    expect(await linkOf(r.layout, ".log")).toBe(`${executionId}.log`);
    expect([...seen].every((text) => text === executionId || text === other)).toBe(true);
  });

  test("takes away a link of an earlier attempt when this one has nothing there", async () => {
    await using r = await filesRig();
    await publishSome(r.layout, other);
    await mapLocations({ id: jobId, executionId: other, results: {} }, settings(r.layout));
    await publishSome(r.layout, executionId, [".log"]);
    await mapLocations({ id: jobId, executionId, results: {} }, settings(r.layout));
    expect(await linkOf(r.layout, ".log")).toBe(`${executionId}.log`);
    expect(linkOf(r.layout, "")).rejects.toThrow("ENOENT");
  });

  test("goes on after a crash that left a temporary link", async () => {
    await using r = await filesRig();
    await publishSome(r.layout, executionId);
    await symlink("nowhere", join(r.layout.outputsDirectory, `.${jobId}.link`));
    await mapLocations({ id: jobId, executionId, results: {} }, settings(r.layout));
    expect(await readdir(r.layout.outputsDirectory)).not.toContain(`.${jobId}.link`);
    expect(await linkOf(r.layout, "")).toBe(executionId);
  });

  test("replaces the plain status document of a job by a link", async () => {
    await using r = await filesRig();
    await publishSome(r.layout, executionId);
    await writeFile(join(r.layout.outputsDirectory, `${jobId}.xml`), "accepted");
    await mapLocations({ id: jobId, executionId, results: {} }, settings(r.layout));
    expect(await linkOf(r.layout, ".xml")).toBe(`${executionId}.xml`);
  });

  test("refuses results that lie under more than one execution", async () => {
    await using r = await filesRig();
    await publishSome(r.layout, executionId);
    const results = resultsAt(`/${jobId}/a/f`, `/${other}/b/f`);
    expect(mapLocations({ id: jobId, executionId, results }, settings(r.layout))).rejects.toThrow("one execution");
    const remote: Results = {
      ...resultsAt(`/${executionId}/a/f`),
      link: { kind: "link", href: `https://h.example.org/${other}` },
    };
    await mapLocations({ id: jobId, executionId, results: remote }, settings(r.layout));
  });

  test("refuses a target outside the output directory", async () => {
    await using r = await filesRig();
    for (const id of ["..", "../work", "a/b", ""]) {
      expect(mapLocations({ id: jobId, executionId: id, results: {} }, settings(r.layout))).rejects.toThrow("leaves");
      expect(mapLocations({ id, executionId, results: {} }, settings(r.layout))).rejects.toThrow("leaves");
    }
    await symlink(r.layout.workDirectory, join(r.layout.outputsDirectory, executionId));
    expect(mapLocations({ id: jobId, executionId, results: {} }, settings(r.layout))).rejects.toThrow("leaves");
  });

  test("refuses to put a link where a directory is", async () => {
    await using r = await filesRig();
    await publishSome(r.layout, executionId);
    await mkdir(join(r.layout.outputsDirectory, jobId));
    expect(mapLocations({ id: jobId, executionId, results: {} }, settings(r.layout))).rejects.toThrow("directory");
  });

  test("tells when there is no output directory", async () => {
    await using r = await filesRig();
    await rm(r.layout.outputsDirectory, { recursive: true });
    expect(mapLocations({ id: jobId, executionId, results: {} }, settings(r.layout))).rejects.toThrow("ENOENT");
  });
});
