import type { Row } from "./row.ts";
import { asynchronous } from "./rows/asynchronous.ts";
import { cwl } from "./rows/cwl.ts";
import { growth } from "./rows/growth.ts";
import { latency } from "./rows/latency.ts";
import { queue } from "./rows/queue.ts";
import { reads } from "./rows/reads.ts";
import { start } from "./rows/start.ts";
import { synchronous } from "./rows/synchronous.ts";
import { tools } from "./rows/tools.ts";
import { upload } from "./rows/upload.ts";
import { watchers } from "./rows/watchers.ts";

/** All rows, in the order of the table. */
export const rows: readonly Row[] = [
  start,
  synchronous,
  asynchronous,
  queue,
  reads,
  tools,
  latency,
  cwl,
  growth,
  watchers,
  upload,
];
