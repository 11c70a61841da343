import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Problem } from "../../domain/problem.ts";
import { isInside } from "../../files/layout.ts";
import type { UnpackedImage } from "../images/image.ts";

/** What others need of a directory that they pass, and of the image itself. */
const passable = 0o001;
const readable = 0o005;

/**
 * Checks that another user than that of the service can come to an image that was imported into `directory`, and read it.
 * Throws `job-failed` with what to open.
 */
export async function checkOpenImage(directory: string, { name, rootfs }: UnpackedImage, user: string): Promise<void> {
  for (let path = rootfs; isInside(directory, path); path = dirname(path)) {
    const { mode } = await stat(path);
    const wanted = path === rootfs ? readable : passable;
    if ((mode & wanted) === wanted) continue;
    const found = `"${path}", which other users may not read (mode ${(mode & 0o777).toString(8)})`;
    throw new Problem(
      "job-failed",
      `Cannot run image "${name}" as ${user}: found ${found}, wanted imported images open to the users of the cluster, as by chmod -R o+rX "${directory}"`,
    );
  }
}
