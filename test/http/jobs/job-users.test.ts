import { expect, test } from "bun:test";
import { readRights } from "../../../src/domain/people/rights.ts";
import { identitiesOf } from "../people/identities.ts";
import { jsonOf, openService, submitEcho } from "../service.ts";

const jobsOf = async (answer: Promise<Response>) => {
  const { jobs } = await jsonOf(await answer);
  return Array.isArray(jobs) ? jobs.map(({ user }) => user) : jobs;
};

test("who sees all jobs filters them by user, and nobody learns by it of whom there are jobs", async () => {
  await using service = await openService({ holdsJobs: true });
  const [admin, ann, bob] = [
    await service.createKey("admin", "root"),
    await service.createKey("runner", "ann"),
    await service.createKey("runner", "bob"),
  ];
  await submitEcho(service, ann);
  await submitEcho(service, bob);
  const list = (query: string, key: string) => jobsOf(service.send("GET", `/jobs?${query}`, { key }));
  expect(await list("", admin)).toEqual(["bob", "ann"]);
  expect(await list("user=ann", admin)).toEqual(["ann"]);
  expect(await list("user=ann&status=failed", admin)).toEqual([]);
  expect(await list("user=", admin)).toEqual(["bob", "ann"]);
  expect(await list("user=bob", ann)).toEqual([]);
  expect(await list("user=nobody", ann)).toEqual([]);
  expect(await list("user=ann", ann)).toEqual(["ann"]);
  const page = await (await service.send("GET", "/jobs?f=html&user=ann&limit=1", { key: admin })).text();
  expect(page).toContain('<input type="text" name="user" value="ann"/>');
  expect(page).not.toContain(">bob<");
});

test("the filter stays in the links to the other pages of a list", async () => {
  await using service = await openService({ holdsJobs: true });
  const [admin, ann] = [await service.createKey("admin", "root"), await service.createKey("runner", "ann")];
  for (let made = 0; made < 3; made += 1) await submitEcho(service, ann);
  await submitEcho(service, admin);
  const { links } = await jsonOf(await service.send("GET", "/jobs?user=ann&limit=2", { key: admin }));
  const next = (Array.isArray(links) ? links : []).find(({ rel }) => rel === "next");
  expect(next?.href).toContain("user=ann");
  expect(await jobsOf(service.send("GET", String(next?.href), { key: admin }))).toEqual(["ann"]);
});

test("members of a group are told whose jobs they see, in the list, at home and on the page of a job", async () => {
  const groups: Readonly<Record<string, readonly string[]>> = { rudi: ["hydrology"], dora: ["hydrology"], rosa: ["x"] };
  const identities = identitiesOf((user) => {
    const own = groups[user];
    return own === undefined ? undefined : { user, role: "runner", groups: own };
  });
  const rights = readRights(["group:hydrology=jobs:ec*"]);
  await using service = await openService({ identities, holdsJobs: true, rights });
  const id = await submitEcho(service, "rudi");
  for (const user of ["dora", "rosa"]) await submitEcho(service, user);
  const list = (query: string, key: string) => jobsOf(service.send("GET", `/jobs?${query}`, { key }));
  expect(await list("", "dora")).toEqual(["dora", "rudi"]);
  expect(await list("user=rudi", "dora")).toEqual(["rudi"]);
  expect(await list("user=rosa", "dora")).toEqual([]);
  const pageOf = async (path: string, key: string) => (await service.send("GET", path, { key })).text();
  for (const path of ["/jobs?f=html", "/?f=html"]) {
    expect(await pageOf(path, "dora")).toContain('user=rudi">rudi</a>');
    expect(await pageOf(path, "rosa")).not.toContain(">User</th>");
  }
  expect(await pageOf("/jobs?f=html", "dora")).toContain('<input type="text" name="user"');
  expect(await pageOf(`/jobs/${id}?f=html`, "dora")).toContain(" by rudi.");
});

test("an admin sees at home whose the last jobs are", async () => {
  await using service = await openService({ holdsJobs: true });
  const [admin, ann] = [await service.createKey("admin", "root"), await service.createKey("runner", "ann")];
  await submitEcho(service, ann);
  expect(await (await service.send("GET", "/?f=html", { key: admin })).text()).toContain('user=ann">ann</a>');
  expect(await (await service.send("GET", "/?f=html", { key: ann })).text()).not.toContain(">User</th>");
});
