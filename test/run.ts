// Runs the test suite, or what is named, and closes with one line: N passed, N failed, N skipped.
// Usage: bun test/run.ts [WORDS OF bun test [-- WORDS OF bun test]...]: what stands behind a -- runs beside what stands before it.
import { readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "..");

// What a test or a hook may take, in ms, where it says nothing else: only what hangs is meant, as machines are busy.
const timeout = "60000";

/** Takes half of the time of the whole suite: what starts the executable, attacks it and kills it. */
const longFolders = ["scenarios", "hostile"];

/** What each run of the test runner gets, all beside each other: those that are named, two for the whole; but one on one core. */
function runsOf(words: readonly string[]): readonly (readonly string[])[] {
  if (availableParallelism() < 2) return [words.filter((word) => word !== separator)];
  if (words.length > 0) return groupsOf(words);
  const names = readdirSync(import.meta.dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.name.endsWith(".test.ts"))
    .map(({ name }) => name);
  const isLong = (name: string) => longFolders.includes(name);
  const path = (name: string) => `./test/${name}`;
  return [names.filter((name) => !isLong(name)).map(path), names.filter(isLong).map(path)];
}

const separator = "--";

function groupsOf(words: readonly string[]): readonly (readonly string[])[] {
  const end = words.indexOf(separator);
  return end < 0 ? [words] : [words.slice(0, end), ...groupsOf(words.slice(end + 1))];
}

type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number; readonly exitCode: number };

/** Runs the test runner once. What it prints is kept back until its end unless it is the first: lines of two would mix. */
async function runTests(words: readonly string[], index: number): Promise<Counts> {
  const report = join(root, index === 0 ? "test.junit.xml" : `test-${index + 1}.junit.xml`);
  // A run that crashes must not show the figures of the one before.
  await rm(report, { force: true });
  const output = index === 0 ? "inherit" : "pipe";
  const run = Bun.spawn(
    [
      ...[process.execPath, "test", `--timeout=${timeout}`, "--reporter=junit", `--reporter-outfile=${report}`],
      ...words,
    ],
    { cwd: root, stdin: "ignore", stdout: output, stderr: output, env: process.env },
  );
  const said = Promise.all([textOf(run.stdout), textOf(run.stderr)]);
  const exitCode = await run.exited;
  kept.push((await said).join(""));
  const text = (await Bun.file(report).exists()) ? await Bun.file(report).text() : "";
  const totals = /<testsuites\b[^>]*>/.exec(text)?.[0] ?? "";
  const total = (name: string): number => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(totals)?.[1] ?? 0);
  const [tests, failures, skipped] = [total("tests"), total("failures"), total("skipped")];
  const end = run.signalCode === null ? `code ${exitCode}` : `signal ${run.signalCode}`;
  if (tests === 0) kept.push(`The test runner ended by ${end} and reported no test of ${words.join(" ")}\n`);
  const failed = exitCode !== 0 && failures === 0 ? 1 : failures;
  return {
    passed: tests - failures - skipped,
    failed,
    skipped,
    exitCode: tests === 0 && exitCode === 0 ? 1 : exitCode,
  };
}

async function textOf(stream: ReadableStream<Uint8Array> | undefined): Promise<string> {
  return stream === undefined ? "" : new Response(stream).text();
}

/** Prints behind what is there, also into a file, and waits until a pipe has taken it: later lines would be lost behind a long text. */
function print(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()));
}

const kept: string[] = [];
// Whoever ends a run that hangs ends the test runners as well: what they printed until then is told all the same.
process.on("SIGTERM", () => undefined);
const counts = await Promise.all(runsOf(process.argv.slice(2)).map(runTests));
for (const text of kept) await print(text);
const sum = (of: (one: Counts) => number) => counts.reduce((all, one) => all + of(one), 0);
const [passed, failed, skipped] = [sum((one) => one.passed), sum((one) => one.failed), sum((one) => one.skipped)];
await print(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exitCode = counts.find(({ exitCode }) => exitCode !== 0)?.exitCode ?? 0;
