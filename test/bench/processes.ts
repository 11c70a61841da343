// Prints how long a page of the process list takes when many processes are deployed.
// Usage: bun test/bench/processes.ts [PROCESSES]
import { join } from "node:path";
import * as v from "valibot";
import { silentLogger } from "../../src/domain/logger.ts";
import { echo } from "../../src/engines/builtin/echo.ts";
import { openDatabase } from "../../src/store/database/database.ts";
import { saveProcess } from "../../src/store/processes/processes.ts";
import { realClock } from "../support/real-clock.ts";
import { startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const count = Number(process.argv[2] ?? 10_000);
const ListSchema = v.looseObject({
  processes: v.array(v.unknown()),
  links: v.array(v.looseObject({ rel: v.string(), href: v.string() })),
});

await using folder = await temporaryDirectory();
{
  await using database = await openDatabase({
    file: join(folder.path, "heddle.db"),
    clock: realClock,
    logger: silentLogger,
  });
  const ids = Array.from({ length: count }, (_, number) => `process-${String(number).padStart(6, "0")}`);
  await Promise.all(
    ids.map((id) =>
      saveProcess(
        database,
        {
          id,
          revision: `sha256:${id}`,
          description: { ...echo.description, id, title: `Process ${id}`, description: "What it does. ".repeat(20) },
          definition: { kind: "builtin", name: "echo" },
          isWorkflow: false,
          isMutable: true,
          visibility: "public",
          fileInputs: [],
        },
        realClock.now(),
        { replace: false },
      ),
    ),
  );
}
const started = performance.now();
await using server = await startServer(folder.path);
console.log(`start with ${count} processes: ${(performance.now() - started).toFixed(0)} ms`);
for (const query of [
  "q=process+does&limit=100",
  "q=nothing-has-this&limit=100",
  "keyword=test&limit=100",
  "sortby=title&limit=100",
  "sortby=-updated&limit=100&after=process-000100",
  "statistics=true&limit=100",
]) {
  await printTimes(`/processes?${query}`);
}
await printTimes("/api");
await printTimes("/processes/process-000001/api");
for (const limit of [100, 1000]) {
  const times: number[] = [];
  let seen = 0;
  let url: string | undefined = `${server.url}/processes?limit=${limit}`;
  while (url !== undefined) {
    const asked = performance.now();
    const text = await (await fetch(url)).text();
    times.push(performance.now() - asked);
    const page: v.InferOutput<typeof ListSchema> = v.parse(ListSchema, JSON.parse(text));
    seen += page.processes.length;
    url = page.links.find((link) => link.rel === "next")?.href;
  }
  times.sort((one, other) => one - other);
  const middle = times[Math.floor(times.length / 2)];
  console.log(
    `GET /processes?limit=${limit}: ${times.length} pages, ${seen} processes, median ${middle?.toFixed(1)} ms, most ${times.at(-1)?.toFixed(1)} ms`,
  );
}

/** Prints how long one request takes, and how long its answer is. */
async function printTimes(path: string): Promise<void> {
  const times: number[] = [];
  let length = 0;
  for (let index = 0; index < 20; index += 1) {
    const asked = performance.now();
    length = (await (await fetch(`${server.url}${path}`)).arrayBuffer()).byteLength;
    times.push(performance.now() - asked);
  }
  times.sort((one, other) => one - other);
  console.log(`GET ${path}: median ${times[10]?.toFixed(1)} ms, most ${times[19]?.toFixed(1)} ms, ${length} bytes`);
}
