import { expect, test } from "bun:test";
import { createAuditing } from "../../../src/assembly/listening/auditing.ts";
import { createSeeing } from "../../../src/assembly/seeing.ts";
import { createServiceMetrics } from "../../../src/domain/figures/service-metrics.ts";
import type { ProcessDescription } from "../../../src/domain/processes/process.ts";
import type { RequestObserver } from "../../../src/http/door/observe-request.ts";
import { refusedKeyWords } from "../../../src/operations/people/sessions.ts";
import { listAudit } from "../../../src/store/people/audit.ts";
import { saveProcess } from "../../../src/store/processes/processes.ts";
import { address, jsonOf, openService, processOf, type Service, type ServiceOptions } from "../service.ts";

const browser = { accept: "text/html,*/*;q=0.8", origin: address };
const sentForm = { ...browser, "content-type": "application/x-www-form-urlencoded" };

/** Opens a service whose refused requests are audited, as the program does it. */
async function openAudited(options: Pick<ServiceOptions, "holdsJobs"> = {}) {
  const held: { observer?: RequestObserver } = {};
  const service = await openService({
    ...options,
    observer: { answered: (request) => held.observer?.answered(request), held: () => {} },
  });
  const { database, clock } = service;
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const auditing = createAuditing({ database, clock, logger, events: { tell: () => {} } });
  const events = { tell: () => {} };
  const seeing = {
    metrics: createServiceMetrics(),
    events,
    laneOf: () => "quick" as const,
    logRequests: "off" as const,
  };
  held.observer = createSeeing({ ...seeing, onRefused: auditing.refused }).observer;
  return service;
}

/** What was refused, the newest first: who, and what. A line is written beside the answer, soon. */
async function refusedIn(service: Service, count: number): Promise<readonly string[]> {
  for (;;) {
    const lines = await listAudit(service.database, { limit: 50, outcome: "refused" });
    if (lines.length >= count) return lines.map(({ user, subject }) => `${user} ${subject}`);
    await Bun.sleep(5);
  }
}

/** The same with what was tried, and the job. */
async function linesOf(service: Service, count: number) {
  await refusedIn(service, count);
  const lines = await listAudit(service.database, { limit: 50, outcome: "refused" });
  return lines.map(({ user, action, subject, jobId }) => [user, action, subject, jobId] as const);
}

test("what an admin or a deployer tried and a setting refused stands in the audit with why, without what signs in there", async () => {
  await using service = await openAudited();
  const [ann, dan] = [await service.createKey("admin", "ann"), await service.createKey("deployer", "dan")];
  const url = "http://10.0.0.1/wps?token=s3cret";
  expect((await service.send("POST", "/providers", { key: ann, body: { id: "lab", url } })).status).toBe(422);
  const body = new URLSearchParams({ id: "lab", url: "http://192.168.7.9/ogc" }).toString();
  await service.send("POST", "/providers/form", { key: ann, headers: sentForm, body });
  const href = "http://10.0.0.2/tool.cwl?key=s3cret";
  const unit = { executionUnit: { href } };
  expect((await service.send("POST", "/processes", { key: dan, body: unit })).status).toBe(422);
  const form = new FormData();
  form.set("href", href);
  form.set("do", "look");
  await service.send("POST", "/_/deploy", { key: dan, headers: browser, body: form });
  const told = await refusedIn(service, 4);
  expect(told).toEqual([
    expect.stringMatching(
      /^dan POST \/_\/deploy \(by a setting\): Cannot .*"http:\/\/10\.0\.0\.2\/tool\.cwl".*public internet/,
    ),
    expect.stringMatching(
      /^dan POST \/processes \(by a setting\): Cannot .*"http:\/\/10\.0\.0\.2\/tool\.cwl".*public internet/,
    ),
    expect.stringMatching(
      /^ann POST \/providers\/form \(by a setting\): Cannot register "http:\/\/192\.168\.7\.9\/ogc": /,
    ),
    expect.stringMatching(
      /^ann POST \/providers \(by a setting\): Cannot register "http:\/\/10\.0\.0\.1\/wps": its address/,
    ),
  ]);
  expect(told.join()).not.toContain("s3cret");
  const page = await (await service.send("GET", "/_/audit?f=html&outcome=refused", { key: ann })).text();
  expect(page).toContain(">refused: a setting does not allow it</td>");
  expect(page).toContain('<span class="muted">POST /providers</span>');
  const byRoute = await service.send("GET", "/_/audit?f=html&subject=POST+/providers", { key: ann });
  expect(await byRoute.text()).toContain("http://10.0.0.1/wps");
});

