import { expect, test } from "bun:test";
import { openService, type Service } from "../service.ts";

function execute(service: Service, query: string, body: unknown): Promise<Response> {
  const headers = { "idempotency-key": "once" };
  return service.send("POST", `/processes/echo/execution?${query}`, { headers, body });
}

async function jobCount(service: Service): Promise<number> {
  return JSON.parse(await (await service.send("GET", "/jobs")).text()).jobs.length;
}

const request = {
  inputs: { text: { value: "x" }, number: 1, bbox: { bbox: [1, 2, 3, 4] }, image: { href: "data:,eA==" } },
  outputs: { text: { transmissionMode: "value" } },
  heddle: { priority: 2 },
};
const understood = {
  process: "echo",
  inputs: {
    text: "x",
    number: 1,
    bbox: { bbox: [1, 2, 3, 4], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84" },
    image: { href: "data:,eA==" },
  },
  outputs: { text: { transmissionMode: "value" } },
  mode: "sync",
  heddle: { priority: 2 },
};

test("a dry run answers the request as it was understood, and neither runs nor stores anything", async () => {
  await using service = await openService();
  const response = await execute(service, "dryRun=true", request);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual(understood);
  expect(await jobCount(service)).toBe(0);
});

test("what a dry run answers is itself a request that means the same", async () => {
  await using service = await openService();
  expect(await (await execute(service, "dryRun=true", understood)).json()).toEqual(understood);
});

test("a dry run names all outputs where the request named none", async () => {
  await using service = await openService();
  const { outputs } = JSON.parse(await (await execute(service, "dryRun=true", { inputs: { text: "x" } })).text());
  expect(Object.keys(outputs)).toContain("number");
});

test("a dry run answers all faults at once", async () => {
  await using service = await openService();
  const response = await execute(service, "dryRun=true", {
    inputs: { number: "many", other: 1 },
    outputs: { nothing: {} },
  });
  expect(response.status).toBe(400);
  const { errors } = JSON.parse(await response.text());
  const pointers = errors.map((error: { pointer: string }) => error.pointer);
  for (const pointer of ["/inputs/text", "/inputs/number", "/inputs/other", "/outputs/nothing"])
    expect(pointers).toContain(pointer);
  expect(await jobCount(service)).toBe(0);
});

test("a dry run by query answers the same", async () => {
  await using service = await openService();
  const response = await service.send(
    "GET",
    "/processes/echo/execution?text=x&number=1&dryRun=true&prefer=respond-async",
  );
  expect(await response.json()).toMatchObject({ inputs: { text: "x", number: 1 }, mode: "async" });
  expect(await jobCount(service)).toBe(0);
});

test("a value that is neither true nor false starts no job", async () => {
  await using service = await openService();
  expect((await execute(service, "dryRun=yes", request)).status).toBe(400);
  expect(await jobCount(service)).toBe(0);
});

test("dryRun=false executes", async () => {
  await using service = await openService();
  expect((await execute(service, "dryRun=false", { inputs: { text: "x" } })).status).toBe(200);
  expect(await jobCount(service)).toBe(1);
});

test("a dry run repeats whom to tell, and tells nobody", async () => {
  await using service = await openService();
  const subscriber = { successUri: "https://example.org/ok?a=1", failedUri: "https://example.org/bad" };
  const response = await execute(service, "dryRun=true", { inputs: { text: "x" }, subscriber });
  expect(await response.json()).toMatchObject({ subscriber });
  expect(await jobCount(service)).toBe(0);
});

test("a dry run names the newest own job that ran the same before, and a request with that member means the same", async () => {
  await using service = await openService({ holdsJobs: true });
  const ran = { ...request, mode: "async" };
  const asked = async (body: unknown) => JSON.parse(await (await execute(service, "dryRun=true", body)).text());
  expect(await asked(ran)).not.toHaveProperty("ranBefore");
  const job = JSON.parse(await (await execute(service, "dryRun=false", ran)).text());
  expect(await asked(ran)).not.toHaveProperty("ranBefore");
  await service.finish(job.jobID);
  const { ranBefore, ...same } = await asked(ran);
  expect(ranBefore).toEqual({
    id: job.jobID,
    href: expect.stringMatching(/\/jobs\/[^/]+$/),
    finished: expect.any(String),
  });
  expect(ranBefore.href).toEndWith(`/jobs/${job.jobID}`);
  expect(await asked({ ...same, ranBefore })).toEqual({ ...same, ranBefore });
  expect(await asked({ ...ran, inputs: { ...ran.inputs, number: 2 } })).not.toHaveProperty("ranBefore");
});
