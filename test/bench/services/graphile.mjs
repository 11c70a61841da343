// Keeps COUNT jobs in PostgreSQL, 16 at a time, and runs them with 16 workers of graphile-worker; then prints how many
// seconds it took. Usage: node graphile.mjs CONNECTION COUNT, in a directory whose node_modules has the package.
import { createRequire } from "node:module";
import { join } from "node:path";

const { Logger, makeWorkerUtils, run } = createRequire(join(process.cwd(), "package.json"))("graphile-worker");
const [connectionString, count] = [process.argv[2], Number(process.argv[3])];
const utils = await makeWorkerUtils({ connectionString });
await utils.migrate();

let done = 0;
let tellAll = () => {};
const all = new Promise((resolve) => {
  tellAll = resolve;
});

const runner = await run({
  connectionString,
  concurrency: 16,
  maxPoolSize: 20,
  logger: new Logger(() => () => {}),
  taskList: {
    echo: async () => {
      done += 1;
      if (done === count) tellAll();
    },
  },
});
const started = performance.now();
let next = 0;
const submit = async () => {
  while (next < count) {
    const n = next;
    next += 1;
    await utils.addJob("echo", { text: `job ${n}` });
  }
};
await Promise.all([...Array.from({ length: 16 }, submit), all]);
console.log((performance.now() - started) / 1000);
await runner.stop();
await utils.release();
