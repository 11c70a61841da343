import { describe, expect, test } from "bun:test";
import { type Role, roles } from "../../../src/domain/people/access.ts";
import { address, jsonOf, openService, type Service, submitEcho } from "../service.ts";
import { identitiesOf } from "./identities.ts";

const tool = (id: string) => ({
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  id,
  baseCommand: "true",
  inputs: {},
  outputs: {},
});

type Asked = {
  readonly what: string;
  readonly ask: (service: Service, key: string, owned: string) => Promise<Response>;
  readonly allowed: readonly Role[];
  readonly status: number;
};

const everyone = roles;
const runners = ["runner", "deployer", "admin"] as const;
const deployers = ["deployer", "admin"] as const;
const get = (path: string) => (service: Service, key: string) => service.send("GET", path, { key });

const cells: readonly Asked[] = [
  { what: "read processes", ask: get("/processes"), allowed: everyone, status: 200 },
  { what: "read one process", ask: get("/processes/echo"), allowed: everyone, status: 200 },
  { what: "list jobs", ask: get("/jobs"), allowed: everyone, status: 200 },
  { what: "list what is shared of the own jobs", ask: get("/_/shares"), allowed: everyone, status: 200 },
  {
    what: "read an own job",
    ask: (service, key, id) => get(`/jobs/${id}`)(service, key),
    allowed: everyone,
    status: 200,
  },
  {
    what: "read the log of an own job",
    ask: (service, key, id) => get(`/jobs/${id}/log`)(service, key),
    allowed: everyone,
    status: 200,
  },
  {
    what: "read what was told of an own job",
    ask: (service, key, id) => get(`/jobs/${id}/notifications`)(service, key),
    allowed: everyone,
    status: 200,
  },
  {
    what: "execute",
    ask: (service, key) =>
      service.send("POST", "/processes/echo/execution", {
        key,
        headers: { prefer: "respond-async" },
        body: { inputs: { text: "" } },
      }),
    allowed: runners,
    status: 201,
  },
  {
    what: "dismiss an own job",
    ask: (service, key, id) => service.send("DELETE", `/jobs/${id}`, { key }),
    allowed: runners,
    status: 200,
  },
  {
    what: "upload",
    ask: (service, key) => service.send("POST", "/vault", { key, body: "bytes" }),
    allowed: runners,
    status: 201,
  },
  { what: "list keys", ask: get("/_/keys"), allowed: ["admin"], status: 200 },
  {
    what: "deploy",
    ask: (service, key) => service.send("POST", "/processes", { key, body: tool("second") }),
    allowed: deployers,
    status: 201,
  },
  {
    what: "replace",
    ask: (service, key) => service.send("PUT", "/processes/first", { key, body: tool("first") }),
    allowed: deployers,
    status: 204,
  },
  {
    what: "undeploy",
    ask: (service, key) => service.send("DELETE", "/processes/first", { key }),
    allowed: deployers,
    status: 204,
  },
];

/** By what somebody comes who has a role: a key, a token of a provider whose groups give the role, a browser's session. */
const ways = ["key", "token", "session"] as const;

const identities = identitiesOf((token) => {
  const role = roles.find((one) => token === `token-of-${one}`);
  return role === undefined ? undefined : { user: "ann", role, groups: [`${role}s`] };
});

/** A viewer's own job stems from a time when its user had a key that could do more. */
async function withOwnJob(role: Role, way: (typeof ways)[number]) {
  const service = await openService({ holdsJobs: true, ...(way === "key" ? {} : { identities }) });
  const deployer = await service.createKey("deployer", "ann");
  await service.send("POST", "/processes", { key: deployer, body: tool("first") });
  const id = await submitEcho(service, await service.createKey("runner", "ann"));
  const key = await service.createKey(role, "ann");
  if (way !== "session") return { service, id, key: way === "key" ? key : `token-of-${role}` };
  const headers = { origin: address, "content-type": "application/x-www-form-urlencoded" };
  const signedIn = await service.send("POST", "/_/sign-in", { headers, body: `key=${key}` });
  const cookie = (signedIn.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  // As a page of the service would send it.
  const own = { cookie, "sec-fetch-site": "same-origin" };
  const send: Service["send"] = (method, path, { key: _key, headers: more, ...options } = {}) =>
    service.send(method, path, { ...options, headers: { ...more, ...own } });
  return { service: { ...service, send }, id, key: "" };
}

for (const role of roles) {
  describe.each(ways)(`a ${role} by a %s`, (way) => {
    for (const { what, ask, allowed, status } of cells) {
      const may = allowed.some((one) => one === role);
      test(`${may ? "may" : "may not"} ${what}`, async () => {
        const { service, id, key } = await withOwnJob(role, way);
        await using opened = service;
        const response = await ask(opened, key, id);
        expect(response.status).toBe(may ? status : 403);
      });
    }
  });
}

describe("another user's job is 404, and absent from lists, for a", () => {
  for (const role of ["viewer", "runner", "deployer"] as const) {
    test(role, async () => {
      await using service = await openService({ holdsJobs: true });
      const ann = await service.createKey("runner", "ann");
      const bob = await service.createKey(role, "bob");
      const id = await submitEcho(service, ann);
      const outcome = { files: { "text/a.txt": "secret" }, log: "secret\n" };
      const results = { text: { kind: "value", value: "secret" } } as const;
      const executionId = await service.finish(id, { ...outcome, results });
      const paths = [
        `/jobs/${id}`,
        `/jobs/${id}/results`,
        `/jobs/${id}/results/text`,
        `/jobs/${id}/log`,
        `/outputs/${id}/text/a.txt`,
        `/outputs/${executionId}/text/a.txt`,
        `/outputs/${id}.log`,
        `/outputs/${executionId}.log`,
      ];
      for (const path of paths) {
        expect((await service.send("GET", path, { key: ann })).status).toBe(200);
        expect((await service.send("GET", path, { key: bob })).status).toBe(404);
        expect((await service.send("HEAD", path, { key: bob })).status).toBe(404);
        expect((await service.send("GET", path, { key: bob, headers: { range: "bytes=0-1" } })).status).toBe(404);
      }
      expect((await service.send("DELETE", `/jobs/${id}`, { key: bob })).status).toBeOneOf([403, 404]);
      expect((await jsonOf(await service.send("GET", "/jobs", { key: bob }))).jobs).toEqual([]);
    });
  }
});

test("an admin sees, and may dismiss, everybody's jobs", async () => {
  await using service = await openService({ holdsJobs: true });
  const ann = await service.createKey("runner", "ann");
  const root = await service.createKey("admin", "root");
  const id = await submitEcho(service, ann);
  expect((await jsonOf(await service.send("GET", "/jobs", { key: root }))).jobs).toHaveLength(1);
  expect((await service.send("GET", `/jobs/${id}/log`, { key: root })).status).toBe(200);
  expect((await service.send("DELETE", `/jobs/${id}`, { key: root })).status).toBe(200);
});

test("anonymous jobs belong to anonymous callers, not to users", async () => {
  await using service = await openService({ holdsJobs: true, allowAnonymous: "runner" });
  const id = await submitEcho(service);
  const ann = await service.createKey("runner", "ann");
  const own = await submitEcho(service, ann);
  expect((await service.send("GET", `/jobs/${id}`)).status).toBe(200);
  expect((await service.send("GET", `/jobs/${id}`, { key: ann })).status).toBe(404);
  expect((await service.send("GET", `/jobs/${own}`)).status).toBe(404);
  expect((await jsonOf(await service.send("GET", "/jobs"))).jobs).toMatchObject([{ jobID: id }]);
});
