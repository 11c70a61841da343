import { expect, test } from "bun:test";
import { folderWords } from "../../../src/console/form/folder-words.ts";

const files = (...names: readonly string[]) =>
  names.map((name) => ({ path: `scene/${name}`, file: new Blob(["four"]) }));

test.each([
  [{ files: files("a.txt") }, "1 file, 4 bytes: a.txt."],
  [{ files: files("b/red.txt", "a.txt"), emptyFolders: 0 }, "2 files, 8 bytes: a.txt, b/red.txt."],
  [{ files: files("f", "e", "d", "c", "b", "a", "g") }, "7 files, 28 bytes: a, b, c, d, e and 2 more."],
  [{ files: files(".env", "a") }, "2 files, 8 bytes: .env, a. One is hidden: .env."],
  [
    { files: files(".git/HEAD", ".git/index", "a"), emptyFolders: 1 },
    "3 files, 12 bytes: .git/HEAD, .git/index, a. 2 are hidden, such as .git/HEAD. One empty folder is left out.",
  ],
  [{ files: files("a"), emptyFolders: 3 }, "1 file, 4 bytes: a. 3 empty folders are left out."],
])("what was taken of a folder is told", (folder, words) => {
  expect(folderWords(folder)).toBe(words);
});
