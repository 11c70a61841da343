import { describe, expect, test } from "bun:test";
import { claimJobs } from "../../../src/store/jobs/jobs.ts";
import { address, jsonOf, openService, submitEcho } from "../service.ts";

test("a status document holds what both versions of the standard want", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  expect(await jsonOf(await service.send("GET", `/jobs/${id}`))).toEqual({
    jobID: id,
    id,
    type: "process",
    processingEntityType: "ogc-api-processes",
    processID: "echo",
    status: "accepted",
    message: "Job accepted.",
    progress: 0,
    created: "2021-03-02T03:32:41.000Z",
    updated: "2021-03-02T03:32:41.000Z",
    nextPoll: "2021-03-02T03:32:42.000Z",
    queuePosition: 1,
    attempt: 0,
    processRevision: "sha256:echo",
    tags: ["local", "application", "async"],
    links: [
      { href: `${address}/jobs/${id}`, rel: "self", type: "application/json", title: "Status of the job" },
      { href: `${address}/jobs/${id}`, rel: "monitor", type: "application/json", title: "Status of the job" },
      { href: `${address}/jobs/${id}/inputs`, rel: "inputs", type: "application/json", title: "Inputs of the job" },
      {
        href: `${address}/processes/echo@sha256:echo`,
        rel: "describedby",
        type: "application/json",
        title: "The process, in the version that this job ran",
      },
      { href: `${address}/jobs`, rel: "up", type: "application/json", title: "Jobs" },
      {
        href: `${address}/jobs/${id}/prov`,
        rel: "provenance",
        type: "application/json",
        title: "What the job has done so far",
      },
      {
        href: `${address}/jobs/${id}/log`,
        rel: "http://www.opengis.net/def/rel/ogc/1.0/log",
        type: "text/plain",
        title: "Log of the job",
      },
      { href: `${address}/jobs/${id}?f=html`, rel: "alternate", type: "text/html", title: "This document as HTML" },
    ],
  });
});

test("a list tells of each waiting job its place in the queue, and its priority where one was asked for", async () => {
  await using service = await openService({ holdsJobs: true });
  const ids = [await submitEcho(service), await submitEcho(service)];
  const one = await Promise.all(ids.map(async (id) => jsonOf(await service.send("GET", `/jobs/${id}`))));
  const places = new Map(one.map(({ jobID, queuePosition }) => [jobID, queuePosition]));
  expect([...places.values()].toSorted()).toEqual([1, 2]);
  const { jobs } = await jsonOf(await service.send("GET", "/jobs"));
  expect(jobs).toMatchObject(ids.toReversed().map((jobID) => ({ jobID, queuePosition: places.get(jobID) })));
  const html = await (await service.send("GET", "/jobs", { headers: { accept: "text/html" } })).text();
  expect(html).toContain("Waiting for a free slot: it is next");
  expect(html).toContain("Waiting for a free slot: 1 before it");
});

test("a running job shows its stage by name, and the newest progress", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  const event = { at: 1, kind: "stage", status: "running", stage: "setup", progress: 1, message: "Job setup" } as const;
  await claimJobs(service.database, [{ jobId: id, executionId: "e1", moveId: "m1", event }], 1);
  expect(await jsonOf(await service.send("GET", `/jobs/${id}`))).toMatchObject({
    status: "running",
    stage: "setup",
    progress: 1,
  });
  service.database.announce(id, { progress: 42, message: "half of it", stage: "monitorLoop" });
  expect(await jsonOf(await service.send("GET", `/jobs/${id}`))).toMatchObject({
    stage: "monitorLoop",
    progress: 42,
    message: "half of it",
  });
  // The list, and the documents and pages of others, are not behind it.
  expect((await jsonOf(await service.send("GET", "/jobs"))).jobs).toMatchObject([
    { jobID: id, stage: "monitorLoop", progress: 42, message: "half of it" },
  ]);
  const page = { accept: "text/html" };
  expect(await (await service.send("GET", "/jobs", { headers: page })).text()).toContain("42 %");
  expect(await (await service.send("GET", `/jobs/${id}`, { headers: page })).text()).toContain("42 %");
});

