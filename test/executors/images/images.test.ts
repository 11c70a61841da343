import { describe, expect, test } from "bun:test";
import { mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { findImage, imageName, importImage, listImages, removeImage } from "../../../src/executors/images/images.ts";
import { findBubblewrap } from "../../../src/executors/sandbox/bubblewrap.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const bubblewrap = findBubblewrap();

async function tar(archive: string, ...words: readonly string[]): Promise<void> {
  const code = await Bun.spawn(["tar", "--create", "--file", archive, ...words], { stderr: "ignore" }).exited;
  if (code !== 0) throw new Error(`tar ended with ${code}`);
}

/** Makes an archive as `docker save` does, of layers that are directories. */
async function saveImage(folder: string, layers: readonly string[]): Promise<string> {
  const parts = join(folder, "parts");
  await mkdir(parts, { recursive: true });
  const names = layers.map((_, index) => `layer-${index}.tar`);
  for (const [index, layer] of layers.entries()) await tar(join(parts, `layer-${index}.tar`), "-C", layer, ".");
  const manifest = [{ Config: "config.json", RepoTags: ["docker.io/library/two:1"], Layers: names }];
  await Bun.write(join(parts, "manifest.json"), JSON.stringify(manifest));
  const config = { config: { Entrypoint: ["/enter"], Env: ["PATH=/own", "A=b=c"] } };
  await Bun.write(join(parts, "config.json"), JSON.stringify(config));
  const archive = join(folder, "image.tar");
  await tar(archive, "-C", parts, ".");
  return archive;
}

test("an image has one name, however it is written", () => {
  expect(imageName("docker.io/library/debian")).toBe("debian:latest");
  expect(imageName("docker.io/debian:stable-slim")).toBe("debian:stable-slim");
  expect(imageName("example.org:5000/a/b")).toBe("example.org:5000/a/b:latest");
});

describe.skipIf(bubblewrap.kind === "missing")("with bubblewrap", () => {
  test("layers lie over each other, and whiteouts take away what is below", async () => {
    await using folder = await temporaryDirectory();
    const [one, two] = [join(folder.path, "one"), join(folder.path, "two")];
    for (const file of ["gone", "stays", "dir/old", "dir2/old"]) await Bun.write(join(one, file), "1");
    for (const file of [".wh.gone", "dir/.wh..wh..opq", "dir/new", "dir2/.wh.old"])
      await Bun.write(join(two, file), "2");
    const images = join(folder.path, "images");
    expect(await importImage(images, await saveImage(folder.path, [one, two]))).toBe("two:1");
    const image = findImage(images, "two:1");
    expect((await readdir(image?.rootfs ?? "")).toSorted()).toEqual(["dir", "dir2", "stays"]);
    expect(await readdir(join(image?.rootfs ?? "", "dir"))).toEqual(["new"]);
    expect(await readdir(join(image?.rootfs ?? "", "dir2"))).toEqual([]);
    expect(image?.entrypoint).toEqual(["/enter"]);
    expect(image?.environment).toEqual({ PATH: "/own", A: "b=c" });
    expect(listImages(images)).toEqual(["two:1"]);
    expect(await removeImage(images, "two:1")).toBe(true);
    expect(listImages(images)).toEqual([]);
  });

  test("a layer writes nothing outside of the root through a link of an earlier one", async () => {
    await using folder = await temporaryDirectory();
    const [one, two] = [join(folder.path, "one"), join(folder.path, "two")];
    const victim = join(folder.path, "victim");
    await mkdir(victim);
    await Bun.write(join(victim, "kept"), "1");
    await mkdir(one);
    await symlink(victim, join(one, "x"));
    for (const file of ["x/planted", "x/.wh.kept"]) await Bun.write(join(two, file), "2");
    const images = join(folder.path, "images");
    // Refused or harmless, whichever tar chooses: nothing lies outside.
    await importImage(images, await saveImage(folder.path, [one, two])).catch((error: unknown) =>
      expect(String(error)).toContain("Cannot import image"),
    );
    expect(await readdir(victim)).toEqual(["kept"]);
  });

  test("an archive with names that lead out is refused", async () => {
    await using folder = await temporaryDirectory();
    const inner = join(folder.path, "a", "b");
    await Bun.write(join(folder.path, "a", "out"), "1");
    await mkdir(inner, { recursive: true });
    const archive = join(folder.path, "image.tar");
    await tar(archive, "--absolute-names", "-C", inner, "../out");
    await expect(importImage(join(folder.path, "images"), archive, "evil")).rejects.toThrow("Cannot import image");
    expect(listImages(join(folder.path, "images"))).toEqual([]);
  });
});
