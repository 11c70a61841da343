import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "..", "..");

test("each row of the security page names a test that is there", async () => {
  const page = await Bun.file(join(root, "docs", "security.md")).text();
  const named = page.split("\n").filter((line) => /^\| .* \| .* \| .* \|$/.test(line) && !line.includes("which test"));
  expect(named.length).toBeGreaterThan(40);
  for (const row of named) {
    const cell = row.split(" | ").at(-1) ?? "";
    const tests = [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
    const files = tests.filter((name) => !name.startsWith("npm run"));
    expect([row, tests.length > 0]).toEqual([row, true]);
    for (const name of files) {
      const path = name.includes("/") ? name : `hostile/${name}`;
      expect([name, existsSync(join(root, "test", `${path}.test.ts`))]).toEqual([name, true]);
    }
  }
});
