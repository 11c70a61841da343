import { expect, test } from "bun:test";
import { readRights } from "../../../src/domain/people/rights.ts";
import { identitiesOf } from "../people/identities.ts";
import { address, jsonOf, openService, type Service, submitEcho } from "../service.ts";

const hour = 3_600_000;

/** A service whose jobs are kept for a day, with an admin, two deployers and a runner of one group. */
async function openLab(): Promise<Service> {
  const users: Readonly<Record<string, "runner" | "deployer" | "admin">> = {
    ann: "deployer",
    bob: "deployer",
    fay: "runner",
    carl: "admin",
  };
  const identities = identitiesOf((user) => {
    const role = users[user];
    return role === undefined ? undefined : { user, role, groups: ["lab"] };
  });
  const service = await openService({
    identities,
    holdsJobs: true,
    rights: readRights(["group:lab=jobs:*"]),
    settings: { keptMilliseconds: 24 * hour },
  });
  // Members of a group are known when they have come once.
  for (const user of Object.keys(users)) await service.send("GET", "/jobs", { key: user });
  return service;
}

const pageOf = async (service: Service, path: string, key: string) =>
  (await service.send("GET", `${path}?f=html`, { key })).text();

const press = (service: Service, path: string, key: string, fields: Readonly<Record<string, string>> = {}) =>
  service.send("POST", path, {
    key,
    headers: { "content-type": "application/x-www-form-urlencoded", origin: address },
    body: new URLSearchParams(fields).toString(),
  });

test("a job is kept for good and kept no longer: its status says since when, and by whom to who may know", async () => {
  await using service = await openLab();
  const id = await submitEcho(service, "ann");
  await service.finish(id, { results: { text: { kind: "value", value: "a" } } });
  const statusOf = async (key: string) => jsonOf(await service.send("GET", `/jobs/${id}`, { key }));
  expect(await statusOf("ann")).toHaveProperty("expirationDate");
  const since = new Date(service.clock.now()).toISOString();
  const kept = await service.send("PUT", `/jobs/${id}/keep`, { key: "ann" });
  expect([kept.status, await jsonOf(kept)]).toMatchObject([200, { jobID: id, kept: { since, by: "ann" } }]);
  // Who comes again changes nothing.
  service.clock.advance(hour);
  expect((await service.send("PUT", `/jobs/${id}/keep`, { key: "carl", body: {} })).status).toBe(200);
  expect(await statusOf("carl")).toMatchObject({ kept: { since, by: "ann" } });
  expect(await statusOf("ann")).not.toHaveProperty("expirationDate");
  expect((await statusOf("fay")).kept).toEqual({ since });
  const { jobs } = await jsonOf(await service.send("GET", "/jobs", { key: "ann" }));
  expect(jobs).toMatchObject([{ kept: { since, by: "ann" } }]);
  for (const _ of ["once", "again"]) {
    expect((await service.send("DELETE", `/jobs/${id}/keep`, { key: "ann" })).status).toBe(204);
  }
  expect(await statusOf("ann")).not.toHaveProperty("kept");
  const audit = await jsonOf(await service.send("GET", "/_/audit", { key: "carl" }));
  expect(audit.entries).toMatchObject([
    { action: "release", subject: id, user: "ann", outcome: "done" },
    { action: "keep", subject: id, user: "ann", outcome: "done" },
    { action: "execute" },
  ]);
});

