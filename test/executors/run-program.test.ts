import { expect, test } from "bun:test";
import { runProgram } from "../../src/executors/run-program.ts";

const environment = { PATH: "/usr/bin:/bin" };

test("a program that was run tells what it wrote and how it ended", async () => {
  const end = await runProgram(["/bin/sh", "-c", "echo out; echo talk >&2; exit 3"], environment, 10_000);
  expect(end).toEqual({ exitCode: 3, out: "out\n", talk: "talk\n" });
});

test("a program that would run on is killed at the limit, or at the signal", async () => {
  const atLimit = await runProgram(["/bin/sleep", "60"], environment, 50);
  expect(atLimit.exitCode).not.toBe(0);
  const stopping = new AbortController();
  const running = runProgram(["/bin/sleep", "60"], environment, 60_000, stopping.signal);
  stopping.abort();
  expect((await running).exitCode).not.toBe(0);
});
