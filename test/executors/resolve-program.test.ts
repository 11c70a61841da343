import { describe, expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { resolveProgram } from "../../src/executors/resolve-program.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

async function programs() {
  const directory = await temporaryDirectory();
  for (const name of ["first", "second"]) await mkdir(join(directory.path, name));
  await writeFile(join(directory.path, "first", "plain"), "", { mode: 0o600 });
  await writeFile(join(directory.path, "second", "plain"), "", { mode: 0o700 });
  await mkdir(join(directory.path, "first", "folder"));
  return directory;
}

describe("resolveProgram()", () => {
  test("takes the first file on the PATH of the environment that can run", async () => {
    await using directory = await programs();
    const environment = { PATH: ["first", "none", "second"].map((name) => join(directory.path, name)).join(":") };
    expect(resolveProgram("plain", environment, "/")).toBe(join(directory.path, "second", "plain"));
    expect(resolveProgram("folder", environment, "/")).toBeUndefined();
    expect(resolveProgram("absent", environment, "/")).toBeUndefined();
    expect(resolveProgram("", environment, "/")).toBeUndefined();
  });

  test("takes a name with a slash for a path from the working directory", async () => {
    await using directory = await programs();
    expect(resolveProgram("second/plain", {}, directory.path)).toBe(join(directory.path, "second", "plain"));
    expect(resolveProgram("./first/plain", {}, directory.path)).toBeUndefined();
    expect(resolveProgram("second/plain/x", {}, directory.path)).toBeUndefined();
  });

  test("takes an empty part of the PATH for the working directory", async () => {
    await using directory = await programs();
    expect(resolveProgram("plain", { PATH: ":/none" }, join(directory.path, "second"))).toContain("second/plain");
  });

  test("looks where execvp does without a PATH", () => {
    expect(resolveProgram("sh", {}, "/")).toMatch(/\/sh$/);
  });
});
