import { describe, expect, test } from "bun:test";
import { actions, isInScope, roles } from "../../../src/domain/people/access.ts";
import { matchesPattern } from "../../../src/domain/values/pattern.ts";
import { createKey, type WantedKey } from "../../../src/operations/people/manage-keys.ts";
import { jsonOf, openService, type Service, submitEcho } from "../service.ts";

const tool = { cwlVersion: "v1.2", class: "CommandLineTool", id: "tool", baseCommand: "true", inputs: {}, outputs: {} };

async function keyOf(service: Service, wanted: Partial<WantedKey>): Promise<string> {
  const { text } = await createKey(service.keys, { user: "ann", role: "admin", ...wanted });
  service.clock.advance(2000);
  return text;
}

describe("keys by the API:", () => {
  test("an admin creates one, which is told once, sees it in the list and revokes it", async () => {
    await using service = await openService();
    const key = await keyOf(service, {});
    const body = {
      ...{ user: "nightly", role: "runner", service: true, label: "nightly sums", expires: "30d" },
      ...{ actions: ["execute", "read-own-jobs"], processes: ["ec*"] },
    };
    const made = await service.send("POST", "/_/keys", { key, body });
    expect([made.status, made.headers.get("cache-control")]).toEqual([201, "no-store"]);
    const told = await jsonOf(made);
    expect(told).toMatchObject({
      ...body,
      actions: ["read-processes", "read-own-jobs", "execute"],
      expires: expect.any(String),
      state: "valid",
    });
    const text = String(told.key);
    expect(text).toMatch(/^hdl_[A-Za-z0-9]+_[A-Za-z0-9]+$/);
    service.clock.advance(1000);
    const execute = () =>
      service.send("POST", "/processes/echo/execution", { key: text, body: { inputs: { text: "a" } } });
    expect((await execute()).status).toBe(200);
    const list = await (await service.send("GET", "/_/keys", { key })).text();
    expect(list).toContain("nightly sums");
    expect(list).not.toContain(text.split("_")[2] ?? "?");
    expect((await service.send("DELETE", `/_/keys/${told.id}`, { key })).status).toBe(204);
    expect((await service.send("DELETE", `/_/keys/${told.id}`, { key })).status).toBe(404);
    service.clock.advance(1000);
    expect((await execute()).status).toBe(401);
  });

  test("nobody but admins lists, creates or revokes any", async () => {
    await using service = await openService();
    const admin = await keyOf(service, { user: "root" });
    for (const role of roles) {
      const key = await keyOf(service, { role });
      const asked: readonly [string, string, unknown][] = [
        ["GET", "/_/keys", undefined],
        ["POST", "/_/keys", { user: "eve", role: "admin" }],
        ["DELETE", `/_/keys/${admin.split("_")[1]}`, undefined],
      ];
      if (role === "admin") continue;
      for (const [method, path, body] of asked) {
        expect([role, method, (await service.send(method, path, { key, body })).status]).toEqual([role, method, 403]);
      }
    }
    expect((await service.send("GET", "/_/keys")).status).toBe(401);
  });

  test.each([
    [{}, "user"],
    [{ user: "a" }, "role"],
    [{ user: "a", role: "boss" }, "viewer, runner"],
    [{ user: "", role: "viewer" }, "1 to 128"],
    [{ user: "a", role: "viewer", expires: "soon" }, 'expires \\"soon\\"'],
    [{ user: "a", role: "viewer", actions: ["deploy"] }, 'actions \\"deploy\\"'],
    [{ user: "a", role: "viewer", actions: [] }, "actions none"],
    [{ user: "a", role: "viewer", actions: "deploy" }, "/actions"],
    [{ user: "a", role: "viewer", processes: ["a b"] }, 'processes \\"a b\\"'],
    [{ user: "a", role: "viewer", processes: [] }, "processes 0"],
    [{ user: "a", role: "viewer", label: "" }, "label"],
    [{ user: "a", role: "viewer", service: "yes" }, "/service"],
    [{ user: "a", role: "viewer", colour: "red" }, "colour"],
    ["text", "JSON"],
  ])("%j is refused, and names what is wrong", async (body, words) => {
    await using service = await openService();
    const key = await keyOf(service, {});
    const headers = { "content-type": "application/json" };
    const response = await service.send("POST", "/_/keys", { key, body, headers });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(words);
    expect((await jsonOf(await service.send("GET", "/_/keys", { key }))).keys).toHaveLength(1);
  });

  test("a key with a scope makes no key, which would be a way around it", async () => {
    await using service = await openService();
    for (const scope of [{ actions: ["manage-keys"] }, { processes: ["echo"] }]) {
      const key = await keyOf(service, scope);
      const response = await service.send("POST", "/_/keys", { key, body: { user: "eve", role: "admin" } });
      expect(response.status).toBe(403);
      expect(response.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
      expect((await service.send("GET", "/_/keys", { key })).status).toBe(200);
    }
  });
});

describe("the scope of a key", () => {
  test("holds its actions, of those of the role; what else it asks is 403 with the reason (RFC 6750)", async () => {
    await using service = await openService({ holdsJobs: true });
    const key = await keyOf(service, { role: "runner", actions: ["read-own-jobs"] });
    expect((await service.send("GET", "/jobs", { key })).status).toBe(200);
    const response = await service.send("POST", "/processes/echo/execution", { key, body: { inputs: { text: "a" } } });
    expect([response.status, response.headers.get("www-authenticate")]).toEqual([
      403,
      expect.stringContaining('Bearer realm="heddle", error="insufficient_scope"'),
    ]);
    const viewer = await keyOf(service, { role: "viewer" });
    const plain = await service.send("POST", "/processes/echo/execution", {
      key: viewer,
      body: { inputs: { text: "a" } },
    });
    expect([plain.status, plain.headers.get("www-authenticate")]).toEqual([403, null]);
  });

  test("holds its processes: it runs, brings, changes and removes no others, and sees no jobs of them", async () => {
    await using service = await openService({ holdsJobs: true });
    const whole = await keyOf(service, {});
    const [own, other] = await Promise.all([
      keyOf(service, { processes: ["ech*"] }),
      keyOf(service, { processes: ["x"] }),
    ]);
    await service.send("POST", "/processes", { key: whole, body: tool });
    const id = await submitEcho(service, own);
    const asked: readonly [string, string, unknown][] = [
      ["POST", "/processes/echo/execution", { inputs: { text: "a" } }],
      ["POST", "/processes", { ...tool, id: "tool2" }],
      ["PUT", "/processes/tool", tool],
      ["DELETE", "/processes/tool", undefined],
      ["GET", "/processes/tool/package", undefined],
    ];
    for (const [method, path, body] of asked) {
      expect([method, path, (await service.send(method, path, { key: other, body })).status]).toEqual([
        method,
        path,
        403,
      ]);
    }
    for (const path of [`/jobs/${id}`, `/jobs/${id}/log`, `/jobs/${id}/inputs`]) {
      expect([path, (await service.send("GET", path, { key: other })).status]).toEqual([path, 404]);
    }
    expect((await service.send("GET", `/jobs/${id}`, { key: own })).status).toBe(200);
    expect((await jsonOf(await service.send("GET", "/jobs", { key: other }))).jobs).toEqual([]);
    expect((await jsonOf(await service.send("GET", "/jobs", { key: own }))).jobs).toHaveLength(1);
    expect((await service.send("DELETE", `/jobs/${id}`, { key: other })).status).toBe(404);
  });

  test("knows patterns", () => {
    const cases: readonly [string, string, boolean][] = [
      ["*", "", true],
      ["a*", "a", true],
      ["a*", "ba", false],
      ["*a", "ba", true],
      ["a*a", "a", false],
      ["a*b*c", "a1b2c", true],
      ["a*b*c", "acb", false],
      ["ab*ba", "aba", false],
      ["a.c", "abc", false],
      ["abc", "abcd", false],
    ];
    for (const [pattern, name, fits] of cases)
      expect([pattern, name, matchesPattern(pattern, name)]).toEqual([pattern, name, fits]);
    expect(matchesPattern("*a".repeat(5000), "a".repeat(4000))).toBe(false);
    expect(isInScope({ scope: { actions } }, "anything")).toBe(true);
  });
});

describe("the rate of requests of a client", () => {
  const requestRate = { requests: 3, seconds: 60 };

  test("is told in each answer, and beyond it a request is answered 429 with the time to wait", async () => {
    await using service = await openService({ requestRate });
    const [ann, bob] = [await service.createKey("admin", "ann"), await service.createKey("admin", "bob")];
    const seen: (string | null)[] = [];
    for (let count = 0; count < 4; count += 1) {
      const response = await service.send("GET", "/jobs", { key: ann });
      seen.push(`${response.status} ${response.headers.get("ratelimit")} ${response.headers.get("retry-after")}`);
      expect(response.headers.get("ratelimit-policy")).toBe('"requests";q=3;w=60');
    }
    expect(seen).toEqual([
      '200 "requests";r=2;t=20 null',
      '200 "requests";r=1;t=20 null',
      '200 "requests";r=0;t=20 null',
      '429 "requests";r=0;t=20 20',
    ]);
    expect((await service.send("GET", "/jobs", { key: bob })).status).toBe(200);
    expect((await service.send("GET", "/healthz")).status).toBe(200);
    const xml = await service.send("GET", "/wps?service=WPS&request=GetCapabilities", { key: ann });
    expect([xml.status, xml.headers.get("content-type")]).toEqual([429, "text/xml; charset=utf-8"]);
    service.clock.advance(20_000);
    expect((await service.send("GET", "/jobs", { key: ann })).status).toBe(200);
  });

  test("is nobody's unless the operator gave one", async () => {
    await using service = await openService();
    expect((await service.send("GET", "/jobs")).headers.get("ratelimit")).toBeNull();
  });

  test("remembers a bounded number of clients", async () => {
    const { createRequestRate } = await import("../../../src/http/door/request-rate.ts");
    let now = 0;
    const turnOf = createRequestRate({ requests: 2, seconds: 10 }, { elapsed: () => now });
    expect(turnOf("first").refusal).toBeUndefined();
    expect(turnOf("first").refusal).toBeUndefined();
    expect(turnOf("first").refusal).toBeDefined();
    for (let count = 0; count < 10_001; count += 1) turnOf(`network:${count}`);
    // The one that was used longest ago was forgotten.
    expect(turnOf("first").refusal).toBeUndefined();
    expect(turnOf("first").refusal).toBeUndefined();
    now += 5000;
    expect(turnOf("first").refusal).toBeUndefined();
    expect(turnOf("first").refusal).toBeDefined();
  });
});