test("what a role may not stands in the audit with why; what is only wrong in a form does not", async () => {
  await using service = await openAudited();
  const [rudi, dan] = [await service.createKey("runner", "rudi"), await service.createKey("deployer", "dan")];
  await service.send("POST", "/processes", { key: dan, body: { nothing: 1 } });
  await service.send("POST", "/_/keys", { key: dan, body: { user: "more", role: "admin" } });
  await service.send("POST", "/providers", { key: dan, body: { id: "lab", url: "http://10.0.0.1/" } });
  await service.send("POST", "/processes", { key: rudi, body: {} });
  expect(await refusedIn(service, 3)).toEqual([
    expect.stringMatching(/^rudi POST \/processes: Cannot deploy.*found role "runner", wanted deployer or admin/),
    'dan POST /providers: Cannot register a provider: found role "deployer", wanted admin',
    'dan POST /_/keys: Cannot create a key: found role "deployer", wanted admin',
  ]);
  const ann = await service.createKey("admin", "ann");
  service.clock.advance(2000);
  const page = await (await service.send("GET", "/_/audit?f=html&outcome=refused", { key: ann })).text();
  expect(page).toContain(">refused (403): may not do that</td>");
  expect(page).toContain('wanted admin <span class="muted">POST /_/keys</span>');
});

