import { expect, test } from "bun:test";
import { exists } from "node:fs/promises";
import { join } from "node:path";
import { makeRootFs } from "../support/machine/root-fs.ts";
import { runExecutable } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("images lie where the service has its work directory, by a flag, a variable or a file of settings", async () => {
  await using folder = await temporaryDirectory();
  const { path } = folder;
  await makeRootFs(join(path, "root"), ["sh"]);
  await Bun.$`tar -C ${join(path, "root")} -cf ${join(path, "root.tar")} .`.quiet();
  const images = (words: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    runExecutable(["images", ...words], { cwd: path, environment });
  const places = ["--data", "data", "--work-dir", "shared"];
  const imported = await images(["import", "root.tar", "small:1", ...places]);
  expect(imported).toMatchObject({ exitCode: 0, out: expect.stringContaining("small:1") });
  expect(await exists(join(path, "shared", "images"))).toBe(true);
  expect(await exists(join(path, "data", "images"))).toBe(false);
  const { out } = await images(["list", ...places]);
  expect(out).toContain("small:1");
  expect((await images(["list", "--data", "data"])).out).toBe("");
  expect((await images(["list", "--data", "data"], { HEDDLE_WORK_DIR: "shared" })).out).toBe(out);
  await Bun.write(join(path, "heddle.yaml"), "data: data\nworkDir: shared\n");
  expect((await images(["list", "--config", "heddle.yaml"])).out).toBe(out);
  expect((await images(["remove", "small:1", "--config", "heddle.yaml"])).exitCode).toBe(0);
  expect((await images(["list", ...places])).out).toBe("");
});
