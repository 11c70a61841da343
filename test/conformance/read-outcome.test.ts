import { describe, expect, test } from "bun:test";
import { readOutcome } from "./read-outcome.ts";

const two = "Test [1/2] one: says hello\n\nTest [2/2] two: should fail\n\n";

describe("readOutcome()", () => {
  test("counts a test that should have failed and did not, whatever the report says of it", () => {
    const talk = `${two}Test 2 failed: runner two.cwl\nReturned zero but it should be non-zero\n1 tests passed, 1 failures, 0 unsupported features\n`;
    expect(readOutcome(talk, 1)).toEqual({ passed: 1, failed: 1, unsupported: 0, failing: ["two"] });
  });

  test("reads how a suite ended that has no failure", () => {
    expect(readOutcome(`${two}All tests passed\n`, 0)).toEqual({ passed: 2, failed: 0, unsupported: 0, failing: [] });
    const some = readOutcome(`${two}1 tests passed, 1 unsupported features\n`, 0);
    expect(some).toEqual({ passed: 1, failed: 0, unsupported: 1, failing: [] });
  });

  test("knows nothing where the runner did not come to its end, or its exit code says otherwise", () => {
    expect(readOutcome(two, 1)).toBeUndefined();
    expect(readOutcome(`${two}All tests passed\n`, 1)).toBeUndefined();
    expect(readOutcome(`${two}1 tests passed, 1 failures, 0 unsupported features\n`, 0)).toBeUndefined();
  });
});
