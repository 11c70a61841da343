// Runs every static check: types, lint and format, import rules, dead code, and that the migrations fit the schema.
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const bin = (name: string): string => join(root, "node_modules", ".bin", name);

async function run(title: string, command: readonly string[]): Promise<boolean> {
  const started = performance.now();
  const child = Bun.spawn([...command], {
    cwd: root,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: process.env,
  });
  const [out, err, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${exitCode === 0 ? "ok  " : "FAIL"} ${title} (${seconds} s)`);
  if (exitCode !== 0) console.log(out + err);
  return exitCode === 0;
}

/** What `git status` tells of the generated migrations, or undefined outside a checkout. */
async function migrationState(): Promise<string> {
  const files = [...new Bun.Glob("drizzle/**/*").scanSync({ cwd: root, onlyFiles: true })].sort();
  const digests = await Promise.all(
    files.map(async (file) => `${file} ${Bun.hash(await Bun.file(join(root, file)).arrayBuffer())}`),
  );
  return digests.join("\n");
}

async function migrationsFitSchema(): Promise<boolean> {
  const before = await migrationState();
  const isGenerated = await run("migrations are generated", [
    process.execPath,
    "--bun",
    bin("drizzle-kit"),
    "generate",
  ]);
  const isUnchanged = before === (await migrationState());
  console.log(`${isUnchanged ? "ok  " : "FAIL"} migrations fit the schema`);
  return isGenerated && isUnchanged;
}

const outcomes = [
  await run("types", [bin("tsc"), "-p", "."]),
  await run("types of the console", [bin("tsc"), "-p", "src/console"]),
  await run("lint and format", [bin("biome"), "check", "--error-on-warnings", "."]),
  await run("import rules", [process.execPath, "test", "./test/architecture.test.ts"]),
  await run("dead code", [bin("knip")]),
  await migrationsFitSchema(),
];
process.exitCode = outcomes.every((outcome) => outcome) ? 0 : 1;
