import { expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { bringHome } from "../../src/cli/run/bring-home.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("files come home with location, size and SHA-1, and equal names never meet", async () => {
  await using temporary = await temporaryDirectory();
  const scratch = join(temporary.path, "scratch");
  const home = join(temporary.path, "home");
  await Bun.write(join(scratch, "a", "o.txt"), "abc");
  await Bun.write(join(scratch, "b", "o.txt"), "def");
  const object = (path: string) => ({ class: "File", path, basename: "o.txt", format: "x:y" });
  const outputs = await bringHome(
    { n: 3, two: [object(join(scratch, "a", "o.txt")), object(join(scratch, "b", "o.txt"))] },
    { directory: home, scratch },
  );
  const file = {
    class: "File",
    size: 3,
    format: "x:y",
    location: `file://${home}/o.txt`,
    path: join(home, "o.txt"),
    basename: "o.txt",
    checksum: "sha1$a9993e364706816aba3e25717850c26c9cd0d89d",
  };
  expect(outputs).toEqual({
    n: 3,
    two: [
      file,
      {
        ...file,
        location: `file://${home}/o_2.txt`,
        path: join(home, "o_2.txt"),
        basename: "o_2.txt",
        checksum: "sha1$589c22335a381f122d129225f5c0ba3056ed5811",
      },
    ],
  });
});

test("a directory with links comes home with what they lead to", async () => {
  await using temporary = await temporaryDirectory();
  const scratch = join(temporary.path, "scratch");
  await Bun.write(join(scratch, "d", "real.txt"), "abc");
  await symlink(join(scratch, "d", "real.txt"), join(scratch, "d", "link.txt"));
  const home = join(temporary.path, "home");
  await bringHome({ d: { class: "Directory", path: join(scratch, "d") } }, { directory: home, scratch });
  expect(await Bun.file(join(home, "d", "link.txt")).text()).toBe("abc");
});
