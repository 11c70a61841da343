// Runs the requirement tests and prints a line for each requirement: its state, its version, its class, its id.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { conformance, explained } from "../../src/domain/conformance.ts";

const root = join(import.meta.dir, "..", "..");
const report = join(root, "requirements.junit.xml");
await rm(report, { force: true });
const run = Bun.spawn(
  [process.execPath, "test", "test/requirements", "--reporter=junit", `--reporter-outfile=${report}`],
  { cwd: root, stdin: "ignore", stdout: "ignore", stderr: "ignore" },
);
await run.exited;

const states = new Map<string, string>();
const text = (await Bun.file(report).exists()) ? await Bun.file(report).text() : "";
for (const [, name = "", rest = ""] of text.matchAll(/<testcase name="([^"]+)"[^>]*?(\/>|>[\s\S]*?<\/testcase>)/g)) {
  states.set(name, rest.includes("<failure") ? "failed" : "proved");
}

let missing = 0;
for (const { uri, version, requirements } of conformance) {
  for (const id of requirements) {
    const name = `${version} ${id}`;
    const state = name in explained ? "explained" : (states.get(name) ?? "no test");
    if (state !== "proved" && state !== "explained") missing += 1;
    console.log(`${state.padEnd(9)} ${version} ${uri.split("/").at(-1)?.padEnd(24)} ${id}`);
  }
}
for (const [name, reason] of Object.entries(explained)) console.log(`\n${name}: ${reason}`);
const all = conformance.flatMap(({ requirements }) => requirements).length;
console.log(`${all - missing} of ${all} requirements of the declared classes proved or explained`);
process.exitCode = missing === 0 ? 0 : 1;
