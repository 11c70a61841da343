import { expect, test } from "bun:test";
import { setTimeout as sleep } from "node:timers/promises";
import { loadText } from "../../../src/cwl/document/load/load.ts";
import { createPatience } from "../../../src/domain/waiting/patience.ts";
import type { Executor } from "../../../src/executors/executor.ts";
import { createHarness, runPackage, textOf, value } from "../harness.ts";

const cwl = loadText(
  `cwlVersion: v1.2
class: CommandLineTool
baseCommand: [sh, -c]
arguments: ['echo run >>"$0"; echo done']
inputs:
  ledger: { type: string, inputBinding: { position: 1 } }
outputs:
  out: stdout
stdout: out.txt
`,
  "tool.cwl",
);

function short(code: string): Error {
  return Object.assign(new Error(`${code}: there is not enough`), { code });
}

/** Makes an executor fail so often, where it is asked for one thing, for want of what the code says. */
function shortOf(code: string, where: "submit" | "ended" | "find", times: number) {
  let left = times;
  const failing =
    <Rest extends readonly unknown[], T>(name: string, call: (...rest: Rest) => Promise<T>) =>
    async (...rest: Rest): Promise<T> => {
      if (name !== where || left === 0) return call(...rest);
      left -= 1;
      throw short(code);
    };
  return (real: Executor): Executor => ({
    ...real,
    submit: failing("submit", (task, signal) => real.submit(task, signal)),
    ended: failing("ended", (key, signal) => real.ended(key, signal)),
    find: failing("find", (key) => real.find(key)),
  });
}

const quick = () =>
  createPatience({
    elapsed: () => performance.now(),
    maxMilliseconds: 60_000,
    pause: (_, signal) => sleep(5, undefined, { signal }),
  });

test.each([
  ["EAGAIN", "submit", 5],
  ["ENOMEM", "submit", 1],
  ["EMFILE", "submit", 4],
  ["EMFILE", "ended", 3],
  ["ENOSPC", "ended", 1],
] as const)("%s of the executor's %s makes the tool wait, and it runs once", async (code, where, times) => {
  await using harness = await createHarness({ executor: shortOf(code, where, times), patience: quick() });
  const ledger = `${harness.directory}/ledger`;
  const { failure, outputs, lines } = await runPackage(harness, cwl, { ledger: value(ledger) });
  expect(failure).toBeUndefined();
  expect(await textOf(outputs, "out")).toBe("done\n");
  expect(await Bun.file(ledger).text()).toBe("run\n");
  expect(lines.some((line) => line.startsWith("Waits: the server is short of"))).toBe(true);
  expect(lines.some((line) => line.startsWith("Goes on"))).toBe(true);
});

test("where nobody waits, the run fails with what it met", async () => {
  await using harness = await createHarness({ executor: shortOf("EAGAIN", "submit", 1) });
  const { failure } = await runPackage(harness, cwl, { ledger: value(`${harness.directory}/ledger`) });
  expect(failure?.message).toContain("EAGAIN");
});