test("a failed job shows why, and its results answer the same", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  await service.finish(id, { failure: { message: "Tool failed", exitCode: 2, stage: "monitorLoop", step: "chart" } });
  const status = await jsonOf(await service.send("GET", `/jobs/${id}`));
  const exception = { type: "urn:heddle:problem:job-failed", detail: "Tool failed", exitCode: 2, step: "chart" };
  expect(status).toMatchObject({ status: "failed", exception });
  const results = await service.send("GET", `/jobs/${id}/results`);
  expect(results.status).toBe(500);
  expect(await jsonOf(results)).toMatchObject(exception);
});

test("results of a job that runs are not ready, and of a successful one are linked", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  const early = await service.send("GET", `/jobs/${id}/results`);
  expect(early.status).toBe(404);
  expect((await jsonOf(early)).type).toBe(
    "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/result-not-ready",
  );
  await service.finish(id, { results: { text: { kind: "value", value: "hello" } } });
  const { links } = await jsonOf(await service.send("GET", `/jobs/${id}`));
  expect(links).toContainEqual(expect.objectContaining({ href: `${address}/jobs/${id}/results` }));
  expect(await jsonOf(await service.send("GET", `/jobs/${id}/results`))).toEqual({ text: "hello" });
});

test("one result is read by its id; an unknown one is 400, a missing one 404", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  await service.finish(id, { results: { text: { kind: "value", value: "hello" } } });
  expect(await (await service.send("GET", `/jobs/${id}/results/text`)).text()).toBe("hello");
  const missing = await service.send("GET", `/jobs/${id}/results/number`);
  expect([missing.status, (await jsonOf(missing)).title]).toEqual([404, "Result not available"]);
  const unknown = await service.send("GET", `/jobs/${id}/results/constructor`);
  expect([unknown.status, (await jsonOf(unknown)).title]).toEqual([400, "No such output"]);
});

test.each([
  ["GET", ""],
  ["GET", "/results"],
  ["GET", "/results/text"],
  ["GET", "/log"],
  ["DELETE", ""],
] as const)("%s /jobs/nope%s is 404 for an unknown job", async (method, path) => {
  await using service = await openService();
  const response = await service.send(method, `/jobs/nope${path}`);
  const type = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-job";
  expect([response.status, (await jsonOf(response)).type]).toEqual([404, type]);
});

test("jobs are listed newest first, in pages that next links join", async () => {
  await using service = await openService({ holdsJobs: true });
  const ids: string[] = [];
  for (let count = 0; count < 5; count += 1) {
    ids.unshift(await submitEcho(service));
    service.clock.advance(1000);
  }
  const seen: unknown[] = [];
  let path: string | undefined = "/jobs?limit=2&processID=echo&status=accepted,running";
  while (path !== undefined) {
    const { jobs, links } = await jsonOf(await service.send("GET", path));
    const page: Record<string, unknown>[] = Array.isArray(jobs) ? jobs : [];
    expect(page.length).toBeLessThanOrEqual(2);
    seen.push(...page.map((job) => job.jobID));
    const next = Array.isArray(links) ? links.find((link) => link.rel === "next") : undefined;
    path = next === undefined ? undefined : String(next.href).slice(address.length);
  }
  expect(seen).toEqual(ids);
});

