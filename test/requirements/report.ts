// Runs the requirement tests and prints a line for each requirement: its state, its version, its class, its id, and the
// file of its test. With --faults each test is run against a broken service too, and must fail there.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { conformance, explained } from "../../src/domain/processes/conformance.ts";

const root = join(import.meta.dir, "..", "..");
const { values: flags } = parseArgs({ options: { faults: { type: "boolean", default: false } } });

type Outcome = { readonly hasPassed: boolean; readonly file: string };

/** Runs the tests once and reads what became of each. */
async function runTests(environment: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, Outcome>> {
  const report = join(root, "requirements.junit.xml");
  await rm(report, { force: true });
  const command = [process.execPath, "test", "test/requirements", "--reporter=junit", `--reporter-outfile=${report}`];
  const run = Bun.spawn(command, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
  });
  await run.exited;
  const outcomes = new Map<string, Outcome>();
  const text = (await Bun.file(report).exists()) ? await Bun.file(report).text() : "";
  for (const [, name = "", facts = "", rest = ""] of text.matchAll(
    /<testcase name="([^"]+)"([^>]*?)(\/>|>[\s\S]*?<\/testcase>)/g,
  )) {
    const [, file = ""] = /\bfile="([^"]+)"/.exec(facts) ?? [];
    outcomes.set(name, { hasPassed: !rest.includes("<failure"), file });
  }
  return outcomes;
}

const sound = await runTests({});
const broken = flags.faults ? await runTests({ HEDDLE_TEST_FAULTS: "1" }) : undefined;

function stateOf(name: string): string {
  if (name in explained) return "explained";
  const outcome = sound.get(name);
  if (outcome === undefined) return "no test";
  if (!outcome.hasPassed) return "failed";
  return broken === undefined || broken.get(name)?.hasPassed === true ? "proved" : "not sensitive";
}

let missing = 0;
for (const { uri, version, requirements } of conformance) {
  for (const id of requirements) {
    const name = `${version} ${id}`;
    const state = stateOf(name);
    if (state !== "proved" && state !== "explained") missing += 1;
    const file = sound.get(name)?.file ?? "";
    console.log(
      [state.padEnd(13), version.padEnd(6), uri.split("/").at(-1)?.padEnd(24), id.padEnd(64), file].join(" "),
    );
  }
}
for (const [name, reason] of Object.entries(explained)) console.log(`\n${name}: ${reason}`);
const all = conformance.flatMap(({ requirements }) => requirements).length;
const how = flags.faults ? ", and each proof fails where the thing required is broken" : "";
console.log(
  `${all - missing} of ${all} requirements of the declared classes proved or explained${missing === 0 ? how : ""}`,
);
process.exitCode = missing === 0 ? 0 : 1;
