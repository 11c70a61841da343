import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import type { Results } from "../../../src/domain/values/values.ts";
import { echo } from "../../../src/engines/builtin/echo.ts";
import { saveProcess } from "../../../src/store/processes/processes.ts";
import { address, jsonOf, openService, processOf, type Service } from "../service.ts";

const file = (sha256: string): Results => ({
  text: { kind: "file", reference: "e/text/a.txt", basename: "a.txt", mediaType: "text/plain", sizeBytes: 3, sha256 },
});

const value: Results = { text: { kind: "value", value: "said" } };

/** Makes a job of the built-in process that has ended with some results. */
async function run(service: Service, inputs: object, results: Results, key?: string): Promise<string> {
  const known = key === undefined ? {} : { key };
  const headers = { prefer: "respond-async" };
  const answer = await service.send("POST", "/processes/echo/execution", { headers, body: { inputs }, ...known });
  expect([answer.status, answer.ok ? "" : await answer.text()]).toEqual([201, ""]);
  const id = String((await jsonOf(answer)).jobID);
  await service.finish(id, { results });
  service.clock.advance(1000);
  return id;
}

const compare = (service: Service, query: string, key?: string) =>
  service.send("GET", `/jobs/compare?${query}`, key === undefined ? {} : { key });

test("two runs are compared by inputs, revisions, times and the digests of results, the earlier one first", async () => {
  await using service = await openService({ holdsJobs: true });
  const first = await run(service, { text: "hello", number: 1 }, file("d1"));
  const second = await run(service, { text: "hello", number: 2 }, file("d2"));
  const response = await compare(service, `jobs=${second},${first}`);
  expect(response.status).toBe(200);
  const document = await jsonOf(response);
  expect(document).toMatchObject({
    a: { jobID: first, status: "successful" },
    b: { jobID: second },
    process: { same: true },
    revision: { same: true },
    inputs: [
      { id: "text", same: true, a: "hello", b: "hello" },
      { id: "number", same: false, a: 1, b: 2 },
    ],
    results: [{ id: "text", same: false, a: [{ name: "a.txt", length: 3, sha256: "d1" }], b: [{ sha256: "d2" }] }],
  });
  const page = await (await compare(service, `f=html&jobs=${first}&jobs=${second}`)).text();
  expect(page).toContain("They ran the same revision; 1 of 2 inputs differ (number), 1 of 1 results differ (text).");
  expect(page).toContain('<strong class="differs">≠ differs</strong>');
  expect(page).toContain('<span class="muted">= same</span>');
  expect(page).toContain(`href="${address}/jobs/${first}?f=html"`);
  const same = await jsonOf(
    await compare(service, `jobs=${first},${await run(service, { text: "hello" }, file("d1"))}`),
  );
  expect(same).toMatchObject({
    results: [{ same: true }],
    inputs: [{ same: true }, { id: "number", same: false, a: 1 }],
  });
});

test("one that has not ended has no results, and is compared all the same", async () => {
  await using service = await openService({ holdsJobs: true });
  const first = await run(service, { text: "x" }, file("d1"));
  const headers = { prefer: "respond-async" };
  const answer = await service.send("POST", "/processes/echo/execution", { headers, body: { inputs: { text: "x" } } });
  const waiting = String((await jsonOf(answer)).jobID);
  const document = await jsonOf(await compare(service, `jobs=${first},${waiting}`));
  expect(document).toMatchObject({
    b: { status: "accepted", queuePosition: 1 },
    results: [{ id: "text", same: false }],
  });
  expect((await compare(service, `f=html&jobs=${first},${waiting}`)).status).toBe(200);
});

test("what cannot be compared is told by the name of the field", async () => {
  await using service = await openService({ holdsJobs: true });
  const one = await run(service, { text: "x" }, file("d1"));
  const wrong = async (query: string) => {
    const response = await compare(service, query);
    return [response.status, (await jsonOf(response)).detail];
  };
  const wanted = "wanted the ids of two jobs";
  expect(await wrong("")).toEqual([400, `Cannot compare jobs: found 0 ids in jobs, ${wanted}`]);
  expect(await wrong(`jobs=${one}`)).toEqual([400, `Cannot compare jobs: found 1 ids in jobs, ${wanted}`]);
  expect(await wrong(`jobs=${one},x&jobs=y`)).toEqual([400, `Cannot compare jobs: found 3 ids in jobs, ${wanted}`]);
  expect(await wrong(`jobs=${one},${one}`)).toEqual([
    400,
    `Cannot compare jobs: found "${one}" twice in jobs, ${wanted}`,
  ]);
  expect(await wrong(`jobs=${one},none`)).toEqual([
    404,
    'Cannot find job "none": no job has this id, or your key may not see it',
  ]);
  await service.send("DELETE", `/jobs/${one}`);
  expect((await wrong(`jobs=${one},none`))[0]).toBeOneOf([404, 410]);
});

