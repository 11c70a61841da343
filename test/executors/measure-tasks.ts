// Prints how many short tools a second go through submit() and ended(): bun test/executors/measure-tasks.ts [tasks] [at once]

import { silentLogger } from "../../src/domain/logger.ts";
import { createLocalExecutor } from "../../src/executors/local/local-executor.ts";
import { realClock } from "../support/real-clock.ts";
import { endOf, executorRig, runTask } from "./contract.ts";

const [count = 1000, atOnce = 2] = process.argv.slice(2).map(Number);
await using rig = await executorRig((layout) =>
  createLocalExecutor({ layout, clock: realClock, logger: silentLogger }),
);
const tasks = await Promise.all(Array.from({ length: count }, () => rig.task("", { command: ["/bin/true"] })));

const submitMilliseconds: number[] = [];
const began = performance.now();
const queue = tasks.values();
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (const task of queue) {
      const before = performance.now();
      await rig.executor.submit(task);
      submitMilliseconds.push(performance.now() - before);
      await endOf(rig.executor, task.key);
    }
  }),
);
const seconds = (performance.now() - began) / 1000;
submitMilliseconds.sort((a, b) => a - b);
const percentile = (share: number) => submitMilliseconds[Math.floor(count * share)]?.toFixed(1);
console.log(
  `${count} x /bin/true, ${atOnce} at once: ${Math.round(count / seconds)} tasks/s, submit p50 ${percentile(0.5)} ms, p99 ${percentile(0.99)} ms`,
);
const last = tasks.at(-1);
if (last !== undefined) await runTask(rig.executor, last);
