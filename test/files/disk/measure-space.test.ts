import { expect, test } from "bun:test";
import { chmod, link, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isWorkGone, measureSpace } from "../../../src/files/disk/measure-space.ts";
import { createLayout } from "../../../src/files/layout.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** What `du` says that directories take, in bytes: a file with several names once. */
async function diskUsage(...directories: readonly string[]): Promise<number> {
  const { stdout } = Bun.spawnSync(["du", "--summarize", "--total", "--block-size=1", ...directories]);
  return Number(/^(\d+)\ttotal$/m.exec(stdout.toString())?.[1]);
}

async function put(root: string, sizes: Readonly<Record<string, number>>): Promise<void> {
  for (const [path, bytes] of Object.entries(sizes)) {
    await mkdir(join(root, path, ".."), { recursive: true });
    await writeFile(join(root, path), "x".repeat(bytes));
  }
}

const inData = {
  "heddle.db": 40_000,
  "heddle.db-wal": 20_000,
  "heddle.db.of-3-migrations": 9000,
  "mine.db": 5000,
  "work/e1/tasks/a/1-1-out/big.tif": 100_000,
  "values/j1/a.json": 7000,
  "vault/f1/a.csv": 30_000,
  "cache/k1/out": 60_000,
  "images/i1/layer": 80_000,
  "etc/passwd": 10,
  "secret.key": 32,
};
const inOutputs = { "e1/out/a.tif": 50_000, "e1.log": 3000, ".orphans/2026-01-01/e0/a": 11_000 };

test("what the files of a service take is told by what they are; the sum is what du says", async () => {
  await using directory = await temporaryDirectory();
  const data = join(directory.path, "data");
  for (const outputs of [undefined, join(directory.path, "elsewhere"), join(data, "results")]) {
    await Bun.$`rm -rf ${data} ${join(directory.path, "elsewhere")}`;
    const layout = createLayout(data, outputs);
    await put(data, inData);
    await put(layout.outputsDirectory, inOutputs);
    // Shared with the cache, and links that lead out or around.
    await link(join(data, "cache/k1/out"), join(layout.outputsDirectory, "e1/out/shared"));
    await symlink("/usr", join(layout.outputsDirectory, "e1/out/away"));
    await symlink("..", join(data, "work/e1/up"));
    const { areas, totalBytes, isWhole, unread, works } = await measureSpace(layout);
    const work = await diskUsage(join(data, "work/e1"));
    expect(works).toEqual([{ executionId: "e1", bytes: work }]);
    expect(await isWorkGone(layout, works)).toBe(false);
    expect(await isWorkGone(layout, [...works, { executionId: "e2", bytes: 1 }])).toBe(true);
    expect({ isWhole, unread }).toEqual({ isWhole: true, unread: 0 });
    expect(totalBytes).toBe(await diskUsage(...new Set([data, layout.outputsDirectory])));
    expect(totalBytes).toBe(areas.reduce((sum, { bytes }) => sum + bytes, 0));
    const files = Object.fromEntries(areas.map((one) => [one.area, one.files]));
    const shared = files.cache === 0 ? { cache: 0, results: 3 } : { cache: 1, results: 2 };
    expect(files).toEqual({
      ...{ uploads: 1, work: 2, values: 1, logs: 1, images: 1, database: 2, backups: 2, orphans: 1, other: 2 },
      ...shared,
    });
    for (const { bytes } of areas) expect(bytes).toBeGreaterThan(0);
  }
});

test("no more files are looked at than is said, and what cannot be looked into is told", async () => {
  await using directory = await temporaryDirectory();
  const layout = createLayout(directory.path);
  await put(directory.path, Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`outputs/e${at}/a`, 10])));
  const some = await measureSpace(layout, 20);
  expect(some.isWhole).toBe(false);
  expect(some.areas.reduce((sum, { files }) => sum + files, 0)).toBeLessThan(20);
  const every = await measureSpace(layout, 1000);
  expect([every.isWhole, every.areas.find(({ area }) => area === "results")?.files]).toEqual([true, 50]);
  expect((await measureSpace(createLayout(join(directory.path, "nothing")))).totalBytes).toBe(0);
  // Root may look at everything.
  if (process.getuid?.() === 0) return;
  await chmod(join(directory.path, "outputs/e1"), 0);
  try {
    expect((await measureSpace(layout)).unread).toBe(1);
  } finally {
    await chmod(join(directory.path, "outputs/e1"), 0o700);
  }
});

test("the largest work directories are told, the largest first, and not more than ten", async () => {
  await using directory = await temporaryDirectory();
  const layout = createLayout(directory.path);
  const files = Array.from({ length: 15 }, (_, at) => [`work/e${at}/tasks/a/big`, 10_000 * (at + 1)] as const);
  await put(directory.path, Object.fromEntries([...files, ["work/.orphans/2026-01-01/e99/a", 900_000]]));
  const { works } = await measureSpace(layout);
  expect(works.map(({ executionId }) => executionId)).toEqual(Array.from({ length: 10 }, (_, at) => `e${14 - at}`));
});
