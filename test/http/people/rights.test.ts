import { describe, expect, test } from "bun:test";
import { isRight, readRights } from "../../../src/domain/people/rights.ts";
import { jsonOf, openService, submitEcho } from "../service.ts";
import { identitiesOf, type KnownUser } from "./identities.ts";

/** Users of a provider, whose tokens are their names. */
const users: Readonly<Record<string, KnownUser>> = {
  vera: { role: "viewer", groups: ["viewers"] },
  rudi: { role: "runner", groups: ["hydrology"] },
  rosa: { role: "runner", groups: ["forestry"] },
  dora: { role: "deployer", groups: ["hydrology", "makers"] },
  adam: { role: "admin", groups: ["admins"] },
};

const identities = identitiesOf((token) => {
  const user = users[token];
  return user === undefined ? undefined : { user: token, ...user };
});

const tool = (id: string) => ({
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  id,
  baseCommand: "true",
  inputs: {},
  outputs: { out: { type: "stdout" } },
});

const execution = { inputs: {} };
const names = ["", ...Object.keys(users)];

/** What each user is answered, in the order of `users`, a stranger first. */
async function answers(right: readonly string[], method: string, path: string, body?: unknown): Promise<string> {
  await using service = await openService({ identities, holdsJobs: true, rights: readRights(right) });
  for (const id of ["flood-map", "flood-risk", "forest"]) {
    const made = await service.send("POST", "/processes", { key: "adam", body: tool(id) });
    expect(made.status).toBe(201);
  }
  const statuses: number[] = [];
  for (const key of names) {
    const headers = { prefer: "respond-async" };
    const sent = { headers, ...(body === undefined ? {} : { body }), ...(key === "" ? {} : { key }) };
    statuses.push((await service.send(method, path, sent)).status);
  }
  return statuses.join(" ");
}

const run = "/processes/flood-map/execution";

describe("the rows of the access table hold for users and groups of a provider:", () => {
  // In the order: a stranger, vera (viewer), rudi (runner, hydrology), rosa (runner, forestry), dora (deployer), adam (admin).
  test.each([
    ["without rights the role decides who runs", [], "POST", run, execution, "401 403 201 201 201 201"],
    ["and who sees", [], "GET", "/processes/flood-map", undefined, "200 200 200 200 200 200"],
    ["and who brings", [], "PUT", "/processes/flood-map", tool("flood-map"), "401 403 403 403 403 204"],
    [
      "a right to run is for its group",
      ["group:hydrology=run:flood-*"],
      "POST",
      run,
      execution,
      "401 403 201 403 201 201",
    ],
    ["or for its user", ["user:rosa=run:flood-map"], "POST", run, execution, "401 403 403 201 403 201"],
    [
      "or for its role, which must allow it still",
      ["role:viewer=run:*"],
      "POST",
      run,
      execution,
      "401 403 403 403 403 201",
    ],
    [
      "two rights add up",
      ["user:rosa=run:*", "group:makers=run:flood-*"],
      "POST",
      run,
      execution,
      "401 403 403 201 201 201",
    ],
    [
      "what no right names is the role's",
      ["group:forestry=run:forest"],
      "POST",
      run,
      execution,
      "401 403 201 201 201 201",
    ],
    [
      "what others may not see is not there",
      ["group:hydrology=see:flood-*"],
      "GET",
      "/processes/flood-map",
      undefined,
      "404 404 200 404 200 200",
    ],
    ["nor to run", ["group:hydrology=see:flood-*"], "POST", run, execution, "401 404 201 404 201 201"],
    [
      "who may run may see",
      ["user:dora=see:flood-*", "user:rudi=run:flood-*"],
      "GET",
      "/processes/flood-map",
      undefined,
      "404 404 200 404 200 200",
    ],
    [
      "its revisions are hidden, too",
      ["user:dora=see:flood-*"],
      "GET",
      "/processes/flood-map/revisions",
      undefined,
      "404 404 404 404 200 200",
    ],
    [
      "and its package",
      ["user:dora=see:flood-*"],
      "GET",
      "/processes/flood-map/package",
      undefined,
      "401 403 403 403 200 200",
    ],
    ["and its API", ["user:dora=see:flood-*"], "GET", "/processes/flood-map/api", undefined, "404 404 404 404 200 200"],
    [
      "a right to deploy is for ids",
      ["group:makers=deploy:flood-*"],
      "POST",
      "/processes",
      tool("flood-new"),
      "401 403 403 403 201 409",
    ],
    [
      "and keeps other deployers away",
      ["user:nobody=deploy:flood-*"],
      "POST",
      "/processes",
      tool("flood-new"),
      "401 403 403 403 403 201",
    ],
  ] as const)("%s", async (_title, right, method, path, body, wanted) => {
    expect(await answers(right, method, path, body)).toBe(wanted);
  });

  test("lists leave out what may not be seen, without gaps, in each way to list", async () => {
    const rights = readRights(["group:hydrology=see:flood-*"]);
    await using service = await openService({ identities, rights });
    for (const id of ["flood-1", "flood-2", "flood-3", "zebra"])
      await service.send("POST", "/processes", { key: "adam", body: tool(id) });
    const idsOf = async (path: string, key?: string) => {
      const { processes } = await jsonOf(await service.send("GET", path, key === undefined ? {} : { key }));
      return Array.isArray(processes) ? processes.map(({ id }) => id).join(" ") : undefined;
    };
    expect(await idsOf("/processes?limit=2", "rosa")).toBe("echo zebra");
    expect(await idsOf("/processes?limit=2")).toBe("echo zebra");
    expect(await idsOf("/processes?q=flood", "rosa")).toBe("");
    expect(await idsOf("/processes?q=flood", "rudi")).toBe("flood-1 flood-2 flood-3");
    expect(await idsOf("/processes?limit=2&sortby=-id", "rosa")).toBe("zebra echo");
    const api = async (key: string) => (await service.send("GET", "/api?f=oas31", { key })).text();
    expect(await api("rosa")).not.toContain("flood-1");
    expect(await api("rudi")).toContain("flood-1");
    const wps = async (key: string) =>
      (await service.send("GET", "/wps?service=WPS&version=1.0.0&request=GetCapabilities", { key })).text();
    expect(await wps("rosa")).not.toContain("flood-1");
    expect(await wps("rudi")).toContain("flood-1");
  });

  test("jobs of one user are nobody else's but an admin's", async () => {
    await using service = await openService({ identities, holdsJobs: true });
    const id = await submitEcho(service, "rudi");
    const statuses: number[] = [];
    for (const key of Object.keys(users)) statuses.push((await service.send("GET", `/jobs/${id}`, { key })).status);
    expect(statuses).toEqual([404, 200, 404, 404, 200]);
  });
});

