import { describe, expect, test } from "bun:test";
import { chmod, mkdir, readdir, readFile, readlink, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import { keepFreshCopy } from "../../../src/executors/sandbox/fresh-copy.ts";
import { machineOptions } from "../../../src/executors/sandbox/machine-view.ts";
import { copyPublic } from "../../../src/executors/sandbox/public-copy.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

async function original(root: string): Promise<string> {
  const source = join(root, "original");
  for (const name of ["open/below", "closed", "hidden"]) await mkdir(join(source, name), { recursive: true });
  for (const name of ["open/file", "open/private", "closed/file", "hidden/file", "hidden-file", "open/below/x"]) {
    await writeFile(join(source, name), `content of ${name}`);
    await chmod(join(source, name), name === "open/private" ? 0o640 : 0o644);
  }
  await chmod(join(source, "closed"), 0o750);
  await symlink("open/file", join(source, "link"));
  return source;
}

function copyOf(root: string, isKnown = false) {
  const source = join(root, "original");
  const hidden = [join(source, "hidden"), join(source, "hidden-file")];
  return copyPublic({
    source,
    directory: join(root, "data"),
    isHidden: (path) => hidden.includes(path),
    isKnown,
    signal: new AbortController().signal,
  });
}

describe("a public copy of a directory", () => {
  test("has what others may read, and of all else the names only", async () => {
    await using folder = await temporaryDirectory();
    await original(folder.path);
    const { directory, mounted } = await copyOf(folder.path);
    expect(mounted).toEqual([]);
    expect((await readdir(directory, { recursive: true })).toSorted()).toEqual([
      "closed",
      "hidden",
      "hidden-file",
      "link",
      "open",
      "open/below",
      "open/below/x",
      "open/file",
      "open/private",
    ]);
    expect(await readFile(join(directory, "open/file"), "utf8")).toBe("content of open/file");
    expect(await readlink(join(directory, "link"))).toBe("open/file");
    for (const name of ["open/private", "hidden-file"]) expect(await readFile(join(directory, name), "utf8")).toBe("");
  });

  test("follows its original in its place, so that whoever has it open sees it", async () => {
    await using folder = await temporaryDirectory();
    const source = await original(folder.path);
    const { directory } = await copyOf(folder.path);
    const before = await stat(join(directory, "open"));
    await writeFile(join(source, "open/file"), "other");
    await chmod(join(source, "open/below/x"), 0o600);
    await chmod(join(source, "open/private"), 0o644);
    await rm(join(source, "link"));
    await mkdir(join(source, "link"));
    await rm(join(source, "hidden"), { recursive: true });
    await copyOf(folder.path, true);
    expect((await stat(join(directory, "open"))).ino).toBe(before.ino);
    expect(await readFile(join(directory, "open/file"), "utf8")).toBe("other");
    expect(await readFile(join(directory, "open/below/x"), "utf8")).toBe("");
    expect(await readFile(join(directory, "open/private"), "utf8")).toBe("content of open/private");
    expect((await stat(join(directory, "link"))).isDirectory()).toBe(true);
    expect(await readdir(directory)).not.toContain("hidden");
  });

  test("trusts nothing that an earlier process left", async () => {
    await using folder = await temporaryDirectory();
    const source = await original(folder.path);
    const { directory } = await copyOf(folder.path);
    const copy = join(directory, "open/file");
    const { mtime, atime } = await stat(join(source, "open/file"));
    await writeFile(copy, "CONTENT OF OPEN/FILE");
    await utimes(copy, atime, mtime);
    await copyOf(folder.path);
    expect(await readFile(copy, "utf8")).toBe("content of open/file");
  });
});

describe("a copy that is kept fresh", () => {
  test("is used from the first one on, and made anew when it is old or its original has changed", async () => {
    await using folder = await temporaryDirectory();
    const source = await original(folder.path);
    let now = 0;
    const clock = { now: () => now, elapsed: () => now };
    const request = { source, directory: join(folder.path, "data"), isHidden: () => false };
    await using kept = keepFreshCopy({ clock, logger: silentLogger }, request);
    expect(kept.current()).toBeUndefined();
    await kept.renewed();
    const copy = kept.current();
    expect([copy, kept.renewed()]).toEqual([expect.anything(), undefined]);
    await writeFile(join(source, "new"), "");
    // It was made a moment ago: so long the one before does.
    expect([kept.current(), kept.renewed()]).toEqual([copy, undefined]);
    now += 1000;
    await kept.renewed();
    expect(await readdir(join(folder.path, "data", "copy"))).toContain("new");
    await writeFile(join(source, "open/below/y"), "");
    now += 60_000;
    await kept.renewed();
    expect(await readdir(join(folder.path, "data", "copy", "open", "below"))).toContain("y");
  });
});

test("a view with a copy of /etc mounts it once, and what is mounted below /etc as it is", () => {
  const etc = { directory: "/data/etc/copy", mounted: ["/etc/volume"] };
  const hidden = ["/etc/hostname"];
  const { system } = machineOptions({ toolPath: "/usr/bin", toolDirectories: [], hidden }, etc);
  const words = system.join(" ");
  expect(words).toContain("--ro-bind /data/etc/copy /etc --ro-bind /etc/volume /etc/volume");
  expect(words.match(/ \/etc/g)?.length).toBe(3);
});
