// Runs all that is tested with a real Slurm, and closes with one line: N passed, N failed, N skipped.
// Usage: npm run test:slurm [-- --whole]: with it 50 rounds of trouble, the whole suite of CWL v1.2, 1,000 shards, 10,000 tasks.
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { whole: { type: "boolean", default: false } } });
const root = join(import.meta.dir, "../..");
const suite = join(root, "../shared/cwl-v1.2");
const tests = ["../executors/slurm/slurm-executor", "slurm", "two-nodes", "user-mode"];
/** Those that mostly wait, for a node to be given up or for a file to be seen: they run beside the others. */
const patientTests = ["late-files", "figures", "lost-jobs", "accounting", "private-data"];
const wordsOf = (names: readonly string[]) => [
  ...["--timeout", "300000"],
  ...names.map((name) => `./${relative(root, join(import.meta.dir, `${name}.ts`))}`),
];
/** Images that some tests of the suite require, where they were imported. */
const data = join(root, ".tools/cwl-data");
const images = existsSync(data) ? ["--images", data] : [];
/** A part that has what differs on a cluster: staged files, limits, scattered steps. */
const namedPart = ["--tags", "scatter,timelimit,initial_work_dir,inplace_update"];
const parts: readonly { readonly title: string; readonly words: readonly string[] }[] = [
  { title: "tests", words: ["test/run.ts", ...wordsOf(tests), "--", ...wordsOf(patientTests)] },
  { title: "rounds of trouble", words: ["test/slurm/chaos.ts", "--rounds", values.whole ? "50" : "10"] },
  {
    title: `${values.whole ? "the" : "a part of the"} suite of CWL v1.2`,
    words: [
      "test/conformance/run.ts",
      "--slurm",
      "--suite",
      suite,
      "-j",
      "6",
      ...images,
      ...(values.whole ? [] : namedPart),
    ],
  },
  { title: "a scatter, against a bare array", words: ["test/slurm/measure-scatter.ts", values.whole ? "1000" : "200"] },
  { title: "a simulation", words: ["test/slurm/simulate.ts", values.whole ? "10000" : "2000"] },
];

const sums = { passed: 0, failed: 0, skipped: 0 };
for (const { title, words } of parts) {
  console.log(`\n== ${title}`);
  if (words.includes(suite) && !existsSync(suite)) {
    console.log("skipped: no suite of CWL v1.2 beside the checkout");
    sums.skipped += 1;
    continue;
  }
  const child = Bun.spawn([process.execPath, ...words], {
    cwd: root,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
    env: process.env,
  });
  const decoder = new TextDecoder();
  let out = "";
  for await (const chunk of child.stdout) {
    out += decoder.decode(chunk, { stream: true });
    process.stdout.write(chunk);
  }
  const exitCode = await child.exited;
  const [, passed, failed, skipped] = /^(\d+) passed, (\d+) failed, (\d+) skipped$/m.exec(out) ?? [];
  if (passed === undefined) sums[exitCode === 0 ? "passed" : "failed"] += 1;
  else {
    sums.passed += Number(passed);
    sums.failed += Number(failed) + (exitCode !== 0 && failed === "0" ? 1 : 0);
    sums.skipped += Number(skipped);
  }
}
console.log(`\n${sums.passed} passed, ${sums.failed} failed, ${sums.skipped} skipped`);
process.exitCode = sums.failed === 0 ? 0 : 1;