test("nobody compares a job that is not for him", async () => {
  await using service = await openService({ holdsJobs: true });
  const [ann, bob, admin] = [
    await service.createKey("runner", "ann"),
    await service.createKey("runner", "bob"),
    await service.createKey("admin", "carl"),
  ];
  const hers = await run(service, { text: "secret" }, file("d1"), ann);
  const his = await run(service, { text: "x" }, file("d1"), bob);
  expect((await compare(service, `jobs=${hers},${his}`, bob)).status).toBe(404);
  expect((await compare(service, `jobs=${hers},${his}`)).status).toBe(401);
  const document = await jsonOf(await compare(service, `jobs=${hers},${his}`, admin));
  expect(document).toMatchObject({ a: { user: "ann" }, b: { user: "bob" } });
});

test("an upload has its name and size in the pages of a job, and the same bytes are the same input", async () => {
  await using service = await openService({ holdsJobs: true });
  const ann = await service.createKey("runner", "ann");
  const admin = await service.createKey("admin", "carl");
  const jobs: string[] = [];
  for (const name of ["one.txt", "two.txt"]) {
    const headers = { "content-type": "text/plain", "content-disposition": `attachment; filename="${name}"` };
    const kept = await jsonOf(await service.send("POST", "/vault", { key: ann, headers, body: "the same" }));
    jobs.push(await run(service, { text: { href: kept.file_href } }, value, ann));
  }
  const document = await jsonOf(await compare(service, `jobs=${jobs.join(",")}`, ann));
  expect(document).toMatchObject({ inputs: [{ id: "text", same: true }], results: [{ same: true }] });
  const pages = [`/jobs/${jobs[0]}?f=html`, `/jobs/${jobs[0]}/inputs?f=html`, `/jobs/compare?f=html&jobs=${jobs}`];
  for (const path of pages) {
    const own = await (await service.send("GET", path, { key: ann })).text();
    expect(own).toMatch(/<a href="http:\/\/127\.0\.0\.1:8080\/vault\/[^"]+" download="one\.txt">Download<\/a>/);
    expect(own).toContain('title="8 bytes">8 bytes</data>');
    const others = await (await service.send("GET", path, { key: admin })).text();
    expect(others).toContain("<strong>one.txt</strong>");
  }
});

test("a default that was not given is told, and differs only where it does", async () => {
  await using service = await openService({ holdsJobs: true });
  const factor = { schema: { type: "number", default: 0.5 }, minOccurs: 0, maxOccurs: 1 };
  const described = processOf({ ...echo.description, inputs: { factor } }, { revision: "sha256:half" });
  await saveProcess(service.database, described, 0, { replace: true });
  const ran = (inputs: object) => run(service, inputs, value);
  const [none, same, other] = [await ran({}), await ran({ factor: 0.5 }), await ran({ factor: 5 })];
  const [one, two] = [
    await jsonOf(await compare(service, `jobs=${none},${same}`)),
    await jsonOf(await compare(service, `jobs=${none},${other}`)),
  ];
  expect(one.inputs).toEqual([{ id: "factor", same: true, a: 0.5, b: 0.5, defaults: ["a"] }]);
  expect(two.inputs).toEqual([{ id: "factor", same: false, a: 0.5, b: 5, defaults: ["a"] }]);
  // What neither gave is an input all the same.
  const neither = await jsonOf(await compare(service, `jobs=${none},${await ran({})}`));
  expect(neither.inputs).toEqual([{ id: "factor", same: true, a: 0.5, b: 0.5, defaults: ["a", "b"] }]);
  const page = await (await compare(service, `f=html&jobs=${none},${other}`)).text();
  expect(page).toContain('<code>0.5</code> <span class="muted">(default)</span>');
});

