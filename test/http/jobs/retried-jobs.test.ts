import { expect, test } from "bun:test";
import { readRights } from "../../../src/domain/people/rights.ts";
import { removeOldAudit } from "../../../src/store/people/audit.ts";
import { identitiesOf } from "../people/identities.ts";
import { jsonOf, openService, type Service, submitEcho } from "../service.ts";

const pageOf = async (service: Service, path: string, key?: string) =>
  (await service.send("GET", `${path}?f=html`, key === undefined ? {} : { key })).text();

const as = (key: string | undefined) => (key === undefined ? {} : { key });

/** Makes a job that failed, was tried again, and failed again. */
async function failedTwice(service: Service, key?: string, by = key): Promise<string> {
  const id = await submitEcho(service, key);
  await service.finish(id, { failure: { message: "no" }, log: "what the first wrote\n" });
  service.clock.advance(60_000);
  expect((await service.send("POST", `/jobs/${id}/retry`, { ...as(by), body: {} })).status).toBe(200);
  service.clock.advance(60_000);
  await service.finish(id, { failure: { message: "no" }, log: "what the second wrote\n" });
  return id;
}

test("who tried a job again is told by its page and its status, to who may know", async () => {
  const users: Readonly<Record<string, "runner" | "admin">> = { ann: "runner", fay: "runner", carl: "admin" };
  const identities = identitiesOf((user) => {
    const role = users[user];
    return role === undefined ? undefined : { user, role, groups: ["lab"] };
  });
  await using service = await openService({ identities, holdsJobs: true, rights: readRights(["group:lab=jobs:*"]) });
  // Members of a group are known when they have come once.
  for (const user of Object.keys(users)) await service.send("GET", "/jobs", { key: user });
  const id = await failedTwice(service, "ann", "carl");
  for (const key of ["ann", "carl"]) {
    expect(await jsonOf(await service.send("GET", `/jobs/${id}`, { key }))).toMatchObject({ retriedBy: "carl" });
    expect(await pageOf(service, `/jobs/${id}`, key)).toMatch(
      /Tried again by carl\s+<time datetime="[^"]*">[^<]*<\/time>: this is/,
    );
  }
  const fellow = await service.send("GET", `/jobs/${id}`, { key: "fay" });
  expect(fellow.status).toBe(200);
  expect(await fellow.text()).not.toContain("carl");
  expect(await pageOf(service, `/jobs/${id}`, "fay")).toMatch(/Tried again <time/);
  const own = await failedTwice(service, "ann");
  expect(await jsonOf(await service.send("GET", `/jobs/${own}`, { key: "ann" }))).toMatchObject({ retriedBy: "ann" });
  const { jobs } = await jsonOf(await service.send("GET", "/jobs", { key: "carl" }));
  expect(jobs).toMatchObject([{ retriedBy: "ann" }, { retriedBy: "carl" }]);
});

test("provenance tells each retry as an activity of who asked for it, to who may know, and says where that is not kept", async () => {
  const users: Readonly<Record<string, "runner" | "admin">> = { ann: "runner", fay: "runner", carl: "admin" };
  const identities = identitiesOf((user) => {
    const role = users[user];
    return role === undefined ? undefined : { user, role, groups: ["lab"] };
  });
  await using service = await openService({ identities, holdsJobs: true, rights: readRights(["group:lab=jobs:*"]) });
  for (const user of Object.keys(users)) await service.send("GET", "/jobs", { key: user });
  const id = await failedTwice(service, "ann", "carl");
  const part = async (name: string, key: string) =>
    (await service.send("GET", `/jobs/${id}/prov/${name}`, { key })).text();
  // What waits has not begun, and is told all the same.
  service.clock.advance(60_000);
  await service.send("POST", `/jobs/${id}/retry`, { key: "ann", body: {} });
  expect(await part("info", "ann")).toContain("- - an attempt that has not begun, as the job was tried again\n");
  expect((await part("who", "ann")).split("\n").map((line) => line.replace(/ \S+Z/, ""))).toEqual([
    "ann",
    "carl tried again: attempt 2",
    "ann tried again",
    "",
  ]);
  const whole = await (await service.send("GET", `/jobs/${id}/prov`, { key: "ann" })).text();
  expect(whole).toContain('"prov:label":"carl"');
  const html = await pageOf(service, `/jobs/${id}/prov`, "ann");
  expect(html).toContain("<li>asked for by carl</li>");
  expect(html.match(/>attempt 1</g)).toBeTruthy();
  for (const path of ["prov", "prov?f=provn", "prov?f=html", "prov/who"]) {
    const told = await (await service.send("GET", `/jobs/${id}/${path}`, { key: "fay" })).text();
    expect([path, told.includes("carl"), told.includes("attempt 2")]).toEqual([path, false, true]);
  }
  expect(await pageOf(service, `/jobs/${id}/prov`, "fay")).toContain("is told to the owner of the job");
  // Of retries whose lines of the audit were removed, the job knows the last one.
  await removeOldAudit(service.database, service.clock.now() + 1, 1000);
  expect((await part("who", "ann")).split("\n").map((line) => line.replace(/ \S+Z/, ""))).toEqual([
    "ann",
    "(who it was is not kept) tried again: attempt 2",
    "ann tried again",
    "",
  ]);
});