test("next and prev links lead through a list and back, while jobs are added in front of it", async () => {
  await using service = await openService({ holdsJobs: true });
  const submitted: string[] = [];
  const submitOne = async () => {
    submitted.unshift(await submitEcho(service));
    service.clock.advance(1000);
  };
  for (let count = 0; count < 7; count += 1) await submitOne();
  const turn = async (path: string) => {
    const { jobs, links } = await jsonOf(await service.send("GET", path));
    const ids = Array.isArray(jobs) ? jobs.map((job) => job.jobID) : [];
    const to = (rel: string) => {
      const link = Array.isArray(links) ? links.find((one) => one.rel === rel) : undefined;
      return link === undefined ? undefined : String(link.href).slice(address.length);
    };
    return { ids, next: to("next"), prev: to("prev") };
  };
  for (const query of ["", "&status=accepted&datetime=../2100-01-01", "&sortby=-created", "&sort=process"]) {
    const known = submitted.slice();
    const pages = [await turn(`/jobs?limit=3${query}`)];
    expect(pages[0]?.prev).toBeUndefined();
    await submitOne();
    for (let next = pages[0]?.next; next !== undefined; next = pages.at(-1)?.next) pages.push(await turn(next));
    const forward = pages.flatMap((page) => page.ids);
    expect(forward).toEqual(query === "&sort=process" ? forward : known);
    const back = [pages.at(-1)];
    for (let prev = back[0]?.prev; prev !== undefined; prev = back[0]?.prev) back.unshift(await turn(prev));
    const backward = back.flatMap((page) => page?.ids ?? []);
    expect(backward).toEqual(query === "&sort=process" ? forward : submitted);
  }
});

test("the job list can be sorted, and says what it can be sorted by", async () => {
  await using service = await openService({ holdsJobs: true });
  const first = await submitEcho(service);
  service.clock.advance(1000);
  const second = await submitEcho(service);
  service.clock.advance(1000);
  await service.finish(second);
  const ids = async (query: string) => {
    const { jobs } = await jsonOf(await service.send("GET", `/jobs?${query}`));
    return Array.isArray(jobs) ? jobs.map((job) => job.jobID) : [];
  };
  expect(await ids("sortby=created")).toEqual([first, second]);
  expect(await ids("sortby=%2Bcreated")).toEqual([first, second]);
  expect(await ids("sortby=+created")).toEqual([first, second]);
  expect(await ids("sortby=-created")).toEqual([second, first]);
  expect(await ids("sort=created")).toEqual([second, first]);
  expect(await ids("sort=finished")).toEqual([second, first]);
  expect(await ids("sortby=status")).toEqual([first, second]);
  expect(await ids("sortby=-status")).toEqual([second, first]);
  expect(await ids("sort=user")).toEqual([first, second]);
  const refusal = await service.send("GET", "/jobs?sortby=-size");
  expect(refusal.status).toBe(400);
  expect(await jsonOf(refusal)).toMatchObject({
    detail:
      'Cannot list jobs: found sortby "-size", wanted one of created, finished, status, processID, provider, user, with + or - before it',
  });
});

test("the job list can be filtered", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  await service.finish(id);
  await submitEcho(service);
  const count = async (query: string) => {
    const { jobs } = await jsonOf(await service.send("GET", `/jobs?${query}`));
    return Array.isArray(jobs) ? jobs.length : -1;
  };
  expect(await count("status=successful")).toBe(1);
  expect(await count("status=accepted&status=successful")).toBe(2);
  expect(await count("status=failed")).toBe(0);
  expect(await count("processID=other")).toBe(0);
  expect(await count("type=process")).toBe(2);
  expect(await count("provider=other")).toBe(0);
  expect(await count("q=echo")).toBe(2);
  expect(await count("q=ECHO%20nothing")).toBe(0);
  expect(await count("q=nothing,Echo")).toBe(2);
  expect(await count("q=%22%20OR%20(")).toBe(0);
  expect(await count("status=successful")).toBe(1);
});

