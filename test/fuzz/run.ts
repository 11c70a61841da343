// Tries changed inputs against the executable and, without it, against parsers. Prints a table: 0 in each column when all
// is well. Usage: bun test/fuzz/run.ts [--seconds N] [--seed N]
import { join } from "node:path";
import { parseArgs } from "node:util";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { createFindings } from "./findings.ts";
import { fuzzHttp } from "./fuzz-http.ts";
import { fuzzProcess } from "./fuzz-process.ts";
import { createRandom } from "./random.ts";

const { values } = parseArgs({ options: { seconds: { type: "string" }, seed: { type: "string" } } });
const seconds = Number(values.seconds ?? 60);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
if (!Number.isFinite(seconds) || seconds <= 0 || !Number.isInteger(seed)) {
  throw new Error("Cannot go on: found other options, wanted --seconds N and --seed N");
}
const failures = join(import.meta.dir, "..", "..", "dist", "fuzz-failures");
console.log(`seed ${seed}, ${seconds} s; inputs that fail are kept in ${failures}`);

await using folder = await temporaryDirectory();
const findings = createFindings(failures);
// Most of the time goes where most of the doors are.
await fuzzHttp(createRandom(seed), findings, folder.path, seconds * 0.7);
await fuzzProcess(seed, findings, folder.path, seconds * 0.3);

const { passed, failed } = findings.print();
console.log(`\nTo repeat: npm run test:fuzz -- --seconds ${seconds} --seed ${seed}`);
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed === 0 ? 0 : 1;
