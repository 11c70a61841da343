// Looks at the tarballs that `npm run release` made, as somebody who downloads them would.
import { describe, expect, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import { until } from "../support/jobs.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const root = join(import.meta.dir, "..", "..");
const release = join(root, "dist", "release");
const climate = join(root, "examples", "climate");
const machines = ["linux-x64", "linux-arm64"] as const;

/** Unpacks the tarball of a machine into a folder; gives the folder of its files. */
async function unpack(folder: string, machine: (typeof machines)[number]): Promise<string> {
  const name = `heddle-${manifest.version}-${machine}`;
  const { exitCode } = Bun.spawnSync(["tar", "-C", folder, "-xzf", join(release, `${name}.tar.gz`)]);
  expect(exitCode).toBe(0);
  return join(folder, name);
}

/** Runs a program from a folder with an empty environment; gives its exit code and what it printed. */
async function run(words: readonly string[], cwd: string) {
  const child = Bun.spawn([...words], { cwd, env: {}, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [out, talk] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { exitCode: await child.exited, out, talk };
}

test("the digests are those of the tarballs", () => {
  const { exitCode, stdout } = Bun.spawnSync(["sha256sum", "-c", "SHA256SUMS"], { cwd: release });
  expect([exitCode, stdout.toString().match(/: OK$/gm)?.length]).toEqual([0, machines.length]);
}, 120_000);

for (const machine of machines) {
  test(`the tarball of ${machine} has the executable, licences, the list of parts, the unit, the changes, the pages and the examples`, async () => {
    await using folder = await temporaryDirectory();
    const files = await unpack(folder.path, machine);
    expect((await readdir(files)).sort()).toEqual(
      [
        ...["CHANGELOG.md", "LICENSE", "NOTICES.txt", "README.md", "SECURITY.md", "docs", "examples"],
        ...["heddle", "heddle.1", "heddle.service", "sbom.cdx.json"],
      ].sort(),
    );
    // The pages for operators tell them to copy these.
    const commands = await readFile(join(files, "docs", "operate.md"), "utf8");
    const named = [...commands.matchAll(/\bexamples\/[\w./-]+\.\w+/g)].map(([path]) => path);
    expect(named).toContain("examples/monitoring/prometheus.yml");
    for (const path of named) expect([path, await Bun.file(join(files, path)).exists()]).toEqual([path, true]);
    const parts = JSON.parse(await readFile(join(files, "sbom.cdx.json"), "utf8"));
    const notices = await readFile(join(files, "NOTICES.txt"), "utf8");
    const names: string[] = parts.components.map(({ name }: { name: string }) => name);
    for (const name of ["bun", "swagger-ui-dist", ...Object.keys(manifest.dependencies)]) {
      expect(names).toContain(name);
      expect(notices.toLowerCase()).toContain(`${name} `);
    }
    expect(await readFile(join(files, "CHANGELOG.md"), "utf8")).toContain(`\n## ${manifest.version}\n`);
  }, 120_000);
}

test("the executable for linux-x64 starts in an empty folder, deploys the climate example and runs it", async () => {
  await using folder = await temporaryDirectory();
  const files = await unpack(folder.path, "linux-x64");
  const program = join(files, "heddle");
  expect((await run([program, "version"], folder.path)).out).toStartWith(`${manifest.version} (`);
  const words = [program, "run", "--outdir", "out", join(climate, "climate.cwl"), join(climate, "job.yml")];
  expect(await run(words, folder.path)).toMatchObject({ exitCode: 0 });
  const [made, expected] = await Promise.all(
    [join(folder.path, "out"), join(climate, "expected")].map((path) => readFile(join(path, "chart.svg"), "utf8")),
  );
  expect(made).toBe(expected ?? "");
}, 120_000);

const emulator = Bun.which("qemu-aarch64-static");
const libraries = "/usr/aarch64-linux-gnu";
describe.skipIf(emulator === null)("the executable for linux-arm64, in an emulator", () => {
  const emulated = (program: string) => [emulator ?? "", "-L", libraries, program];

  test("tells its version, checks a package, serves, and executes a built-in process", async () => {
    await using folder = await temporaryDirectory();
    const program = emulated(join(await unpack(folder.path, "linux-arm64"), "heddle"));
    expect((await run([...program, "version"], folder.path)).out).toStartWith(`${manifest.version} (`);
    expect(await run([...program, "validate", join(climate, "climate.cwl")], folder.path)).toMatchObject({
      exitCode: 0,
    });

    const address = join(folder.path, "address");
    const child = Bun.spawn([...program, "serve", "--port", "0", "--watchdog-seconds", "0"], {
      cwd: folder.path,
      env: {},
      stdin: "ignore",
      stdout: Bun.file(address),
      stderr: "ignore",
    });
    try {
      await until("it listens", async () => {
        expect(child.exitCode).toBeNull();
        return (await Bun.file(address).text()).endsWith("\n");
      });
      const url = (await Bun.file(address).text()).trim();
      const answer = await fetch(`${url}/processes/echo/execution`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ inputs: { text: "from far" } }),
      });
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining("from far")]);
    } finally {
      child.kill("SIGTERM");
      await child.exited;
    }
  }, 180_000);
});
