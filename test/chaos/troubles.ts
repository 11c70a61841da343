import { rmSync, writeFileSync } from "node:fs";
import { readdir, statfs } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { executable } from "../support/servers/executable.ts";

/** What is done to a server that works, besides killing it. */
export const troubles = ["stopped", "without descriptors", "on a full disk", "beside a second server"] as const;
export type Trouble = (typeof troubles)[number];

/** What troubles need, and what came of them. */
export type TroubleDeps = {
  readonly data: string;
  readonly flags: readonly string[];
  readonly random: () => number;
  /** True when the data directory lies on a file system of its own, which may be filled. */
  readonly hasOwnDisk: boolean;
  readonly counts: Map<Trouble, number>;
  /** Second servers that did not refuse to start. */
  readonly started: string[];
};

/** Troubles a server for a moment, and leaves it as it was. */
export async function troubleOnce(deps: TroubleDeps, index: number, pid: number): Promise<void> {
  const trouble = troubles[index % troubles.length];
  if (trouble === undefined || (trouble === "on a full disk" && !deps.hasOwnDisk)) return;
  deps.counts.set(trouble, (deps.counts.get(trouble) ?? 0) + 1);
  switch (trouble) {
    case "stopped":
      process.kill(pid, "SIGSTOP");
      await sleep(200 + deps.random() * 1000);
      process.kill(pid, "SIGCONT");
      return;
    case "without descriptors":
      return withoutDescriptors(pid);
    case "on a full disk":
      return onFullDisk(deps.data);
    case "beside a second server":
      return besideSecond(deps);
    default:
      trouble satisfies never;
  }
}

/** Leaves the server two descriptors more than it has open, for a moment. */
async function withoutDescriptors(pid: number): Promise<void> {
  const limits = await Bun.file(`/proc/${pid}/limits`).text();
  const before = /^Max open files\s+(\d+)\s+(\d+)/m.exec(limits);
  const [, soft = "", hard = ""] = before ?? [];
  const open = (await readdir(`/proc/${pid}/fd`)).length;
  setLimit(pid, `${open + 2}:${hard}`);
  await sleep(500);
  setLimit(pid, `${soft}:${hard}`);
}

function setLimit(pid: number, limit: string): void {
  const done = Bun.spawnSync(["prlimit", "--pid", String(pid), `--nofile=${limit}`]);
  if (done.exitCode !== 0) throw new Error(`Cannot set the limit of descriptors: ${done.stderr.toString()}`);
}

/** Takes all room of the data directory's disk, for a moment. */
async function onFullDisk(data: string): Promise<void> {
  const ballast = join(data, "..", "ballast");
  const { bavail, bsize } = await statfs(data);
  try {
    writeFileSync(ballast, Buffer.alloc(bavail * bsize));
  } catch (error) {
    // The server may have taken the last of it.
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
  await sleep(500);
  rmSync(ballast, { force: true });
}

/** Starts a second server over the same data: it must refuse. */
async function besideSecond({ data, flags, started }: TroubleDeps): Promise<void> {
  const child = Bun.spawn([executable, "serve", "--port", "0", "--data", data, ...flags], {
    env: {},
    stdio: ["ignore", "ignore", "ignore"],
  });
  const code = await Promise.race([child.exited, sleep(10_000, undefined, { ref: false })]);
  if (code === 1) return;
  child.kill("SIGKILL");
  await child.exited;
  started.push(`it ended with ${code ?? "no code within 10 s"}`);
}
