import { expect, test } from "bun:test";
import { formEntries } from "../../support/browser-form.ts";
import { address, jsonOf, openService, type Service } from "../service.ts";

const browser = { accept: "text/html", origin: address };

async function formOf(service: Service, query = "", key?: string): Promise<FormData> {
  const options = { headers: browser, ...(key === undefined ? {} : { key }) };
  const page = await service.send("GET", `/processes/echo${query}`, options);
  expect(page.status).toBe(200);
  return formEntries(await page.text(), { name: "~do", value: "run" });
}

function send(service: Service, form: FormData, key?: string): Promise<Response> {
  const options = { headers: browser, body: form, ...(key === undefined ? {} : { key }) };
  return service.send("POST", "/processes/echo/form", options);
}

function jobOf(response: Response): string {
  expect(response.status).toBe(303);
  return (response.headers.get("location") ?? "").replace("?f=html", "");
}

test("title, tags, outputs and priority of the form go with the job, and its Run again fills them in", async () => {
  await using service = await openService({ holdsJobs: true });
  const form = await formOf(service);
  form.set("/inputs/text", "x");
  form.set("~title", "Kiel");
  form.set("~tags", "mine, other");
  form.append("~output", "text");
  form.set("~priority", "-2");
  const job = jobOf(await send(service, form));
  expect(await jsonOf(await service.send("GET", job))).toMatchObject({
    title: "Kiel",
    priority: -2,
    tags: ["mine", "other", "local", "application", "async"],
  });
  expect(await jsonOf(await service.send("GET", `${job}/inputs`))).toMatchObject({ outputs: { text: {} } });
  const again = await formOf(service, `?from=${job.split("/").at(-1)}`);
  const names = ["/inputs/text", "~title", "~tags", "~priority"];
  expect(names.map((name) => again.get(name))).toEqual(["x", "Kiel", "mine, other", "-2"]);
  expect(again.getAll("~output")).toEqual(["text"]);
  expect(again.get("~mode")).toBe("");
});

test("a job that is waited for has ended on the page that comes", async () => {
  await using service = await openService();
  const form = await formOf(service);
  form.set("/inputs/text", "x");
  form.set("~mode", "sync");
  const job = jobOf(await send(service, form));
  expect(await jsonOf(await service.send("GET", job))).toMatchObject({
    status: "successful",
    tags: ["local", "application", "sync"],
  });
  expect((await formOf(service, `?from=${job.split("/").at(-1)}`)).get("~mode")).toBe("sync");
});

test("where runs that are waited for are no jobs, none is offered to be", async () => {
  await using service = await openService({ settings: { syncJobs: "never" } });
  expect((await formOf(service)).has("~mode")).toBe(false);
});

test("each fault of what stands besides the inputs is beside its field, and all that was typed is kept", async () => {
  await using service = await openService({ holdsJobs: true });
  const runner = await service.createKey("runner", "rudi");
  const typed = {
    "/inputs/text": "x",
    "~title": "x".repeat(201),
    "~priority": "11",
    "~success": "ftp://a.example/",
    "~mail": "rudi@a.example",
  };
  const form = await formOf(service, "", runner);
  expect(form.has("~mail")).toBe(false);
  for (const [name, value] of Object.entries(typed)) form.set(name, value);
  const answer = await send(service, form, runner);
  expect(answer.status).toBe(422);
  const html = await answer.text();
  for (const name of ["~title", "~priority", "~success"]) {
    expect([name, html]).toEqual([name, expect.stringContaining(`href="#${name}"`)]);
    expect(html.split(`<label for="${name}">`)[1]?.split("</div>")[0]).toContain('class="fault"');
  }
  const kept = formEntries(html);
  for (const name of ["/inputs/text", "~title", "~priority", "~success"]) {
    expect(kept.get(name)).toBe(Object(typed)[name]);
  }
  expect((await jsonOf(await service.send("GET", "/jobs", { key: runner }))).jobs).toEqual([]);
});

test("a priority above that of the role is refused beside its field", async () => {
  await using service = await openService({ holdsJobs: true });
  const runner = await service.createKey("runner", "rudi");
  const form = await formOf(service, "", runner);
  form.set("/inputs/text", "x");
  form.set("~priority", "5");
  const answer = await send(service, form, runner);
  expect(answer.status).toBe(422);
  expect((await answer.text()).split('<label for="~priority">')[1]).toContain("at most 0 for role &quot;runner&quot;");
});

test("the request of a job fills no form of who may not read the job", async () => {
  await using service = await openService({ holdsJobs: true });
  const [one, other] = await Promise.all([service.createKey("runner", "one"), service.createKey("runner", "other")]);
  const form = await formOf(service, "", one);
  form.set("/inputs/text", "private words");
  const job = jobOf(await send(service, form, one));
  const path = `/processes/echo?from=${job.split("/").at(-1)}`;
  const page = await service.send("GET", path, { headers: browser, key: other });
  expect(page.status).toBe(200);
  const html = await page.text();
  expect(html).toContain("no job");
  expect(html).not.toContain("private words");
  // Nor of a stranger, who sees the process.
  expect(await (await service.send("GET", path, { headers: browser })).text()).not.toContain("private words");
});

test("inputs of a job of another process that this one does not have are told", async () => {
  await using service = await openService({ holdsJobs: true });
  const inputs = encodeURIComponent(JSON.stringify({ text: "x", depth: 1 }));
  const page = await service.send("GET", `/processes/echo?inputs=${inputs}`, { headers: browser });
  expect(await page.text()).toContain("/inputs/depth was left out");
});

test("what is not the fault of a field is told on the page, too, with all that was typed", async () => {
  await using service = await openService({ holdsJobs: true, settings: { quotas: { queued: 1 } } });
  const form = await formOf(service);
  form.set("/inputs/text", "first");
  jobOf(await send(service, form));
  form.set("/inputs/text", "second");
  const answer = await send(service, form);
  expect(answer.status).toBe(429);
  expect(answer.headers.get("retry-after")).not.toBeNull();
  const html = await answer.text();
  expect(html).toContain('role="alert"');
  expect(formEntries(html).get("/inputs/text")).toBe("second");
});