describe("a group that may see the jobs of its members", () => {
  const rights = readRights(["group:hydrology=jobs:ec*"]);

  test("reads and lists them in their order, page by page, with files and events, and stops, shares or retries none", async () => {
    await using service = await openService({ identities, rights, holdsJobs: true });
    const ids: string[] = [];
    for (const user of ["rudi", "dora", "rosa", "rudi", "dora"]) {
      service.clock.advance(1000);
      ids.push(await submitEcho(service, user));
    }
    const [first = "", , foreign = ""] = ids;
    await service.finish(first, {
      files: { "text/a.txt": "x" },
      results: { text: { kind: "value", value: "x" } },
      log: "x\n",
    });
    const paths = [`/jobs/${first}`, `/jobs/${first}/results`, `/jobs/${first}/log`, `/outputs/${first}/text/a.txt`];
    for (const path of paths) {
      expect([path, (await service.send("GET", path, { key: "dora" })).status]).toEqual([path, 200]);
      expect([path, (await service.send("GET", path, { key: "rosa" })).status]).toEqual([path, 404]);
      expect([path, (await service.send("GET", path, { key: "vera" })).status]).toEqual([path, 404]);
    }
    expect((await service.send("GET", `/jobs/${foreign}`, { key: "dora" })).status).toBe(404);
    const seen: string[] = [];
    for (let path: string | undefined = "/jobs?limit=2"; path !== undefined; ) {
      const { jobs, links } = await jsonOf(await service.send("GET", path, { key: "dora" }));
      if (!Array.isArray(jobs) || !Array.isArray(links)) throw new Error("no list");
      seen.push(...jobs.map(({ jobID }) => String(jobID)));
      path = links.find(({ rel }) => rel === "next")?.href;
    }
    expect(seen).toEqual([ids[4], ids[3], ids[1], ids[0]].map(String));
    const { jobs } = await jsonOf(await service.send("GET", "/jobs", { key: "rosa" }));
    expect(jobs).toMatchObject([{ jobID: foreign }]);
    const asked: readonly [string, string][] = [
      ["DELETE", `/jobs/${first}`],
      ["POST", `/jobs/${first}/share`],
      ["DELETE", `/jobs/${first}/share`],
      ["POST", `/jobs/${ids[3]}/retry`],
    ];
    for (const [method, path] of asked) {
      expect([method, path, (await service.send(method, path, { key: "dora" })).status]).toEqual([method, path, 403]);
    }
  });

  test("sees those of other processes as little as anybody", async () => {
    await using service = await openService({
      identities,
      rights: readRights(["group:hydrology=jobs:x*"]),
      holdsJobs: true,
    });
    const id = await submitEcho(service, "rudi");
    expect((await service.send("GET", `/jobs/${id}`, { key: "dora" })).status).toBe(404);
    expect((await jsonOf(await service.send("GET", "/jobs", { key: "dora" }))).jobs).toEqual([]);
  });
});

test("a right is WHO=VERB:PROCESSES", () => {
  const good = ["user:ann=run:x", "group:/a/b c=see:*", "role:viewer=deploy:a-*", "group:a=b=run:x", "group:a=jobs:*"];
  const bad = [
    "",
    "ann=run:x",
    "user:=run:x",
    "user:ann=eat:x",
    "user:ann=run:",
    "user:ann=run:a b",
    "team:x=run:y",
    "user:x=jobs:*",
  ];
  expect([...good, ...bad].filter(isRight)).toEqual(good);
  expect(readRights(["group:/a=see:*"])).toEqual([{ whom: "group", name: "a", verb: "see", pattern: "*" }]);
});