test("a short result is shown beside its link", async () => {
  await using service = await openService({ holdsJobs: true });
  const jobs = [await run(service, { text: "a" }, value), await run(service, { text: "b" }, value)];
  const document = await jsonOf(await compare(service, `jobs=${jobs}`));
  // A text has a size and a digest, as a file has: those of the bytes that its address sends.
  const bytes = await (await service.send("GET", `/jobs/${jobs[0]}/results/text`)).bytes();
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  expect(document).toMatchObject({ results: [{ a: [{ name: "text", value: "said", length: 4, sha256 }] }] });
  expect(await (await service.send("GET", `/jobs/${jobs[0]}?f=html`)).text()).toContain(
    `SHA-256 <code>${sha256}</code>`,
  );
  expect(await (await compare(service, `f=html&jobs=${jobs}`)).text()).toContain("<span>said</span>");
});

test("two jobs are chosen in the list, and each job leads to comparisons with the last of its process", async () => {
  await using service = await openService({ holdsJobs: true });
  const first = await run(service, { text: "a" }, value);
  const lone = await (await service.send("GET", "/jobs?f=html")).text();
  expect(lone).not.toContain("Compare two");
  const second = await run(service, { text: "b" }, value);
  const list = await (await service.send("GET", "/jobs?f=html")).text();
  expect(list).toContain(`<form method="get" action="${address}/jobs/compare" data-chooses="">`);
  for (const id of [first, second]) expect(list).toContain(`<input type="checkbox" name="jobs" value="${id}"`);
  const page = await (await service.send("GET", `/jobs/${second}?f=html`)).text();
  expect(page).toContain(`href="${address}/jobs/compare?f=html&amp;jobs=${first}&amp;jobs=${second}"`);
  expect(page).toContain(`<code>${first.slice(-8)}</code>`);
});

test("who submitted a job and who dismissed it is told to who may know", async () => {
  await using service = await openService({ holdsJobs: true });
  const [ann, admin] = [await service.createKey("runner", "ann"), await service.createKey("admin", "carl")];
  const headers = { prefer: "respond-async" };
  const body = { inputs: { text: "x" } };
  const answer = await service.send("POST", "/processes/echo/execution", { key: ann, headers, body });
  const id = String((await jsonOf(answer)).jobID);
  expect(await jsonOf(await service.send("DELETE", `/jobs/${id}`, { key: admin }))).toMatchObject({
    dismissedBy: "carl",
  });
  const told = { user: "ann", dismissedBy: "carl", status: "dismissed" };
  expect(await jsonOf(await service.send("GET", `/jobs/${id}`, { key: ann }))).toMatchObject(told);
  const page = await (await service.send("GET", `/jobs/${id}?f=html`, { key: admin })).text();
  expect(page).toContain(" by ann. ");
  expect(page).toContain("Dismissed by carl, <time");
  const list = await jsonOf(await service.send("GET", "/jobs", { key: admin }));
  expect(list).toMatchObject({ jobs: [told] });
  await service.send("POST", `/jobs/${id}/retry`, { key: ann, body: {} });
  const again = await jsonOf(await service.send("GET", `/jobs/${id}`, { key: ann }));
  expect([again.user, again.dismissedBy]).toEqual(["ann", undefined]);
});

test("a form with too few or too many chosen comes back as the list, with a sentence and what was chosen", async () => {
  await using service = await openService({ holdsJobs: true });
  const jobs = [await run(service, { text: "a" }, value), await run(service, { text: "b" }, value)];
  const list = encodeURIComponent("/jobs?f=html&status=successful&chosen=old");
  const answer = await compare(service, `f=html&list=${list}&jobs=${jobs[0]}`);
  const location = answer.headers.get("location") ?? "";
  expect([answer.status, location]).toEqual([
    303,
    `${address}/jobs?f=html&status=successful&done=two-wanted&chosen=${jobs[0]}`,
  ]);
  const page = await (await service.send("GET", location)).text();
  expect(page).toContain("Tick two jobs, and only two: then they can be compared.");
  expect(page).toContain(`name="jobs" value="${jobs[0]}" checked=""`);
  expect(page).not.toContain(`name="jobs" value="${jobs[1]}" checked=""`);
  expect((await compare(service, `f=html&list=${list}`)).headers.get("location")).toContain("done=two-wanted");
  for (const other of ["https://evil.example/jobs", "//evil.example/jobs", "/_/keys", "/jobs#x"]) {
    const led = await compare(service, `f=html&list=${encodeURIComponent(other)}`);
    expect(led.headers.get("location")).toBe(`${address}/jobs?f=html&done=two-wanted`);
  }
  expect((await compare(service, `list=${list}&jobs=${jobs[0]}`)).status).toBe(400);
  expect((await compare(service, `f=html&list=${list}&jobs=${jobs}`)).status).toBe(200);
});
