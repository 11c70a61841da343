import { expect, test } from "bun:test";
import { claimJobs, findJob, finishJob, recordJob } from "../../../src/store/jobs/jobs.ts";
import { openService, type Service } from "../service.ts";

const html = { accept: "text/html" };
const tool = { class: "CommandLineTool", baseCommand: "true", inputs: { x: "string" }, outputs: { y: "stdout" } };
const workflow = {
  cwlVersion: "v1.2",
  class: "Workflow",
  id: "flow",
  requirements: { StepInputExpressionRequirement: {} },
  inputs: { word: "string" },
  outputs: { out: { type: "File", outputSource: "second/y" } },
  steps: {
    first: { run: tool, in: { x: "word" }, out: ["y"] },
    second: { run: tool, in: { x: { source: "first/y", valueFrom: "<b>" } }, out: ["y"] },
  },
};

async function deploy(service: Service): Promise<void> {
  const headers = { "content-type": "application/cwl+json" };
  const response = await service.send("POST", "/processes", { headers, body: workflow });
  expect(response.status).toBe(201);
}

async function pageOf(service: Service, path: string, key?: string): Promise<string> {
  const options = { headers: html, ...(key === undefined ? {} : { key }) };
  const page = await service.send("GET", path, options);
  expect(page.status).toBe(200);
  return page.text();
}

/** Lists the words of the boxes of a page's drawing. */
function boxesOf(page: string): readonly string[] {
  return [...page.matchAll(/<g class="graph-box[^"]*"><title>([^<]*)<\/title>/g)].map(([, words = ""]) => words);
}

test("the page of a workflow draws its inputs, steps and outputs, and says the same in words", async () => {
  await using service = await openService();
  await deploy(service);
  const page = await pageOf(service, "/processes/flow");
  expect(boxesOf(page)).toEqual(["Input word", "Step first", "Step second", "Output out"]);
  expect(page).toContain('aria-label="A workflow of 2 steps; the list below says the same"');
  expect(page).toContain(
    "<li>Step second; takes from first<details><summary>Its tool</summary><dl><dt>Command</dt>" +
      '<dd class="programs">true</dd><dt>Takes</dt><dd class="programs">x</dd><dt>Gives</dt><dd class="programs">y</dd>',
  );
  const kinds = [...page.matchAll(/<text class="graph-kind"[^>]*>([^<]*)</g)].map(([, kind]) => kind);
  expect(kinds).toEqual(["input", "step", "step", "output"]);
  expect(page).toContain('href="#workflow"');
  expect(await pageOf(service, "/processes/echo")).not.toContain("<svg");
});

test("a workflow is drawn only for who may read its package", async () => {
  await using service = await openService();
  await deploy(service);
  const [viewer, runner] = [await service.createKey("viewer", "v"), await service.createKey("runner", "r")];
  expect(await pageOf(service, "/processes/flow")).not.toContain("<svg");
  expect(await pageOf(service, "/processes/flow", viewer)).not.toContain("<svg");
  expect(await pageOf(service, "/processes/flow", runner)).toContain("<svg");
  // Who does not see it is told so, and how one comes to see it.
  const closed = /What it does inside, [^<]* is shown to who may run processes\. <a href="[^"]*sign-in[^"]*">Sign in/;
  expect(await pageOf(service, "/processes/flow")).toMatch(closed);
  expect(await pageOf(service, "/processes/flow", viewer)).toMatch(closed);
  expect(await pageOf(service, "/processes/flow", runner)).not.toMatch(closed);
  expect(await pageOf(service, "/processes/echo")).not.toMatch(closed);
});

test("the page of a job draws how far each step is, and which failed", async () => {
  await using service = await openService({ holdsJobs: true });
  await deploy(service);
  const headers = { prefer: "respond-async" };
  const made = await service.send("POST", "/processes/flow/execution", { headers, body: { inputs: { word: "x" } } });
  const id = JSON.parse(await made.text()).jobID;
  const states = async () => boxesOf(await pageOf(service, `/jobs/${id}`)).filter((words) => words.startsWith("Step"));
  expect(await states()).toEqual(["Step first, waiting", "Step second, waiting"]);
  const executionId = crypto.randomUUID();
  const event = { at: 1, kind: "stage", status: "running", stage: "setup", progress: 1, message: "Job setup" } as const;
  await claimJobs(service.database, [{ jobId: id, executionId, moveId: id, event }], 1);
  expect(await states()).toEqual(["Step first, running", "Step second, waiting"]);
  const progress = { at: 2, events: [], progress: 20, stage: "monitorLoop", message: "Running" } as const;
  const { fence = 0 } = (await findJob(service.database, id)) ?? {};
  const execution = { id: executionId, checkpoint: { key: "first", value: {} } };
  expect(await recordJob(service.database, { ...progress, jobId: id, fence, execution })).toBe(true);
  expect(await states()).toEqual(["Step first, done", "Step second, running"]);
  const outcome = { status: "failed", results: {}, failure: { message: "It broke.", step: "second" } } as const;
  const end = { ...progress, jobId: id, executionId, fence, moveId: "end", outcome, executionEnded: true };
  expect(await finishJob(service.database, end)).toBe(true);
  expect(await states()).toEqual(["Step first, done", "Step second, failed"]);
});