test("a job that has ended is not removed while it is kept, by its owner or anybody, one or several at once", async () => {
  await using service = await openLab();
  const id = await submitEcho(service, "ann");
  await service.finish(id, { results: { text: { kind: "value", value: "a" } } });
  await service.send("PUT", `/jobs/${id}/keep`, { key: "carl" });
  for (const key of ["ann", "carl"]) {
    const refused = await service.send("DELETE", `/jobs/${id}`, { key });
    expect([refused.status, await jsonOf(refused)]).toMatchObject([
      409,
      {
        type: "urn:heddle:problem:kept-job",
        detail: `Cannot remove job "${id}": found it kept for good, wanted it released first`,
      },
    ]);
    expect((await press(service, `/jobs/${id}/remove-form`, key, { confirmed: "true" })).status).toBe(409);
    expect((await press(service, `/jobs/${id}/remove-form`, key)).status).toBe(409);
  }
  const several = await jsonOf(await service.send("DELETE", "/jobs", { key: "carl", body: { jobs: [id] } }));
  expect(several.jobs).toMatchObject([{ jobID: id, exception: { status: 409 } }]);
  const chosen = await press(service, "/jobs/dismiss-form", "carl", { jobs: id });
  const told = await service.send("GET", (chosen.headers.get("location") ?? "").slice(address.length), { key: "carl" });
  expect(await told.text()).toContain(": kept for good; keep it no longer first, on its page.");
  expect((await service.send("GET", `/jobs/${id}/results`, { key: "ann" })).status).toBe(200);
  expect((await service.send("DELETE", `/jobs/${id}/keep`, { key: "carl" })).status).toBe(204);
  expect((await service.send("DELETE", `/jobs/${id}`, { key: "ann" })).status).toBe(200);
  expect((await service.send("PUT", `/jobs/${id}/keep`, { key: "ann" })).status).toBe(410);
});

test("one that runs is kept as well, can be stopped, and is kept then", async () => {
  await using service = await openLab();
  const id = await submitEcho(service, "ann");
  expect((await service.send("PUT", `/jobs/${id}/keep`, { key: "ann" })).status).toBe(200);
  expect((await service.send("DELETE", `/jobs/${id}`, { key: "ann" })).status).toBe(200);
  expect((await service.send("DELETE", `/jobs/${id}`, { key: "ann" })).status).toBe(409);
  expect((await service.send("POST", `/jobs/${id}/retry`, { key: "ann", body: {} })).status).toBe(200);
  await service.finish(id);
  const status = await jsonOf(await service.send("GET", `/jobs/${id}`, { key: "ann" }));
  expect(status).toMatchObject({ status: "successful", kept: { by: "ann" } });
});

test("a job that its request asked to keep is kept so from its start, and can be kept no longer", async () => {
  await using service = await openLab();
  const made = await service.send("POST", "/processes/echo/execution", {
    key: "ann",
    headers: { prefer: "respond-async" },
    body: { inputs: { text: "a" }, heddle: { pinned: true } },
  });
  const { jobID, kept, created } = await jsonOf(made);
  expect(kept).toMatchObject({ since: created });
  await service.finish(String(jobID));
  expect((await service.send("DELETE", `/jobs/${jobID}/keep`, { key: "ann" })).status).toBe(204);
  expect(await jsonOf(await service.send("GET", `/jobs/${jobID}`, { key: "ann" }))).toHaveProperty("expirationDate");
});

const callers = [
  ["the owner, by its role", "ann", "ann", 200],
  ["an admin, a job of another user", "ann", "carl", 200],
  ["a role that may not ask for it with a request", "fay", "fay", 403],
  ["a fellow who sees the job", "ann", "bob", 403],
  ["who does not see it", "ann", "", 401],
] as const;

test.each(callers)("who may keep a job: %s", async (_, owner, caller, status) => {
  await using service = await openLab();
  const id = await submitEcho(service, owner);
  const as = caller === "" ? {} : { key: caller };
  expect((await service.send("PUT", `/jobs/${id}/keep`, as)).status).toBe(status);
  await service.send("PUT", `/jobs/${id}/keep`, { key: "carl" });
  expect((await service.send("DELETE", `/jobs/${id}/keep`, as)).status).toBe(status === 200 ? 204 : status);
  if (caller === "") return;
  const page = await pageOf(service, `/jobs/${id}`, caller);
  expect(/action="[^"]*\/(?:keep|release)-form"/.test(page)).toBe(status === 200);
});

test("a body that asks for something else, and an id of no job, are refused", async () => {
  await using service = await openLab();
  const id = await submitEcho(service, "ann");
  const until = await service.send("PUT", `/jobs/${id}/keep`, { key: "ann", body: { until: "2030-01-01" } });
  expect(until.status).toBe(400);
  expect((await service.send("PUT", "/jobs/none/keep", { key: "ann" })).status).toBe(404);
  expect((await service.send("DELETE", "/jobs/none/keep", { key: "ann" })).status).toBe(404);
});

