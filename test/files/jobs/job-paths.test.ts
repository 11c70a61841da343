import { expect, test } from "bun:test";
import { mkdir, realpath, symlink } from "node:fs/promises";
import { join } from "node:path";
import { createJobPaths } from "../../../src/files/jobs/job-paths.ts";
import { createLayout } from "../../../src/files/layout.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("paths of the server become paths of the job, by whatever way they were reached", async () => {
  await using folder = await temporaryDirectory();
  await mkdir(join(folder.path, "real", "work", "e1"), { recursive: true });
  await symlink("real", join(folder.path, "data"));
  const layout = createLayout(join(folder.path, "data"));
  const told = createJobPaths(layout, "e1", { hidesData: true });
  const real = await realpath(layout.dataDirectory);
  for (const data of [layout.dataDirectory, real]) {
    expect(told(`found "${data}/work/e1/tasks/main/0-1.out/x", wanted`)).toBe('found "tasks/main/0-1.out/x", wanted');
    expect(told(`cat: ${data}/work/e1/a b: file://${data}/work/e2/c`)).toBe("cat: a b: work/e2/c");
    expect(told(`${data}/outputs/e1/o, ${data}/outputs/e1`)).toBe("outputs/o, outputs/");
    expect(told(`${data}/vault/v1 ${data}/secret.key`)).toBe("uploads/v1 data/secret.key");
    expect(told(`${data}-other/x ${data}.x`)).toBe(`${data}-other/x ${data}.x`);
  }
  const named = createJobPaths(layout, "e1", { hidesData: false });
  expect(named(`${real}/secret.key ${real}/work/e1/a`)).toBe(`${real}/secret.key a`);
  expect(told("/etc/passwd and no path")).toBe("/etc/passwd and no path");
});
