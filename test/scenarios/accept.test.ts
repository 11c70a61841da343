import { expect, test } from "bun:test";
import * as v from "valibot";
import { startServer } from "../support/executable.ts";
import { deployCwl, submit, untilFinished } from "../support/jobs.ts";
import { shellTool } from "../support/shell-tool.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const StoppingSchema = v.looseObject({ message: v.literal("Stopping"), commits: v.number(), writes: v.number() });

/** What the server's last line tells of its writes. */
function writesOf(talk: string): v.InferOutput<typeof StoppingSchema> {
  const lines = talk.split("\n").filter((line) => line.startsWith("{"));
  const found = lines.map((line) => v.safeParse(StoppingSchema, JSON.parse(line))).find((parsed) => parsed.success);
  if (found === undefined || !found.success) throw new Error(`No line about the end in ${talk}`);
  return found.output;
}

test("two thousand submissions at once are all accepted, and share commits", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path);
  const jobs = await Promise.all(
    Array.from({ length: 2000 }, (_, index) => submit(server.url, "echo", { text: `text ${index}` })),
  );
  expect(new Set(jobs).size).toBe(2000);
  for (const job of jobs) await untilFinished(server.url, job);
  await server.stop();
  const { commits, writes } = writesOf(server.talk());
  // Acceptance and end are a write each; one claims many.
  expect(writes).toBeGreaterThanOrEqual(2 * 2000);
  expect(commits).toBeLessThan(writes / 3);
}, 60_000);

test("a client that goes away does not stop the job that it waits for", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path);
  await deployCwl(server.url, "tool", shellTool("sleep 1; echo hello"));
  const gone = new AbortController();
  const answer = fetch(`${server.url}/processes/tool/execution`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ inputs: { ledger: "" } }),
    signal: gone.signal,
  }).then(
    () => "answered",
    () => "given up",
  );
  const JobsSchema = v.looseObject({ jobs: v.array(v.looseObject({ jobID: v.string() })) });
  let job: string | undefined;
  while (job === undefined) {
    const { jobs } = v.parse(JobsSchema, await (await fetch(`${server.url}/jobs?status=running`)).json());
    job = jobs[0]?.jobID;
  }
  gone.abort();
  expect(await answer).toBe("given up");
  expect((await untilFinished(server.url, job)).at(-1)?.status).toBe("successful");
}, 20_000);