test("the job list shows ids, and groups of its page, when it is asked for them", async () => {
  await using service = await openService({ holdsJobs: true });
  const first = await submitEcho(service);
  await service.finish(first);
  const second = await submitEcho(service);
  const list = async (query: string) => jsonOf(await service.send("GET", `/jobs?${query}`));
  for (const detail of ["false", "False"]) expect((await list(`detail=${detail}`)).jobs).toEqual([second, first]);
  for (const detail of ["true", "True"]) {
    expect((await list(`detail=${detail}`)).jobs).toMatchObject([{ jobID: second }, { jobID: first }]);
  }
  const [own, status] = [{ process: "echo" }, (name: string) => ({ status: name })];
  for (const [query, groups] of [
    ["groups=process&detail=false", [{ category: own, count: 2, jobs: [second, first] }]],
    ["groups=true&detail=false", [{ category: own, count: 2, jobs: [second, first] }]],
    [
      "groups=process,status&detail=false",
      [
        { category: { ...own, ...status("accepted") }, count: 1, jobs: [second] },
        { category: { ...own, ...status("successful") }, count: 1, jobs: [first] },
      ],
    ],
    ["groups=provider&groups=service&detail=false", [{ category: { provider: null, service: null }, count: 2 }]],
    ["groups=status&detail=true&status=successful", [{ category: status("successful"), jobs: [{ jobID: first }] }]],
    ["groups=status&limit=1", [{ category: status("accepted"), count: 1, jobs: [{ jobID: second }] }]],
  ] as const) {
    const document = await list(query);
    expect([query, document]).toMatchObject([query, { groups, links: expect.anything() }]);
    expect(document).not.toHaveProperty("jobs");
  }
  expect(await list("groups=false&detail=false")).toMatchObject({ jobs: [second, first] });
  expect((await list("groups=status&status=failed")).groups).toEqual([]);
  const next = await list("groups=status&limit=1");
  const links = Array.isArray(next.links) ? next.links : [];
  const href = String(links.find(({ rel }) => rel === "next")?.href).slice(address.length);
  expect(await jsonOf(await service.send("GET", href))).toMatchObject({ groups: [{ jobs: [{ jobID: first }] }] });
  const page = await service.send("GET", "/jobs?detail=false", { headers: { accept: "text/html" } });
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining(first)]);
});

describe("a query that cannot be met is 400:", () => {
  const queries = [
    "detail=maybe",
    "groups=size",
    "groups=process,size",
    "groups=process&f=html",
    "limit=0",
    "limit=x",
    "limit=-1",
    "status=random",
    "after=x",
    "after=1.x",
    "after=1&before=2",
    "before=",
    "sortby=size",
    "sort=created,status",
    "sortby=finished&after=1",
    `q=${"word ".repeat(33)}`,
    "datetime=2021",
    "type=wps",
    "minDuration=one",
    "kept=yes",
    "kept=true,false",
  ];
  test.each(queries)("%s", async (query) => {
    await using service = await openService();
    const response = await service.send("GET", `/jobs?${query}`);
    expect(response.status).toBe(400);
    expect((await jsonOf(response)).title).toBe("Invalid query parameter value");
  });
});

test("the page of jobs keeps what cannot be read, and says with examples what can; running jobs say for how long", async () => {
  await using service = await openService({ holdsJobs: true });
  await submitEcho(service);
  service.clock.advance(130_000);
  const pageOf = async (query: string) =>
    (await service.send("GET", `/jobs?${query}`, { headers: { accept: "text/html" } })).text();
  const wrong = await pageOf("datetime=some+week");
  expect(wrong).toContain('value="some week"');
  expect(wrong).toContain(
    "wanted today, yesterday, last week, last month, a time ago, such as 12h, 7d or last 30 days, a day or a month, such as 2030-01-31, 31.01.2030 or 2030-01, two of them",
  );
  const html = await pageOf("datetime=7d");
  expect(html).toMatch(/waiting, <span data-so-far="[\d.]+">2 min so far<\/span>/);
});

test("dismissing stops a job that has not ended; a second time it is gone", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  const response = await service.send("DELETE", `/jobs/${id}`);
  expect([response.status, (await jsonOf(response)).status]).toEqual([200, "dismissed"]);
  expect(service.stopped).toEqual([id]);
  expect(await jsonOf(await service.send("GET", `/jobs/${id}`))).toMatchObject({ status: "dismissed" });
  expect((await service.send("GET", `/jobs/${id}/results`)).status).toBe(410);
  expect((await service.send("DELETE", `/jobs/${id}`)).status).toBe(410);
  expect((await service.send("GET", `/jobs/${id}`)).status).toBe(410);
});

