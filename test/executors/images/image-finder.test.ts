import { expect, test } from "bun:test";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { imageRequest } from "../../../src/cwl/document/requirements.ts";
import { createImageFinder } from "../../../src/executors/images/image-finder.ts";
import { createConfinement } from "../../../src/executors/sandbox/confinement.ts";
import { realClock } from "../../support/real-clock.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const toolPath = "/usr/local/bin:/usr/bin:/bin";

/** A finder whose docker has the image "there:1", and keeps the Dockerfiles that it is asked to build. */
async function finderWith(directory: string, buildsImages: boolean) {
  const script = `#!/bin/sh
case "$1" in
  version) exit 0 ;;
  image) test "$5" = there:1 ;;
  build) printf '%s ' "$2" "$3" >'${directory}/built'; cat "$4/Dockerfile" >>'${directory}/built' ;;
  *) exit 1 ;;
esac
`;
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "docker"), script, { mode: 0o700 });
  const settings = { use: "off", toolPath, toolDirectories: [], hidden: [] } as const;
  const engines = {
    choice: "docker",
    environment: { PATH: `${directory}:${toolPath}` },
    user: { uid: 10, gid: 20 },
  } as const;
  return createImageFinder({ confinement: createConfinement(settings, realClock), engines, buildsImages });
}

test("dockerImageId, dockerLoad and dockerImport take an image that the engine has", async () => {
  await using folder = await temporaryDirectory();
  const finder = await finderWith(folder.path, false);
  for (const more of [{}, { dockerLoad: "archive.tar" }, { dockerImport: "https://example.org/root.tar" }]) {
    const found = await finder.find(imageRequest({ ...more, dockerImageId: "there:1" }));
    expect(found).toMatchObject({ kind: "found", image: { name: "there:1" } });
  }
  expect(await finder.find(imageRequest({ dockerLoad: "archive.tar" }))).toEqual({
    kind: "missing",
    reason: expect.stringContaining('found no image "archive.tar" in docker, wanted it there, or imported'),
  });
});

test("dockerFile is built where that is allowed, and needs an image elsewhere", async () => {
  await using folder = await temporaryDirectory();
  const wanted = imageRequest({ dockerFile: "FROM scratch\n", dockerImageId: "own:1" });
  const strict = await finderWith(folder.path, false);
  expect(await strict.find(wanted)).toMatchObject({
    kind: "missing",
    reason: expect.stringContaining("found dockerFile, wanted an image that was built before"),
  });
  expect(await Bun.file(join(folder.path, "built")).exists()).toBe(false);
  const building = await finderWith(folder.path, true);
  expect(await building.find(wanted)).toMatchObject({ kind: "found", image: { name: "own:1" } });
  expect(await readFile(join(folder.path, "built"), "utf8")).toBe("--tag own:1 FROM scratch\n");
});
