import { expect, test } from "bun:test";
import { address, openService, type Service } from "../service.ts";

const html = { accept: "text/html" };
const title = "Flood <b>map</b> of Kiel";

async function submit(service: Service, body: object): Promise<string> {
  const headers = { prefer: "respond-async" };
  const response = await service.send("POST", "/processes/echo/execution", { headers, body });
  expect(response.status).toBe(201);
  return JSON.parse(await response.text()).jobID;
}

async function read(service: Service, path: string) {
  return JSON.parse(await (await service.send("GET", path)).text());
}

test("a job has the title of its request: in its status, in lists, in its request again, and on the pages", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submit(service, { inputs: { text: "x" }, title: `  ${title} ` });
  expect((await read(service, `/jobs/${id}`)).title).toBe(title);
  expect((await read(service, "/jobs")).jobs[0].title).toBe(title);
  expect((await read(service, `/jobs/${id}/inputs`)).title).toBe(title);
  const shown = "Flood &lt;b&gt;map&lt;/b&gt; of Kiel";
  const page = await (await service.send("GET", `/jobs/${id}`, { headers: html })).text();
  expect(page).toContain(`<h1>${shown}</h1>`);
  const list = await (await service.send("GET", "/jobs", { headers: html })).text();
  expect(list).toContain(`title="${id}">${shown}, <code>${id.slice(-8)}</code></a>`);
  for (const one of [page, list]) expect(one).not.toContain("<b>map");
});

test("words of the title find a job that has ended", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submit(service, { inputs: { text: "x" }, title });
  const other = await submit(service, { inputs: { text: "x" } });
  for (const one of [id, other]) await service.finish(one);
  const { jobs } = await read(service, "/jobs?q=kiel");
  expect(jobs.map(({ jobID }: { readonly jobID: string }) => jobID)).toEqual([id]);
});

test("a retry keeps the title", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submit(service, { inputs: { text: "x" }, title });
  await service.finish(id, { failure: { message: "It broke." } });
  const headers = { "content-type": "application/x-www-form-urlencoded", origin: address };
  expect((await service.send("POST", `/jobs/${id}/retry-form`, { headers, body: "" })).status).toBe(303);
  expect((await read(service, `/jobs/${id}`)).title).toBe(title);
});

test("a dry run answers the title as it was understood", async () => {
  await using service = await openService();
  const body = { inputs: { text: "x" }, title };
  const response = await service.send("POST", "/processes/echo/execution?dryRun=true", { body });
  expect(JSON.parse(await response.text()).title).toBe(title);
});

const wrong = { "no text": 5, empty: "  ", long: "x".repeat(201), "two lines": "a\nb" };

test.each(Object.entries(wrong))("a title that is %s is refused, and nothing is stored", async (_, given) => {
  await using service = await openService({ holdsJobs: true });
  const body = { inputs: { text: "x" }, title: given };
  const response = await service.send("POST", "/processes/echo/execution", { body });
  expect(response.status).toBe(400);
  const { errors } = JSON.parse(await response.text());
  expect(errors).toMatchObject([{ pointer: "/title" }]);
  expect(errors[0].detail).toEndWith("wanted one line of text, of at most 200 characters");
  expect((await read(service, "/jobs")).jobs).toEqual([]);
});
