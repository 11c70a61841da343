// Builds the image of the Containerfile and runs it as operators do, with podman.
import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../support/jobs.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const root = join(import.meta.dir, "..", "..");

/** Runs podman. Where control groups are of both versions, which its runtime refuses, those of the second are hidden from it. */
function podman(words: readonly string[], seconds = 240) {
  const script = 'umount -l /sys/fs/cgroup/unified 2>/dev/null; exec podman "$@"';
  const child = Bun.spawnSync(["unshare", "-m", "timeout", String(seconds), "bash", "-c", script, "podman", ...words], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
  });
  return { exitCode: child.exitCode, out: child.stdout.toString(), talk: child.stderr.toString() };
}

const base = "docker.io/library/debian:bookworm-slim";
const reason = (() => {
  if (process.getuid?.() !== 0) return "it needs root";
  if (Bun.which("podman") === null) return "podman is not installed";
  return podman(["image", "exists", base]).exitCode === 0 ? undefined : `there is no image ${base}`;
})();

const bounds = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=2048:2048"];
/** Nothing is set here but what a machine without control groups of its own needs. */
const plain = ["run", "--rm", ...bounds, "--cgroups=disabled", "--network=host"];
const hardened = ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"];

/** The calls that Docker's default profile refuses to who has no CAP_SYS_ADMIN; the others do not matter here. */
const dockerProfile = {
  defaultAction: "SCMP_ACT_ALLOW",
  syscalls: [
    {
      names: ["unshare", "mount", "umount2", "setns", "pivot_root", "fsopen", "move_mount", "open_tree"],
      action: "SCMP_ACT_ERRNO",
      errnoRet: 1,
    },
    { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38 },
    {
      names: ["clone"],
      action: "SCMP_ACT_ERRNO",
      errnoRet: 1,
      args: [{ index: 0, value: 0x10000000, valueTwo: 0x10000000, op: "SCMP_CMP_MASKED_EQ" }],
    },
  ],
};

test.skipIf(reason !== undefined)(
  `the image: without rights, with a read-only root and one volume, it has a sandbox or says which permission is missing${reason === undefined ? "" : ` (${reason})`}`,
  async () => {
    await using folder = await temporaryDirectory();
    const volume = ["-v", `${folder.path}/data:/data`];
    Bun.spawnSync(["install", "-d", "-m", "700", "-o", "10001", "-g", "10001", join(folder.path, "data")]);
    const built = podman([
      "build",
      "--network=host",
      "--isolation=chroot",
      "--ulimit",
      "nofile=1024:1024",
      "-t",
      "heddle-test",
      ".",
    ]);
    expect([built.exitCode, built.talk]).toEqual([0, expect.any(String)]);
    const key = podman([...plain, ...hardened, ...volume, "heddle-test", "keys", "create", "--role", "admin"]);
    expect(key.out).toStartWith("hdl_");

    const profile = join(folder.path, "docker.json");
    await writeFile(profile, JSON.stringify(dockerProfile));
    for (const [options, words] of [
      [[], "parts of /proc"],
      [["--security-opt", `seccomp=${profile}`], "the seccomp filter of this container"],
    ] as const) {
      const refused = podman([...plain, ...hardened, ...options, ...volume, "heddle-test"], 60);
      expect([refused.exitCode, refused.talk]).toEqual([1, expect.stringContaining(words)]);
      expect(refused.talk).toContain("--security-opt");
    }

    const open = [...plain, ...hardened, "--security-opt", "unmask=ALL", ...volume];
    expect(podman([...open, "heddle-test", "doctor"]).out).toContain("Tools run in a sandbox");
    const server = Bun.serve({ port: 0, fetch: () => new Response() });
    const { port } = server;
    await server.stop(true);
    const name = `heddle-test-${port}`;
    const started = podman([
      ...open.filter((word) => word !== "--rm"),
      "-d",
      "--name",
      name,
      "-e",
      `HEDDLE_PORT=${port}`,
      "heddle-test",
    ]);
    expect(started.exitCode).toBe(0);
    try {
      await until(
        "it answers",
        async () => (await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined))?.status === 200,
      );
    } finally {
      podman(["rm", "-f", "-t", "5", name]);
    }
  },
  600_000,
);
