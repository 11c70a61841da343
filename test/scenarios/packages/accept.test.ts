import { expect, test } from "bun:test";
import { join } from "node:path";
import * as v from "valibot";
import { deployCwl, readStatus, submit, untilFinished } from "../../support/jobs.ts";
import { shellTool } from "../../support/packages/shell-tool.ts";
import { startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

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

test("an Idempotency-Key makes a submission that is repeated, at once or after a restart, one job", async () => {
  await using folder = await temporaryDirectory();
  const [data, ledger] = [join(folder.path, "data"), join(folder.path, "ledger")];
  const before = await startServer(data);
  await deployCwl(before.url, "tool", shellTool('echo x >>"$LEDGER"'));
  const send = (url: string, inputs: unknown) =>
    fetch(`${url}/processes/tool/execution`, {
      method: "POST",
      headers: { "content-type": "application/json", prefer: "respond-async", "idempotency-key": "one" },
      body: JSON.stringify({ inputs }),
    });
  const answers = await Promise.all(Array.from({ length: 20 }, () => send(before.url, { ledger })));
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
  const ids = new Set(await Promise.all(answers.map(async (answer) => (await readStatus(answer)).jobID)));
  expect(ids.size).toBe(1);
  expect(new Set(answers.map(({ headers }) => headers.get("location"))).size).toBe(1);
  const [job = ""] = ids;
  await untilFinished(before.url, job);
  await before.stop("SIGKILL");
  await using after = await startServer(data);
  const again = await send(after.url, { ledger });
  expect([again.status, (await readStatus(again)).jobID]).toEqual([201, job]);
  const other = await send(after.url, { ledger: `${ledger}.other` });
  expect([other.status, await other.json()]).toMatchObject([422, { title: "Idempotency conflict" }]);
  expect(await Bun.file(ledger).text()).toBe("x\n");
});

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
