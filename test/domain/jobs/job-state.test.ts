import { expect, test } from "bun:test";
import { isFinished, jobMoves, jobStatuses } from "../../../src/domain/jobs/job-state.ts";

test("A finished job is left by retry and discard only", () => {
  const leaving = Object.entries(jobMoves).filter(([, { from }]) => from.some((status) => isFinished(status)));
  expect(leaving.map(([name]) => name).sort()).toEqual(["discard", "retry"]);
});

test("Every state but accepted is reached by a move from another one", () => {
  const reached = new Set(Object.values(jobMoves).map((move) => move.to));
  expect([...reached].sort()).toEqual([...jobStatuses].sort());
});

test("Only running jobs end by themselves", () => {
  expect(jobMoves.succeed.from).toEqual(["running"]);
  expect(jobMoves.fail.from).toEqual(["running"]);
});
