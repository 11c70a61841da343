// Plays a server that submits one task and waits for its end, until it is killed.

import { silentLogger } from "../../../src/domain/logger.ts";
import { createLocalExecutor } from "../../../src/executors/local/local-executor.ts";
import { createLayout } from "../../../src/files/layout.ts";
import { realClock } from "../../support/real-clock.ts";

const { dataDirectory, task } = JSON.parse(process.argv[2] ?? "{}");
const executor = createLocalExecutor({ layout: createLayout(dataDirectory), clock: realClock, logger: silentLogger });
await executor.submit(task);
await executor.ended(task.key, new AbortController().signal);