test("what was not removed since it is kept for good, or in use, stands in the audit with why: one, several, by forms, and an upload", async () => {
  await using service = await openAudited({ holdsJobs: true });
  const ann = await service.createKey("admin", "ann");
  const file = new FormData();
  file.set("file", new File(["abc"], "map.txt"));
  const description: ProcessDescription = {
    ...{ id: "reader", version: "1.0.0", outputs: {} },
    inputs: { table: { schema: { type: "string", contentMediaType: "text/plain" }, minOccurs: 1, maxOccurs: 1 } },
    jobControlOptions: ["async-execute"],
    outputTransmission: ["value"],
  };
  await saveProcess(service.database, processOf(description, { fileInputs: ["table"] }), 0, { replace: true });
  const { id: upload, href } = await jsonOf(await service.send("POST", "/vault", { key: ann, body: file }));
  const run = async () => {
    const sent = { key: ann, headers: { prefer: "respond-async" }, body: { inputs: { table: { href } } } };
    const { headers } = await service.send("POST", "/processes/reader/execution", sent);
    return (headers.get("location") ?? "").split("/").at(-1) ?? "";
  };
  const first = await run();
  expect((await service.send("DELETE", `/vault/${upload}`, { key: ann })).status).toBe(409);
  expect(await linesOf(service, 1)).toEqual([["ann", "remove-upload", `${upload}: map.txt, 3 bytes`, first]]);
  await service.finish(first, { results: {} });
  expect((await service.send("PUT", `/jobs/${first}/keep`, { key: ann })).status).toBe(200);
  const confirmed = { key: ann, headers: sentForm, body: "confirmed=true" };
  const chosen = { ...confirmed, body: `jobs=${first}` };
  const many = { key: ann, body: { jobs: [first] } };
  const [ofJob, ofUpload] = [
    ["ann", "remove", first, undefined],
    ["ann", "remove-upload", `${upload}: map.txt, 3 bytes`, first],
  ] as const;
  const acts = [
    ["DELETE", `/jobs/${first}`, { key: ann }, 409, ofJob],
    ["POST", `/jobs/${first}/remove-form`, confirmed, 409, ofJob],
    ["DELETE", "/jobs", many, 200, ofJob],
    ["POST", "/jobs/dismiss-form", chosen, 303, ofJob],
    ["DELETE", `/vault/${upload}`, { key: ann }, 409, ofUpload],
    ["POST", `/uploads/${upload}/remove-form`, { ...confirmed, body: "" }, 200, ofUpload],
    ["POST", `/uploads/${upload}/remove-form`, confirmed, 200, ofUpload],
  ] as const;
  for (const [at, [method, path, options, status, line]] of acts.entries()) {
    // The same has one line a minute.
    service.clock.advance(61_000);
    expect([path, (await service.send(method, path, options)).status]).toEqual([path, status]);
    const [told] = await linesOf(service, at + 2);
    expect([path, ...(told ?? [])]).toEqual([path, ...line]);
  }
  service.clock.advance(61_000);
  expect((await service.send("DELETE", `/jobs/${first}`, { key: ann })).status).toBe(409);
  expect((await service.send("DELETE", "/jobs", many)).status).toBe(200);
  await linesOf(service, acts.length + 2);
  service.clock.advance(2000);
  const pageOf = async (query: string) =>
    (await service.send("GET", `/_/audit?f=html&outcome=refused&${query}`, { key: ann })).text();
  const page = await pageOf("action=remove");
  expect(page).toContain(">removed a job</td>");
  expect(page).toContain(">refused: it is kept for good</td>");
  expect(page).not.toContain("map.txt");
  const ofUploads = await pageOf("action=remove-upload");
  expect(ofUploads).toContain(">removed an upload</td>");
  expect(ofUploads).toContain(">refused: a job uses it</td>");
  expect(ofUploads).toContain("map.txt, 3 bytes");
  expect(ofUploads).toContain(`<a href="${address}/jobs/${first}?f=html" title="${first}">`);
  expect(await pageOf("action=refuse")).toContain("Nothing was refused of the kind");
  const bySubject = await jsonOf(await service.send("GET", `/_/audit?subject=${upload}&outcome=refused`, { key: ann }));
  expect(bySubject).toMatchObject({ entries: [{ action: "remove-upload", jobID: first }, {}, {}, {}] });
  // A lost race, or an id that is taken, is no refusal of this kind.
  const again = { key: ann, body: { id: "echo", url: "http://127.0.0.1:9" } };
  await service.send("POST", "/providers", again);
  expect(await linesOf(service, acts.length + 2)).toHaveLength(acts.length + 2);
});

test("a sign-in with a key that does not hold is audited with whose it is and why; the caller is told no more than before", async () => {
  await using service = await openService();
  const ann = await service.createKey("admin", "ann");
  const text = await service.createKey("runner", "rudi");
  const [, id = "", secret = ""] = text.split("_");
  const why = async (key: string) => {
    const { who, why } = await refusedKeyWords(service, key, "as before");
    return `${who}: ${why}`;
  };
  expect(await why(text)).toBe(`key ${id}: as before`);
  expect(await why(`hdl_${id}_${secret}x`)).toBe(`key ${id}: it is of rudi, and its secret part is wrong`);
  expect(await why("hdl_nobody_topsecret")).toBe("key nobody: no key has this id");
  for (const wrong of ["", "rudi", "hdl_", "Bearer x"]) {
    expect(await why(wrong)).toBe("something that is no key: as before");
  }
  await service.send("DELETE", `/_/keys/${id}`, { key: ann });
  expect(await why(text)).toMatch(
    new RegExp(`^key ${id}: it is of rudi, and was revoked on \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC$`),
  );
  service.clock.advance(2000);
  const body = new URLSearchParams({ key: text }).toString();
  const page = await service.send("POST", "/_/sign-in", {
    headers: { ...sentForm, "sec-fetch-site": "same-origin" },
    body,
  });
  const html = await page.text();
  expect(html).toContain(
    '<p class="notice notice-bad" role="alert">This key does not hold: it is unknown, was revoked, or has ended.</p>',
  );
  expect(html).not.toContain("rudi");
});

