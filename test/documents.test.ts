import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const documents = [
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "README.md",
  ...new Bun.Glob("docs/*.md").scanSync({ cwd: root }),
];

/** Files that a text names: paths in code marks that end as files of the program do, and the targets of its links. */
function namedFiles(text: string): readonly string[] {
  const named = [...text.matchAll(/`([\w@.-]+(?:\/[\w@.-]+)+\.(?:tsx?|md|sql|json))`/g)].map(([, path = ""]) => path);
  const linked = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, path = ""]) => path);
  return [...named, ...linked];
}

test.each([...documents])("%s names files that are there", async (document) => {
  const text = await Bun.file(join(root, document)).text();
  const bases = [join(root, document, ".."), root, join(root, "src"), join(root, "test")];
  const missing = namedFiles(text).filter((path) => !bases.some((base) => existsSync(join(base, path))));
  expect(missing).toEqual([]);
});

test("a name of a file that is gone is found", () => {
  expect(
    namedFiles("see `store/gone.ts` and [this](docs/gone.md), not `jobs.id` or [that](https://example.org)"),
  ).toEqual(["store/gone.ts", "docs/gone.md"]);
});
