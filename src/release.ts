// Makes what people download: for each machine a tarball with the executable, its licence and those of its parts, a list of
// the parts (SBOM), a unit of systemd and the changes; and the digests of the tarballs.
import { cp, mkdir, mkdtempDisposable, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import manifest from "../package.json" with { type: "json" };
import lock from "../package-lock.json" with { type: "json" };
import { type BuildTarget, buildExecutable } from "./build.ts";
import { unitText } from "./cli/server/service-unit.ts";
import { type BuiltIn, readBuiltIn } from "./notices.macro.ts";

const root = join(import.meta.dir, "..");
const target = join(root, "dist", "release");

/** The machines that tarballs are made for, with the packages of the runtime and of the SQLite driver for them. */
const machines = [
  { name: "linux-x64", runtime: "@oven/bun-linux-x64", addon: "@libsql/linux-x64-gnu" },
  { name: "linux-arm64", runtime: "@oven/bun-linux-aarch64", addon: "@libsql/linux-arm64-gnu" },
] as const;

/** Runs a program in a folder; gives what it printed. Throws when it fails. */
async function run(cwd: string, words: readonly string[]): Promise<string> {
  const child = Bun.spawn([...words], { cwd, stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  const out = await new Response(child.stdout).text();
  if ((await child.exited) !== 0)
    throw new Error(`Cannot make the release: "${words.join(" ")}" ended with ${child.exitCode}`);
  return out.trim();
}

/** Gets a package of the registry, at a version, into a folder of its own; gives the folder. */
async function fetchPackage(folder: string, name: string, version: string): Promise<string> {
  const own = join(folder, name.replace("/", "-"));
  await mkdir(own, { recursive: true });
  const file = (await run(own, ["npm", "pack", "--silent", `${name}@${version}`])).split("\n").at(-1) ?? "";
  await run(own, ["tar", "-xzf", file]);
  return join(own, "package");
}

/** Formats the licences of all parts, each with its own text. */
function noticesText(parts: readonly BuiltIn[]): string {
  const texts = parts.map(({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`);
  const rule = `\n${"-".repeat(78)}\n\n`;
  const bun = `Bun ${manifest.devDependencies.bun} (MIT), which runs the program; its parts and their licences: https://bun.sh/docs/project/licensing\n`;
  return [`Heddle ${manifest.version} contains the following.\n`, bun, ...texts].join(rule);
}

/** Builds the list of parts (CycloneDX 1.5). */
function partList(machine: string, parts: readonly BuiltIn[]): unknown {
  const component = (name: string, version: string, license: string) => ({
    type: "library",
    name,
    version,
    purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
    licenses: [license === "see its files" ? { license: { name: license } } : { expression: license }],
  });
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: {
      component: {
        type: "application",
        name: `heddle-${machine}`,
        version: manifest.version,
        licenses: [{ expression: manifest.license }],
      },
    },
    components: [
      component("bun", manifest.devDependencies.bun, "MIT"),
      ...parts.map(({ name, version, license }) => component(name, version, license)),
    ],
  };
}

/** Makes the tarball of one machine; gives its name. Files have the time of the commit, so that one commit gives one tarball. */
async function makeTarball(machine: (typeof machines)[number], packages: BuildTarget): Promise<string> {
  const name = `heddle-${manifest.version}-${machine.name}`;
  const folder = join(target, name);
  await mkdir(folder, { recursive: true });
  await buildExecutable(join(folder, "heddle"), "normal", packages);
  const parts = readBuiltIn();
  // An operator follows the pages with nothing but the tarball: they name files of the examples.
  for (const file of ["LICENSE", "CHANGELOG.md", "README.md", "SECURITY.md", "docs", "examples"])
    await cp(join(root, file), join(folder, file), { recursive: true });
  await writeFile(join(folder, "NOTICES.txt"), noticesText(parts));
  await writeFile(join(folder, "sbom.cdx.json"), `${JSON.stringify(partList(machine.name, parts), undefined, 2)}\n`);
  const unit = {
    program: "/usr/local/bin/heddle",
    user: "heddle",
    config: "/etc/heddle/heddle.yml",
    data: "/var/lib/heddle",
  };
  await writeFile(join(folder, "heddle.service"), unitText({ ...unit, writable: [] }));
  // From the sources: the executable of another machine does not run here.
  const page = await run(root, [
    process.execPath,
    `--define=process.env.HEDDLE_VERSION="${manifest.version}"`,
    "src/main.ts",
    "man",
  ]);
  await writeFile(join(folder, "heddle.1"), `${page}\n`);
  const time = await run(root, ["git", "log", "-1", "--format=%cI"]);
  const same = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", `--mtime=${time}`];
  await run(target, ["tar", ...same, "--use-compress-program=gzip -n", "-cf", `${name}.tar.gz`, name]);
  return `${name}.tar.gz`;
}

/** Makes the tarballs of all machines, and their digests. */
async function makeRelease(): Promise<void> {
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  await using packages = await mkdtempDisposable(join(tmpdir(), "heddle-release-"));
  const addonVersion = lock.packages["node_modules/@libsql/linux-x64-gnu"].version;
  const names: string[] = [];
  for (const machine of machines) {
    const runtime = await fetchPackage(packages.path, machine.runtime, manifest.devDependencies.bun);
    const addon = await fetchPackage(packages.path, machine.addon, addonVersion);
    names.push(await makeTarball(machine, { addon: join(addon, "index.node"), runtime: join(runtime, "bin", "bun") }));
  }
  const digests = await Promise.all(
    names.map(
      async (name) =>
        `${new Bun.CryptoHasher("sha256").update(await Bun.file(join(target, name)).bytes()).digest("hex")}  ${name}\n`,
    ),
  );
  await writeFile(join(target, "SHA256SUMS"), digests.join(""));
  for (const name of names)
    process.stderr.write(
      `Made ${join(target, name)} (${(Bun.file(join(target, name)).size / 2 ** 20).toFixed(1)} MiB)\n`,
    );
}

await makeRelease();
