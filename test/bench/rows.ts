import type { Row } from "./row.ts";
import { asynchronous } from "./rows/asynchronous.ts";
import { synchronous } from "./rows/synchronous.ts";
import { tools } from "./rows/tools.ts";

/** All rows, in the order of the table. */
export const rows: readonly Row[] = [synchronous, asynchronous, tools];