test("what somebody without a key tried to run, change or remove stands in the audit; what he only read does not", async () => {
  await using service = await openAudited();
  const ann = await service.createKey("admin", "ann");
  service.clock.advance(2000);
  const body = { inputs: { text: "x" } };
  const acts = [
    ["POST", "/processes/echo/execution", "POST /processes/echo/execution"],
    ["POST", "/processes", "POST /processes"],
    ["DELETE", "/processes/echo", "DELETE /processes/echo"],
    ["DELETE", "/jobs/x", "DELETE /jobs/:jobId"],
    ["POST", "/vault", "POST /vault"],
    ["POST", "/_/keys", "POST /_/keys"],
    ["GET", "/processes/echo/execution?text=x", "GET /processes/echo/execution"],
  ] as const;
  for (const path of [
    "/jobs",
    "/jobs/x",
    "/_/audit",
    "/_/keys",
    "/providers",
    "/uploads",
    "/wps?request=GetCapabilities",
  ]) {
    await service.send("GET", path);
  }
  await service.send("GET", "/processes/echo/execution", { headers: browser });
  for (const [method, path] of acts) {
    const sent = await service.send(method, path, method === "POST" ? { body } : {});
    expect([method, path, sent.status]).toEqual([method, path, 401]);
  }
  const told = await refusedIn(service, acts.length);
  expect(told.toReversed()).toEqual(acts.map(([, , subject]) => `undefined ${subject} (without a key)`));
  // A browser is led to sign in; that something was tried stands there all the same.
  const form = { headers: sentForm, body: "x=1" };
  expect((await service.send("POST", "/jobs/x/dismiss-form", form)).status).toBe(303);
  await refusedIn(service, acts.length + 1);
  const page = await (await service.send("GET", "/_/audit?f=html&outcome=refused", { key: ann })).text();
  expect(page).toContain(">refused (401): no key</td>");
  expect(page).toContain(
    `<a href="${address}/processes/echo?f=html">echo</a> <span class="muted">POST /processes/echo/execution</span></td>`,
  );
  expect(page).toContain("Not written: what was read without a key");
  const byRoute = await service.send("GET", "/_/audit?subject=DELETE+/jobs/:jobId", { key: ann });
  expect(await byRoute.json()).toMatchObject({ entries: [{ subject: "DELETE /jobs/:jobId (without a key)" }] });
});

test("uploads that are kept and removed stand in the audit with their names and sizes", async () => {
  await using service = await openAudited();
  const ann = await service.createKey("admin", "ann");
  const form = new FormData();
  form.set("file", new File(["abc"], "map.txt"));
  const sent = await service.send("POST", "/vault", { key: ann, body: form });
  const { id } = await jsonOf(sent);
  const lines = async () =>
    (await listAudit(service.database, { limit: 9, subject: String(id) })).map(
      ({ user, action, subject }) => `${user} ${action} ${subject}`,
    );
  expect(await lines()).toEqual([`ann upload ${id}: map.txt, 3 bytes`]);
  expect((await service.send("DELETE", `/vault/${id}`, { key: ann })).status).toBe(204);
  expect((await service.send("DELETE", `/vault/${id}`, { key: ann })).status).toBe(403);
  expect((await lines())[0]).toBe(`ann remove-upload ${id}: map.txt, 3 bytes`);
  service.clock.advance(2000);
  const page = await (await service.send("GET", "/_/audit?f=html&action=upload", { key: ann })).text();
  expect(page).toContain(">map.txt, 3 bytes</span></td>");
  expect(page).toContain(">uploaded a file</td>");
});