test("the answer to a retry names who asked for it, and one without a key is nobody", async () => {
  await using service = await openService({ holdsJobs: true, allowAnonymous: "runner" });
  const key = await service.createKey("runner", "ann");
  const id = await submitEcho(service, key);
  await service.finish(id, { failure: { message: "no" } });
  const answer = await service.send("POST", `/jobs/${id}/retry`, { key, body: {} });
  expect(await jsonOf(answer)).toMatchObject({ status: "accepted", user: "ann", retriedBy: "ann" });
  const nobodys = await failedTwice(service);
  expect(await jsonOf(await service.send("GET", `/jobs/${nobodys}`))).not.toHaveProperty("retriedBy");
  expect(await pageOf(service, `/jobs/${nobodys}`)).toMatch(/Tried again <time/);
});

test("each attempt has its log, and the page of the job leads to the earlier ones", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await failedTwice(service);
  const log = async (query: string) => {
    const answer = await service.send("GET", `/jobs/${id}/log${query}`);
    return [answer.status, await answer.text()];
  };
  expect(await log("")).toEqual([200, "what the second wrote\n"]);
  expect(await log("?attempt=2")).toEqual([200, "what the second wrote\n"]);
  expect(await log("?attempt=1")).toEqual([200, "what the first wrote\n"]);
  expect(await log("?attempt=1&tail=1&f=json")).toEqual([200, '["what the first wrote"]']);
  expect(await log("?attempt=1&offset=5&limit=3")).toEqual([200, "the"]);
  for (const attempt of ["0", "3"]) {
    const wrong = expect.stringContaining(`found attempt ${attempt}, wanted one from 1 to 2`);
    expect(await log(`?attempt=${attempt}`)).toEqual([404, wrong]);
    expect(await log(`?attempt=${attempt}&tail=1`)).toEqual([404, wrong]);
  }
  expect(await log("?attempt=first")).toEqual([400, expect.stringContaining("found attempt")]);
  const page = await pageOf(service, `/jobs/${id}`);
  expect(page).toMatch(/<a href="[^"]*\/log\?f=html&amp;attempt=1">Log of attempt 1<\/a>/);
  expect(page).not.toContain("Log of attempt 2");
  expect(page).toContain('<a href="#earlier-logs">their logs</a> are kept');
});

test("a job that was tried once has no earlier logs, and an attempt without a log is not led to", async () => {
  await using service = await openService({ holdsJobs: true });
  const once = await submitEcho(service);
  await service.finish(once, { failure: { message: "no" }, log: "only\n" });
  expect(await pageOf(service, `/jobs/${once}`)).not.toContain("earlier-logs");
  const id = await submitEcho(service);
  await service.finish(id, { failure: { message: "no" } });
  await service.send("POST", `/jobs/${id}/retry`, { body: {} });
  await service.finish(id, { failure: { message: "no" }, log: "second\n" });
  const page = await pageOf(service, `/jobs/${id}`);
  expect(page).toContain("this is attempt 2");
  expect(page).not.toContain("earlier-logs");
  expect((await service.send("GET", `/jobs/${id}/log?attempt=1`)).status).toBe(404);
});
