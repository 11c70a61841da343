import { expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const documents = [
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "README.md",
  ...new Bun.Glob("docs/*.md").scanSync({ cwd: root }),
];

const layers = readdirSync(join(root, "src"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/**
 * Files and folders that a text names: paths in code marks that end as files of the program do or begin with a layer, paths of tests in
 * commands, and the targets of its links.
 */
function namedFiles(text: string): readonly string[] {
  const named = [...text.matchAll(/`([\w@.-]+(?:\/[\w@.-]+)+\.(?:tsx?|md|sql|json))`/g)].map(([, path = ""]) => path);
  const ofLayers = [...text.matchAll(/`((?:src\/|test\/)?([a-z]+)\/[a-z0-9/-]+)`/g)].flatMap(
    ([, path = "", layer = ""]) => (layers.includes(layer) ? [path] : []),
  );
  const inCommands = [...text.matchAll(/ (?:\.\/)?(test\/[\w./-]+\.tsx?)(?=[ `])/g)].map(([, path = ""]) => path);
  const linked = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, path = ""]) => path);
  return [...named, ...ofLayers, ...inCommands, ...linked];
}

/** What a name may leave out. */
const endings = ["", ".ts", ".tsx", ".test.ts", ".test.tsx"];

test.each([...documents])("%s names files that are there", async (document) => {
  const text = await Bun.file(join(root, document)).text();
  const bases = [join(root, document, ".."), root, join(root, "src"), join(root, "test")];
  const missing = namedFiles(text).filter(
    (path) => !bases.some((base) => endings.some((end) => existsSync(join(base, path + end)))),
  );
  expect(missing).toEqual([]);
});

test("a name of a file that is gone is found", () => {
  expect(
    namedFiles(
      "see `store/gone.ts`, `store/old/jobs` and [this](docs/gone.md), not `jobs.id`, `text/csv` or [that](https://example.org); run `bun test ./test/old.test.ts`",
    ),
  ).toEqual(["store/gone.ts", "store/old/jobs", "test/old.test.ts", "docs/gone.md"]);
});
