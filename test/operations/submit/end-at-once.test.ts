import { expect, test } from "bun:test";
import { join } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import { openDatabase } from "../../../src/store/database/database.ts";
import { startTestApp } from "../../support/app.ts";
import { realClock } from "../../support/real-clock.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

type Request = {
  readonly name: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly writes: "one" | "more";
};

const reference = { href: "data:text/plain,hello", type: "text/plain" };
const subscriber = { successUri: "http://127.0.0.1:1/", failedUri: "http://127.0.0.1:1/" };

/** Which executions of `echo` are one write: those whose job nobody is told of before its end. */
const requests: readonly Request[] = [
  { name: "a synchronous one", writes: "one" },
  { name: "one whose client waits", headers: { prefer: "wait=10" }, writes: "one" },
  { name: "one with tags and a priority", body: { tags: ["a"], heddle: { priority: 1 } }, writes: "one" },
  { name: "an asynchronous one", headers: { prefer: "respond-async" }, writes: "more" },
  { name: "one that does not wait", headers: { prefer: "wait=0" }, writes: "more" },
  { name: "one with a key", headers: { "idempotency-key": "one" }, writes: "more" },
  { name: "one with subscribers", body: { subscriber }, writes: "more" },
  { name: "one with a reference", body: { inputs: { text: reference } }, writes: "more" },
  { name: "one with long inputs", body: { inputs: { text: "x".repeat(40_000) } }, writes: "more" },
  { name: "one that takes longer", body: { inputs: { text: "hello", pause: 0.1 } }, writes: "more" },
];

/** Tells the job of an answer. */
function jobIdOf({ headers }: Response): string {
  const link = /<([^>]*)>; rel="monitor"/.exec(headers.get("link") ?? "")?.[1];
  const address = headers.get("location") ?? link ?? "";
  return address.slice(address.lastIndexOf("/") + 1);
}

/** Counts the writes that told something of a job: the events of one are one row. */
async function writesOf(data: string, jobId: string): Promise<number> {
  await using database = await openDatabase({ file: join(data, "heddle.db"), clock: realClock, logger: silentLogger });
  return (await database.read({ sql: "SELECT number FROM job_events WHERE job_id = ?", args: [jobId] })).length;
}

test.each(requests)("of executions of a built-in process, $name is $writes", async (request) => {
  const { headers, body, writes } = request;
  await using dir = await temporaryDirectory();
  let jobId: string;
  {
    await using app = await startTestApp(dir.path, { allowFetch: ["127.0.0.1"] });
    const answer = await fetch(`${app.url}/processes/echo/execution`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ inputs: { text: "hello" }, ...body }),
    });
    expect(answer.ok).toBe(true);
    jobId = jobIdOf(answer);
    expect((await fetch(`${app.url}/jobs/${jobId}`)).status).toBe(200);
  }
  const found = await writesOf(dir.path, jobId);
  expect(writes === "one" ? found === 1 : found > 1).toBe(true);
});

test("a synchronous WPS request is one write, unless its response is stored", async () => {
  await using dir = await temporaryDirectory();
  const counts: number[] = [];
  for (const more of ["", "&storeExecuteResponse=true"]) {
    const data = join(dir.path, `data${counts.length}`);
    {
      await using app = await startTestApp(data);
      const query = "version=1.0.0&request=Execute&identifier=echo&DataInputs=text=hello";
      const answer = await fetch(`${app.url}/wps?service=WPS&${query}${more}`);
      expect(await answer.text()).toContain("ProcessSucceeded");
    }
    await using database = await openDatabase({
      file: join(data, "heddle.db"),
      clock: realClock,
      logger: silentLogger,
    });
    counts.push((await database.read({ sql: "SELECT number FROM job_events", args: [] })).length);
  }
  expect(counts).toEqual([1, 3]);
});

test("where each job has files, a synchronous one is written before it runs", async () => {
  await using dir = await temporaryDirectory();
  let jobId: string;
  {
    await using app = await startTestApp(dir.path, { jobFiles: "always" });
    const answer = await fetch(`${app.url}/processes/echo/execution`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ inputs: { text: "hello" } }),
    });
    jobId = jobIdOf(answer);
  }
  expect(await writesOf(dir.path, jobId)).toBeGreaterThan(2);
});