describe("a job that was removed", () => {
  const paths = ["", "/results", "/results/text", "/inputs", "/log", "/events", "/statistics", "/notifications"];
  for (const [setting, status, title] of [
    ["410", 410, "Gone"],
    ["404", 404, "No such job"],
  ] as const) {
    test(`answers ${status} wherever it was, and is in no list`, async () => {
      await using service = await openService({ holdsJobs: true, settings: { removedJobs: setting } });
      const [id, other] = [await submitEcho(service), await submitEcho(service)];
      await service.finish(id, { results: { text: { kind: "value", value: "hello" } } });
      expect((await service.send("DELETE", `/jobs/${id}`)).status).toBe(200);
      for (const path of paths) {
        const answer = await service.send("GET", `/jobs/${id}${path}`);
        expect([path, answer.status, (await jsonOf(answer)).title]).toEqual([path, status, title]);
      }
      expect((await service.send("DELETE", `/jobs/${id}`)).status).toBe(status);
      for (const query of ["", "?status=dismissed", "?limit=1", "?q=echo", "?sortby=finished"]) {
        const { jobs } = await jsonOf(await service.send("GET", `/jobs${query}`));
        expect([query, JSON.stringify(jobs).includes(id)]).toEqual([query, false]);
      }
      expect((await jsonOf(await service.send("GET", "/jobs?limit=1"))).jobs).toMatchObject([{ jobID: other }]);
    });
  }

  test("stays in the history, for who may read all jobs", async () => {
    await using service = await openService({ holdsJobs: true });
    const id = await submitEcho(service);
    await service.finish(id, { results: { text: { kind: "value", value: "hello" } } });
    await service.send("DELETE", `/jobs/${id}`);
    expect(await jsonOf(await service.send("GET", `/jobs/${id}?removed=true`))).toMatchObject({ status: "dismissed" });
    const { jobs } = await jsonOf(await service.send("GET", "/jobs?removed=true"));
    expect(jobs).toMatchObject([{ jobID: id }]);
    expect((await service.send("GET", "/jobs?removed=maybe")).status).toBe(400);
    const key = await service.createKey("runner", "ada");
    expect((await service.send("GET", `/jobs/${id}?removed=true`, { key })).status).toBe(403);
    expect((await service.send("GET", "/jobs?removed=true", { key })).status).toBe(403);
  });
});

test("dismissing a finished job removes its results, outputs and log", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  const results = { text: { kind: "value", value: "hello" } } as const;
  const executionId = await service.finish(id, { results, files: { "text/a.txt": "hi" }, log: "line\n" });
  expect((await service.send("GET", `/outputs/${id}/text/a.txt`)).status).toBe(200);
  expect((await jsonOf(await service.send("DELETE", `/jobs/${id}`))).status).toBe("dismissed");
  for (const path of [`${id}/text/a.txt`, `${executionId}/text/a.txt`, `${id}.log`, `${executionId}.log`]) {
    expect((await service.send("GET", `/outputs/${path}`)).status).toBe(410);
  }
  expect((await service.send("GET", `/jobs/${id}/results`)).status).toBe(410);
});

test("the log of a job without a file is made of its events", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  const response = await service.send("GET", `/jobs/${id}/log`);
  expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  expect(await response.text()).toBe(
    "[2021-03-02 03:32:41] INFO     [heddle.job] 0:00:00   0% accepted   Job accepted.\n",
  );
});

test("the log of a tool is its file", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  await service.finish(id, { log: "what the tool said\n" });
  expect(await (await service.send("GET", `/jobs/${id}/log`)).text()).toBe("what the tool said\n");
});
