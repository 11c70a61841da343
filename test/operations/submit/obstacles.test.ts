import { expect, test } from "bun:test";
import { refusedExecution } from "../../../src/domain/people/wanted-key.ts";
import type { Process } from "../../../src/domain/processes/process.ts";
import { echo } from "../../../src/engines/builtin/echo.ts";
import { createFindObstacle } from "../../../src/operations/submit/obstacles.ts";
import { finishJob } from "../../../src/store/jobs/jobs.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { insertRunningJob, openTestDatabase, startOfTest } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

function processOf(id: string, definition: Process["definition"]): Process {
  const base = { revision: `sha256:${id}`, description: echo.description, isWorkflow: false, isMutable: true } as const;
  return { ...base, id, definition, visibility: "public", fileInputs: [] };
}

/** A tool; `inside` stands beside its inputs. */
function toolOf(id: string, inside: object = {}): Process {
  const document = {
    ...{ cwlVersion: "v1.2", class: "CommandLineTool", id, baseCommand: "true", inputs: {}, outputs: {} },
    ...inside,
  };
  return processOf(id, { kind: "cwl", main: id, document: JSON.parse(JSON.stringify(document)) });
}

const wants = (image: string) => ({ requirements: { DockerRequirement: { dockerPull: image } } });

async function open() {
  const dir = await temporaryDirectory();
  const database = await openTestDatabase(dir.path);
  const clock = fakeClock(startOfTest);
  const asked: string[] = [];
  const missing = new Set(["none:1"]);
  const findObstacle = createFindObstacle({
    ...{ database, clock },
    async lacksImage({ dockerPull }) {
      asked.push(String(dockerPull));
      return missing.has(String(dockerPull)) ? "found no image" : undefined;
    },
  });
  return {
    ...{ database, clock, asked, missing, findObstacle },
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}

test("a process cannot run where an image that it requires is missing, in a tool, a step, or around one", async () => {
  await using held = await open();
  const step = (run: object) => ({ s: { run, in: {}, out: [] } });
  const bare = { class: "CommandLineTool", baseCommand: "true", inputs: {}, outputs: {} };
  const flow = { class: "Workflow", baseCommand: undefined };
  const cases = [
    [toolOf("plain"), undefined],
    [toolOf("there", wants("some:1")), undefined],
    [toolOf("missing", wants("none:1")), "no-image"],
    [toolOf("hint", { hints: { DockerRequirement: { dockerPull: "none:1" } } }), undefined],
    [toolOf("named", { doc: "It has no DockerRequirement: none:1" }), undefined],
    [toolOf("inside", { ...flow, steps: step({ ...bare, ...wants("none:1") }) }), "no-image"],
    [toolOf("around", { ...flow, ...wants("none:1"), steps: step(bare) }), "no-image"],
    [toolOf("closer", { ...flow, ...wants("none:1"), steps: step({ ...bare, ...wants("some:1") }) }), undefined],
    [toolOf("unreadable", { class: "Nothing", ...wants("none:1") }), undefined],
    [processOf("echo", { kind: "builtin", name: "echo" }), undefined],
  ] as const;
  for (const [process, obstacle] of cases) {
    expect([process.id, await held.findObstacle(process)]).toEqual([process.id, obstacle]);
  }
});

test("of a hundred processes with one image it is asked about once, and again after some seconds", async () => {
  await using held = await open();
  const tools = Array.from({ length: 100 }, (_, at) => toolOf(`tool-${at}`, wants("none:1")));
  const found = async () => new Set(await Promise.all(tools.map((tool) => held.findObstacle(tool))));
  await held.findObstacle(toolOf("first", wants("none:1")));
  expect(await found()).toEqual(new Set(["no-image"]));
  expect(held.asked).toEqual(["none:1"]);
  held.missing.clear();
  held.clock.advance(6000);
  expect(await held.findObstacle(toolOf("tool-1", wants("none:1")))).toBeUndefined();
  expect(await found()).toEqual(new Set([undefined]));
  expect(held.asked).toEqual(["none:1", "none:1"]);
});

test("a process of another server cannot run while the provider wants a key", async () => {
  await using held = await open();
  const remote = { kind: "remote", type: "ogc-api-processes", url: "https://other.example", processId: "a" } as const;
  const there = processOf("there", { ...remote, providerId: "lab" });
  expect(await held.findObstacle(there)).toBeUndefined();
  const { jobId, executionId, fence } = await insertRunningJob(held.database, { providerId: "lab" });
  await finishJob(held.database, {
    ...{ jobId, executionId, fence, moveId: "m", at: startOfTest + 5, message: "Job failed" },
    outcome: { status: "failed", results: {}, failure: { message: refusedExecution("no", 401) } },
    ...{ progress: 5, stage: "done", events: [], executionEnded: true },
  });
  held.clock.advance(6000);
  expect(await held.findObstacle(there)).toBe("provider-wants-key");
  expect(await held.findObstacle(processOf("calm", { ...remote, providerId: "calm" }))).toBeUndefined();
  expect(await held.findObstacle(processOf("plain", remote))).toBeUndefined();
});

test("a list does not wait for a container engine that hangs: it is told when it has answered", async () => {
  await using held = await open();
  const answer = Promise.withResolvers<string>();
  const findObstacle = createFindObstacle({ ...held, lacksImage: () => answer.promise });
  const tools = Array.from({ length: 20 }, (_, at) => toolOf(`tool-${at}`, wants(`none:${at}`)));
  for (let again = 0; again < 2; again += 1) {
    for (const tool of tools) expect(await findObstacle(tool)).toBeUndefined();
  }
  answer.resolve("found no engine");
  expect(await Promise.all(tools.map((tool) => findObstacle(tool)))).toEqual(tools.map(() => "no-image"));
});
