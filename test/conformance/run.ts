// Runs the public CWL conformance suites against the executable: npm run conformance -- [--suite DIR ...] [--jobs N] [-s IDS].
// Without --suite: those of CWL v1.0, v1.1 and v1.2 that lie beside the checkout.
// --sandbox runs the tools that want no container in a sandbox; --engine ENGINE runs images that were not imported.
// --slurm runs the tools as jobs of a Slurm of this machine's own.
// The tests that need a container run when --images names a data directory with the images that the suites name (.ci/images).
// Prints each open test and closes with one line: N passed, N failed, N skipped.
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { noSlurm, startSlurm } from "../support/machine/slurm.ts";
import { type Outcome, readOutcome } from "./read-outcome.ts";
import { cwlTools } from "./tools.ts";

const root = join(import.meta.dir, "..", "..");
/** One tool of the suite sleeps for minutes when its time limit does not hold. */
const secondsPerTest = 60;

/** Tests that no server can pass everywhere, and what they need. */
const needs: Readonly<Record<string, string>> = {
  networkaccess: "a page of the Internet",
  stdin_shorcut: "the wc of Debian 9, which prints more blanks than later ones",
};

const { values } = parseArgs({
  options: {
    suite: { type: "string", multiple: true },
    runner: { type: "string", default: join(root, "dist", "heddle") },
    jobs: { type: "string", short: "j", default: "2" },
    images: { type: "string" },
    sandbox: { type: "boolean", default: false },
    slurm: { type: "boolean", default: false },
    engine: { type: "string", default: "none" },
    only: { type: "string", short: "s" },
    tags: { type: "string" },
  },
});

/** A test that stands in each of the suites and should fail. */
const plantedTest = "expression_any_nodefaultany";

type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number };
const nothing: Counts = { passed: 0, failed: 0, skipped: 0 };
type Suite = { readonly directory: string; readonly file: string };

const beside = ["cwl-v1.0", "cwl-v1.1", "cwl-v1.2"].map((name) => join(root, "..", "shared", name));
const suites = await Promise.all((values.suite ?? beside).map((directory) => findSuite(resolve(directory))));
const tools = suites.some((suite) => suite !== undefined) ? await cwlTools(root) : "";
const why = values.slurm ? noSlurm() : undefined;
if (why !== undefined) {
  console.log(`skipped: the suites as jobs of Slurm: ${why}`);
  console.log("0 passed, 0 failed, 1 skipped");
  process.exit(0);
}
await using slurm = values.slurm ? await startSlurm({ MinJobAge: "60" }) : undefined;
const scratch = await mkdtemp(join(tmpdir(), "heddle-conformance-"));
try {
  const counts: Counts[] = [await countsPlantedFault(suites.find((suite) => suite !== undefined))];
  for (const suite of suites) counts.push(suite === undefined ? nothing : await runSuite(suite));
  const total = (name: keyof Counts) => counts.reduce((sum, each) => sum + each[name], 0);
  console.log(`${total("passed")} passed, ${total("failed")} failed, ${total("skipped")} skipped`);
  process.exitCode = total("failed") === 0 ? 0 : 1;
} finally {
  await rm(scratch, { recursive: true, force: true });
}

async function findSuite(directory: string): Promise<Suite | undefined> {
  const names: readonly string[] = await readdir(directory).catch(() => []);
  const file = names.find((name) => /^conformance_tests?(?:_v[\d.]+)?\.yaml$/.test(name));
  if (file !== undefined) return { directory, file };
  console.log(`skipped: no conformance suite in "${basename(directory)}": name its directory with --suite DIR`);
  return undefined;
}

async function runSuite(suite: Suite): Promise<Counts> {
  const name = basename(suite.directory);
  const started = performance.now();
  const runner = join(scratch, "cwl-runner");
  await rm(runner, { force: true });
  await symlink(resolve(values.runner), runner);
  const only = values.only === undefined ? [] : ["-s", values.only];
  const tags = values.tags === undefined ? [] : ["--tags", values.tags];
  const { outcome, log } = await runTests(suite, runner, [...only, ...tags]);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`${name}: ${seconds} s; what the runner wrote is in ${log}`);
  if (outcome === undefined) {
    console.log(`failed: ${name}: the test runner ended without telling how`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const excused = outcome.failing.filter((id) => needs[id] !== undefined);
  for (const id of excused) console.log(`skipped: ${name}: ${id}: it needs ${needs[id]}`);
  for (const id of outcome.failing) if (needs[id] === undefined) console.log(`failed: ${name}: ${id}`);
  if (outcome.unsupported > 0)
    console.log(`skipped: ${name}: ${outcome.unsupported} tests of features that are missing here`);
  return {
    passed: outcome.passed,
    failed: outcome.failed - excused.length,
    skipped: outcome.unsupported + excused.length,
  };
}

/** A runner that accepts all must fail a test that should fail: else nothing is measured here. */
async function countsPlantedFault(suite: Suite | undefined): Promise<Counts> {
  if (suite === undefined || values.only !== undefined || values.tags !== undefined) return nothing;
  const accepting = join(scratch, "accepting");
  await writeFile(accepting, "#!/bin/sh\necho '{}'\n", { mode: 0o755 });
  const { outcome } = await runTests(suite, accepting, ["-s", plantedTest]);
  const isCounted = outcome?.failed === 1 && outcome.failing.includes(plantedTest);
  console.log(
    `${isCounted ? "passed" : "failed"}: a runner that accepts "${plantedTest}", which should fail, is counted as failing`,
  );
  return isCounted ? { ...nothing, passed: 1 } : { ...nothing, failed: 1 };
}

async function runTests(
  { directory, file }: Suite,
  runner: string,
  words: readonly string[],
): Promise<{ readonly outcome: Outcome | undefined; readonly log: string }> {
  const copy = join(scratch, basename(directory));
  await rm(copy, { recursive: true, force: true });
  await cp(directory, copy, { recursive: true });
  for (const folder of ["tests", "v1.0"]) await addLibrary(join(copy, folder));
  await mkdir(join(scratch, "tmp"), { recursive: true });
  const run = Bun.spawn(
    [
      join(tools, "bin", "cwltest"),
      ...["--test", join(copy, file), "--tool", runner, `-j${values.jobs}`, "--timeout", String(secondsPerTest)],
      ...words,
    ],
    {
      cwd: copy,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      env: {
        ...process.env,
        TMPDIR: join(scratch, "tmp"),
        HEDDLE_SANDBOX: values.sandbox ? "require" : "off",
        // Looking in vain for the image of each hint would take longer than the tests.
        HEDDLE_CONTAINER_ENGINE: values.engine,
        ...(slurm === undefined ? {} : { SLURM_CONF: slurm.environment.SLURM_CONF, HEDDLE_EXECUTOR: "slurm" }),
        ...(values.images === undefined ? {} : { HEDDLE_DATA: resolve(values.images) }),
      },
    },
  );
  const [out, talk] = await Promise.all([new Response(run.stdout).text(), new Response(run.stderr).text()]);
  const log = join(".tools", `conformance-${basename(directory)}.log`);
  await Bun.write(join(root, log), `${out}\n${talk}`);
  return { outcome: readOutcome(talk, await run.exited), log };
}

/** The suites include a library that they do not bring along. */
async function addLibrary(folder: string): Promise<void> {
  const library = join(folder, "underscore.js");
  const isWanted = await Bun.file(join(folder, "wc-job.json")).exists();
  if (isWanted && !(await Bun.file(library).exists()))
    await cp(join(root, "node_modules", "underscore", "underscore.js"), library);
}
