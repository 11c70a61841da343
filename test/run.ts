// Runs the whole test suite and closes with one line: N passed, N failed, N skipped.
import { rm } from "node:fs/promises";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const report = join(root, "test.junit.xml");

// What a test or a hook may take, in ms, where it says nothing else: only what hangs is meant, as machines are busy.
const timeout = "60000";

// A run that crashes must not show the figures of the one before.
await rm(report, { force: true });
const run = Bun.spawn(
  [
    process.execPath,
    "test",
    `--timeout=${timeout}`,
    "--reporter=junit",
    `--reporter-outfile=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdin: "ignore", stdout: "inherit", stderr: "inherit", env: process.env },
);
const exitCode = await run.exited;

const text = (await Bun.file(report).exists()) ? await Bun.file(report).text() : "";
const totals = /<testsuites\b[^>]*>/.exec(text)?.[0] ?? "";
const total = (name: string): number => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(totals)?.[1] ?? 0);
const [tests, failed, skipped] = [total("tests"), total("failures"), total("skipped")];
if (tests === 0) console.log("The test runner reported no test");
console.log(
  `${tests - failed - skipped} passed, ${exitCode !== 0 && failed === 0 ? 1 : failed} failed, ${skipped} skipped`,
);
process.exitCode = tests === 0 && exitCode === 0 ? 1 : exitCode;
