import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Peer } from "./peer.ts";

/** Where a peer's packages are installed. */
export type Installed = { readonly python: string; readonly npmDirectory: string };

/**
 * Installs a peer into a folder of its own, which a later run finds again. Throws with what the installer wrote.
 */
export async function installPeer(toolsDirectory: string, peer: Pick<Peer, "name" | "packages">): Promise<Installed> {
  const folder = join(toolsDirectory, peer.name.toLowerCase());
  await mkdir(folder, { recursive: true });
  const python = join(folder, "python", "bin", "python3");
  const stamp = Bun.file(join(folder, "installed.json"));
  const wanted = JSON.stringify(peer.packages);
  if ((await stamp.exists()) && (await stamp.text()) === wanted) return { python, npmDirectory: folder };
  if (peer.packages.python !== undefined) {
    await runQuietly(["python3", "-m", "venv", join(folder, "python")]);
    await runQuietly([
      python,
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
      ...peer.packages.python,
    ]);
  }
  if (peer.packages.npm !== undefined) {
    await Bun.write(join(folder, "package.json"), '{ "private": true }\n');
    await runQuietly([
      "npm",
      "install",
      "--prefix",
      folder,
      "--no-audit",
      "--no-fund",
      "--ignore-scripts",
      ...peer.packages.npm,
    ]);
  }
  await Bun.write(stamp, wanted);
  return { python, npmDirectory: folder };
}

/** Tells whether the package index answers: then a peer that cannot be installed is a failure. */
export async function isIndexReachable(): Promise<boolean> {
  const asked = Bun.spawn(["python3", "-m", "pip", "index", "versions", "pip", "--disable-pip-version-check"], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
    timeout: 30_000,
  });
  return (await asked.exited) === 0;
}

async function runQuietly(command: readonly string[]): Promise<void> {
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [out, error, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (exitCode !== 0) throw new Error(`${command[0]} ended with ${exitCode}: ${(error + out).trim().slice(-500)}`);
}
