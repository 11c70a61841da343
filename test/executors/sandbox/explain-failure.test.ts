import { expect, test } from "bun:test";
import { explainFailure } from "../../../src/executors/sandbox/explain-failure.ts";

const machine = { shown: ["/usr", "/data"], hidden: ["/data/heddle"] };
const mounts = [{ source: "/data/heddle/vault/1", target: "/data/heddle/vault/1", isWritable: false }];
const view = { mounts, hasNetwork: false, workingDirectory: "/out" };

test("a failure for lack of network names what a tool must say", () => {
  for (const talk of [
    "curl: (6) Could not resolve host: example.org",
    "ping: x: Temporary failure in name resolution",
  ]) {
    expect(explainFailure(view, machine, talk)).toContain("NetworkAccess");
    expect(explainFailure({ ...view, hasNetwork: true }, machine, talk)).toBeUndefined();
  }
});

test("a file that is missing is named when it is the sandbox that hides it", () => {
  const hint = (path: string) => explainFailure(view, machine, `cat: ${path}: No such file or directory`);
  expect(hint("/home/me/dem.tif")).toContain('"/home/me/dem.tif"');
  expect(hint("/data/heddle/secret.key")).toContain('"/data/heddle/secret.key"');
  for (const path of ["/usr/share/x", "/data/x", "/tmp/x", "/data/heddle/vault/1", "relative/x"]) {
    expect(hint(path)).toBeUndefined();
  }
});

test("a write that was refused says where writes are not", () => {
  expect(explainFailure(view, machine, "touch: /usr/x: Read-only file system")).toContain("output directory");
  expect(explainFailure(view, machine, "it just failed")).toBeUndefined();
});
