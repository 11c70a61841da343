import { silentLogger } from "../../src/domain/logger.ts";
import { createLocalExecutor } from "../../src/executors/local/local-executor.ts";
import { realClock } from "../support/real-clock.ts";
import { describeExecutorContract } from "./contract.ts";
import { createFlakyExecutor } from "./flaky-executor.ts";

describeExecutorContract("a slow and flaky executor", (layout, capacity = {}) =>
  createFlakyExecutor(createLocalExecutor({ layout, capacity, clock: realClock, logger: silentLogger })),
);
