import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../jobs.ts";

const systemd = "/lib/systemd/systemd";

/** A systemd of its own, in namespaces of its own: it knows only the units of one folder, and ends with the test. */
export type Systemd = AsyncDisposable & {
  /** Runs a command where that systemd is, such as `systemctl`. */
  run(words: readonly string[]): { readonly exitCode: number; readonly out: string };
  log(): Promise<string>;
};

/** Tells why there can be no systemd here; undefined when there can. */
export function noSystemd(): string | undefined {
  if (process.getuid?.() !== 0) return "it needs root";
  if (Bun.which("systemctl") === null || !existsSync(systemd)) return "systemd is not installed";
  return Bun.spawnSync(["unshare", "--pid", "--mount", "--cgroup", "--fork", "true"]).exitCode === 0
    ? undefined
    : "namespaces are not allowed here";
}

/** Starts systemd with units by their names; `directory` is kept out of its private file systems. */
export async function startSystemd(directory: string, units: Readonly<Record<string, string>>): Promise<Systemd> {
  const [folder, logFile] = [join(directory, "units"), join(directory, "systemd.log")];
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries({ "test.target": "[Unit]\nDescription=Test\n", ...units })) {
    await writeFile(join(folder, name), text);
  }
  const script = [
    "mount --make-rprivate /",
    "mount -t tmpfs tmpfs /run",
    "mount -t proc proc /proc",
    "mkdir -p /run/systemd/system",
    `exec ${systemd} --system --unit=test.target --log-target=console --show-status=0`,
  ].join(" && ");
  const child = Bun.spawn(
    ["unshare", "--fork", "--kill-child", "--pid", "--mount", "--cgroup", "--ipc", "--uts", "bash", "-c", script],
    {
      env: { PATH: process.env.PATH, SYSTEMD_UNIT_PATH: folder, container: "other" },
      stdin: "ignore",
      stdout: Bun.file(logFile),
      stderr: Bun.file(logFile),
    },
  );
  const pidOf = () =>
    Bun.spawnSync(["pgrep", "-P", String(child.pid)])
      .stdout.toString()
      .trim();
  const run = (words: readonly string[]) => {
    const { exitCode, stdout, stderr } = Bun.spawnSync(["nsenter", "-t", pidOf(), "-m", "-p", "-C", ...words], {
      env: { PATH: process.env.PATH },
    });
    return { exitCode, out: `${stdout}${stderr}`.trim() };
  };
  await until("systemd runs", () => run(["systemctl", "is-active", "test.target"]).out === "active");
  return {
    run,
    log: () => Bun.file(logFile).text(),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
