import { test } from "bun:test";
import { findBubblewrap } from "../../src/executors/sandbox/bubblewrap.ts";
import { describeExecutorContract } from "./contract.ts";
import { createFakeRemoteExecutor, pathAway } from "./fake-remote-executor.ts";

const bubblewrap = findBubblewrap();

if (bubblewrap.kind === "missing") test.skip(`an executor without a shared disk: ${bubblewrap.reason}`, () => {});
else {
  describeExecutorContract("an executor without a shared disk", createFakeRemoteExecutor, {
    hasView: true,
    really: pathAway,
  });
}
