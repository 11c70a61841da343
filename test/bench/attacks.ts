// Prints how long /healthz took to answer while each attack of test/hostile was made: bun test/bench/attacks.ts
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";

const root = join(import.meta.dir, "..", "..");
const RowSchema = v.object({ attack: v.string(), answers: v.number(), median: v.number(), worst: v.number() });

const scratch = await mkdtemp(join(tmpdir(), "heddle-attacks-"));
try {
  const times = join(scratch, "times");
  const run = Bun.spawn([process.execPath, "test", "./test/hostile"], {
    cwd: root,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
    env: { ...process.env, HEDDLE_HOSTILE_TIMES: times },
  });
  const exitCode = await run.exited;
  const lines = (await Bun.file(times).text()).trim().split("\n");
  const rows = lines.map((line) => v.parse(RowSchema, JSON.parse(line))).toSorted((a, b) => b.worst - a.worst);
  console.log("median ms  worst ms  answers  attack");
  for (const { attack, answers, median, worst } of rows) {
    console.log(
      `${String(median).padStart(9)}  ${String(worst).padStart(8)}  ${String(answers).padStart(7)}  ${attack}`,
    );
  }
  console.log(exitCode === 0 ? "All attacks were stopped" : "Some attacks were not stopped: bun test ./test/hostile");
} finally {
  await rm(scratch, { recursive: true, force: true });
}
