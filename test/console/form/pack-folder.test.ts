import { expect, test } from "bun:test";
import { join } from "node:path";
import { packFolder } from "../../../src/console/form/pack-folder.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const long = `scene/${"deep folder/".repeat(20)}é💧 file.txt`;

test("a folder is packed as an archive that any tar reads, whatever its files are called and hold", async () => {
  await using directory = await temporaryDirectory();
  const files = new Map<string, string>([
    ["scene/a.txt", "a"],
    ["scene/empty", ""],
    ["scene/sub/Zürich ü.csv", "b,c\n"],
    [`scene/${"n".repeat(94)}`, "just a hundred"],
    [`scene/${"n".repeat(95)}`, "one more"],
    ["scene/block", "x".repeat(512)],
    ["scene/large", "y".repeat(100_000)],
    [long, "deep"],
    ["scene/back\\slash \"quoted\" 'name'", "q"],
  ]);
  const archive = join(directory.path, "scene.tar");
  const packed = packFolder([...files].map(([path, text]) => ({ path, file: new Blob([text]) })));
  await Bun.write(archive, new Blob([...packed]));
  const unpacked = Bun.spawnSync(["tar", "-xf", archive, "-C", directory.path]);
  expect([unpacked.exitCode, unpacked.stderr.toString()]).toEqual([0, ""]);
  for (const [path, text] of files) expect(await Bun.file(join(directory.path, path)).text()).toBe(text);
  const list = Bun.spawnSync(["tar", "-tf", archive]).stdout.toString().trim().split("\n");
  expect(list).toHaveLength(files.size);
});

test("the size of a file beyond eight gibibytes stands in a record of its own", async () => {
  const size = 8 ** 11 + 1;
  const file = new Blob(["x"]);
  Object.defineProperty(file, "size", { value: size });
  const [, about] = packFolder([{ path: "a/b", file }]);
  expect(await new Blob([about ?? ""]).text()).toBe(`19 size=${size}\n`);
});
