import { expect, test } from "bun:test";
import { readRights } from "../../src/domain/rights.ts";
import { identitiesOf } from "./identities.ts";
import { jsonOf, openService, type Service, submitEcho } from "./service.ts";

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
  expect(page).toMatch(/<a href="[^"]*\/log\?attempt=1">Log of attempt 1<\/a>/);
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
