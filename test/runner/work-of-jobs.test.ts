import { expect, test } from "bun:test";
import * as v from "valibot";
import { startTestApp } from "../support/app.ts";
import { deployCwl, statusOf, submit, until, untilFinished } from "../support/jobs.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const System = v.looseObject({
  works: v.optional(v.unknown()),
  space: v.object({ work: v.array(v.looseObject({ bytes: v.number() })) }),
});
const html = { headers: { accept: "text/html" } };

test("who fills the disk is told: on the page of the job that runs, on the system page, and by what a cancellation frees", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(folder.path);
  const script = "head -c 5000000 /dev/urandom > big; echo PROGRESS 50 half >&2; sleep 60";
  await deployCwl(app.url, "filler", {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    baseCommand: ["sh", "-c", script],
    inputs: {},
    outputs: {},
  });
  const job = await submit(app.url, "filler", {});
  await until("its tool has written", async () => (await statusOf(app.url, job)).progress >= 52);

  const page = await (await fetch(`${app.url}/jobs/${job}`, html)).text();
  expect(page).toMatch(/Its work directory takes 5\.\d MB now\./);
  const read = async () => v.parse(System, await (await fetch(`${app.url}/_/system`)).json());
  const { works, space } = await read();
  expect(works).toBeUndefined();
  expect(space.work).toMatchObject([{ jobID: job, processID: "filler", status: "running" }]);
  expect(space.work[0]?.bytes).toBeGreaterThan(5_000_000);
  const systemPage = await (await fetch(`${app.url}/_/system`, html)).text();
  expect(systemPage).toContain("The jobs with the largest work directories");

  await fetch(`${app.url}/jobs/${job}`, { method: "DELETE" });
  await untilFinished(app.url, job, 10);
  const ended = await (await fetch(`${app.url}/jobs/${job}`, html)).text();
  expect(ended).toMatch(/Its work directory is removed: 5\.\d MB become free\./);
  // What it took is told no more, though no minute has passed.
  await until("it is measured anew", async () => (await read()).space.work.length === 0);
});
