// Runs the public CWL conformance suite against the executable: npm run conformance -- [--suite DIR] [--jobs N] [-s IDS].
// --sandbox runs the tools that want no container in a sandbox; --engine ENGINE runs images that were not imported.
// The tests that need a container run when --images names a data directory with the images alpine, bash:4.4,
// debian:stable-slim and python:3-slim (heddle images import).
// Prints each failed test and closes with one line: N passed, N failed, N skipped.
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { cwlTools } from "./tools.ts";

const root = join(import.meta.dir, "..", "..");
/** One tool of the suite sleeps for minutes when its time limit does not hold. */
const secondsPerTest = 60;

const { values } = parseArgs({
  options: {
    suite: { type: "string", default: join(root, "..", "shared", "cwl-v1.2") },
    runner: { type: "string", default: join(root, "dist", "heddle") },
    jobs: { type: "string", short: "j", default: "2" },
    online: { type: "boolean", default: false },
    images: { type: "string" },
    sandbox: { type: "boolean", default: false },
    engine: { type: "string", default: "none" },
    only: { type: "string", short: "s" },
    tags: { type: "string" },
  },
});

const suite = resolve(values.suite);
if (!(await Bun.file(join(suite, "conformance_tests.yaml")).exists())) {
  console.log(`No conformance suite in "${suite}": name its directory with --suite DIR`);
  console.log("0 passed, 0 failed, 1 skipped");
  process.exit(0);
}

/** One fetches a page from the Internet; the other needs an image and may not be unsupported. */
const leftOut = [
  ...(values.online ? [] : ["networkaccess"]),
  ...(values.images === undefined ? ["cwloutput_nolimit"] : []),
];

const tools = await cwlTools(root);
const scratch = await mkdtemp(join(tmpdir(), "heddle-conformance-"));
try {
  process.exitCode = await runSuite(scratch);
} finally {
  await rm(scratch, { recursive: true, force: true });
}

async function runSuite(directory: string): Promise<number> {
  const copy = join(directory, "suite");
  await cp(suite, copy, { recursive: true });
  const library = join(copy, "tests", "underscore.js");
  if (!(await Bun.file(library).exists())) await cp(join(root, "node_modules", "underscore", "underscore.js"), library);
  const runner = join(directory, "cwl-runner");
  await symlink(resolve(values.runner), runner);
  const report = join(root, ".tools", "conformance.xml");
  // That of an earlier run would be taken for this one's when the test runner cannot start.
  await rm(report, { force: true });
  await mkdir(join(directory, "tmp"));
  const started = performance.now();
  const run = Bun.spawn(
    [
      join(tools, "bin", "cwltest"),
      ...["--test", join(copy, "conformance_tests.yaml"), "--tool", runner, `-j${values.jobs}`],
      ...["--timeout", String(secondsPerTest), "--junit-xml", report],
      ...(leftOut.length === 0 ? [] : ["-S", leftOut.join(",")]),
      ...(values.only === undefined ? [] : ["-s", values.only]),
      ...(values.tags === undefined ? [] : ["--tags", values.tags]),
    ],
    {
      cwd: copy,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      env: {
        ...process.env,
        TMPDIR: join(directory, "tmp"),
        HEDDLE_SANDBOX: values.sandbox ? "require" : "off",
        // Looking in vain for the image of each hint would take longer than the tests.
        HEDDLE_CONTAINER_ENGINE: values.engine,
        ...(values.images === undefined ? {} : { HEDDLE_DATA: resolve(values.images) }),
      },
    },
  );
  const [out, talk] = await Promise.all([new Response(run.stdout).text(), new Response(run.stderr).text(), run.exited]);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  await Bun.write(join(root, ".tools", "conformance.log"), `${out}\n${talk}`);
  const counts = await readReport(report);
  if (values.only === undefined && values.tags === undefined) {
    for (const name of leftOut) console.log(`skipped: ${name}`);
    counts.skipped += leftOut.length;
  }
  console.log(`${seconds} s; what the runner wrote is in .tools/conformance.log`);
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

async function readReport(file: string): Promise<{ passed: number; failed: number; skipped: number }> {
  const text = (await Bun.file(file).exists()) ? await Bun.file(file).text() : "";
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [whole, attributes = ""] of text.matchAll(/<testcase\b([^>]*?)(?:\/>|>[\s\S]*?<\/testcase>)/g)) {
    const name = /\bfile="([^"]*)"/.exec(attributes)?.[1] ?? /\bname="([^"]*)"/.exec(attributes)?.[1] ?? "";
    const outcome = whole.includes("<failure") ? "failed" : whole.includes("<skipped") ? "skipped" : "passed";
    counts[outcome] += 1;
    if (outcome !== "passed") console.log(`${outcome}: ${name}`);
  }
  return counts;
}