test("the buttons of its page keep a job and keep it no longer, and lists mark it with words", async () => {
  await using service = await openLab();
  const id = await submitEcho(service, "ann");
  await service.finish(id);
  const before = await pageOf(service, `/jobs/${id}`, "ann");
  expect(before).toContain("Keep for good</button>");
  expect(before).toContain("Remove with its results</button>");
  expect(await pageOf(service, "/jobs", "ann")).not.toContain(" kept for good</span>");
  const done = await press(service, `/jobs/${id}/keep-form`, "ann");
  expect([done.status, done.headers.get("location")]).toEqual([
    303,
    expect.stringContaining(`/jobs/${id}?f=html&done=job-kept`),
  ]);
  const kept = await pageOf(service, `/jobs/${id}`, "ann");
  expect(kept).toMatch(/Kept for good since <time [^>]*>[^<]*<\/time>, by ann\./);
  expect(kept).toContain("Keep no longer</button>");
  expect(kept).not.toContain("Remove with its results</button>");
  expect(await pageOf(service, "/jobs", "ann")).toMatch(/<span class="muted nowrap"> kept for good<\/span>/);
  expect(await pageOf(service, `/jobs/${id}`, "fay")).toMatch(/Kept for good since <time [^>]*>[^<]*<\/time>\./);
  await press(service, `/jobs/${id}/release-form`, "ann");
  expect(await pageOf(service, `/jobs/${id}`, "ann")).toContain("Keep for good</button>");
});

test("lists show the kept jobs, or the others, page by page: links to their pages keep the filter", async () => {
  await using service = await openLab();
  const ids: string[] = [];
  for (let at = 0; at < 5; at += 1) {
    const id = await submitEcho(service, "ann");
    ids.push(id);
    if (at !== 4) await service.finish(id);
    if (at % 2 === 0) await service.send("PUT", `/jobs/${id}/keep`, { key: "ann" });
  }
  const [first, second, third, fourth, running] = ids;
  const listOf = async (path: string, key = "ann") => {
    const { jobs, links } = await jsonOf(await service.send("GET", path, { key }));
    const next = Array.isArray(links) ? links.find(({ rel }) => rel === "next")?.href : undefined;
    return { ids: Array.isArray(jobs) ? jobs.map(({ jobID }) => jobID) : [], next };
  };
  expect((await listOf("/jobs?kept=true")).ids).toEqual([running, third, first]);
  expect((await listOf("/jobs?kept=false")).ids).toEqual([fourth, second]);
  expect((await listOf("/jobs?kept=")).ids).toHaveLength(5);
  expect((await listOf("/processes/echo/jobs?kept=true&status=successful")).ids).toEqual([third, first]);
  // A fellow sees which jobs are kept.
  expect((await listOf("/jobs?kept=true", "fay")).ids).toEqual([running, third, first]);
  const page = await listOf("/jobs?kept=true&limit=2");
  expect([page.ids, page.next]).toEqual([[running, third], expect.stringContaining("kept=true")]);
  expect((await listOf(String(page.next).slice(address.length))).ids).toEqual([first]);
  const html = await pageOf(service, "/jobs", "ann");
  expect(html).toContain(
    '<select name="kept"><option value="">all</option><option value="true">kept for good</option>',
  );
  const kept = await (await service.send("GET", "/jobs?f=html&kept=true", { key: "ann" })).text();
  expect(kept).toContain('<option value="true" selected="">kept for good</option>');
  expect(kept).toContain("<b>3 jobs fit</b>: kept for good. ");
  expect(await pageOf(service, `/jobs/${first}`, "ann")).toContain(`/jobs?f=html&amp;kept=true">All kept jobs</a>`);
  const wrong = await service.send("GET", "/jobs?kept=yes", {
    key: "ann",
    headers: { accept: "text/html" },
  });
  expect([wrong.status, await wrong.text()]).toEqual([
    400,
    expect.stringContaining("Cannot list jobs: found kept &quot;yes&quot;, wanted true or false"),
  ]);
  const near = await jsonOf(await service.send("GET", "/jobs?keep=true", { key: "ann" }));
  expect(near.detail).toContain('wanted "kept"');
});
