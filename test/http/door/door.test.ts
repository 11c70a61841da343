import { describe, expect, test } from "bun:test";
import { echo } from "../../../src/engines/builtin/echo.ts";
import { hasEffect } from "../../../src/http/route.ts";
import { saveProcess } from "../../../src/store/processes/processes.ts";
import { address, jsonOf, openService, processOf, requestOf, submitEcho } from "../service.ts";

const tool = { cwlVersion: "v1.2", class: "CommandLineTool", id: "tool", baseCommand: "true", inputs: {}, outputs: {} };
const otherPages = [
  { origin: "http://evil.example" },
  { origin: "null" },
  { origin: "http://127.0.0.1:9999" },
  { "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "same-site" },
  { origin: address, "sec-fetch-site": "cross-site" },
];

describe("a page of another origin can neither deploy, execute, replace, upload nor dismiss:", () => {
  test.each(otherPages)("%j", async (headers) => {
    await using service = await openService({ holdsJobs: true });
    const id = await submitEcho(service);
    const json = { ...headers, "content-type": "application/json" };
    const asked: readonly [string, string, unknown][] = [
      ["POST", "/processes", tool],
      ["PUT", "/processes/tool", tool],
      ["DELETE", "/processes/tool", undefined],
      ["POST", "/processes/echo/execution", { inputs: { text: "" } }],
      ["POST", "/vault", "bytes"],
      ["DELETE", `/jobs/${id}`, undefined],
    ];
    for (const [method, path, body] of asked) {
      expect((await service.send(method, path, { headers: json, body })).status).toBe(403);
    }
    const { jobs } = await jsonOf(await service.send("GET", "/jobs"));
    expect(jobs).toMatchObject([{ jobID: id, status: "accepted" }]);
    expect((await service.send("GET", "/processes/tool")).status).toBe(404);
  });
});

test("every route that starts, stops or changes something is guarded, but those that guard themselves", async () => {
  await using service = await openService();
  // WPS tells its operation in the request. By GET a route has an effect only where the request says so: see kvp-execute.test.ts.
  const unguarded = service.app.routes.filter((route) => route.method !== "GET" && !hasEffect(route));
  expect(unguarded.map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /wps", "POST /ows/wps"]);
});

test("our own pages and programs may act", async () => {
  await using service = await openService();
  const body = { inputs: { text: "a" }, outputs: { text: {} } };
  const own = [{ origin: address, "sec-fetch-site": "same-origin" }, { "sec-fetch-site": "none" }, {}];
  for (const headers of own) {
    expect((await service.send("POST", "/processes/echo/execution", { headers, body })).status).toBe(200);
  }
});

describe("a Host that is not ours is refused on every path:", () => {
  const hosts = ["evil.example", "evil.example:8080", "192.168.0.7", "localhost.evil.example", "127.0.0.1@evil", ""];
  test.each(hosts)("%j", async (host) => {
    await using service = await openService();
    for (const path of ["/", "/processes", "/jobs", "/healthz", "/nope"]) {
      expect((await service.send("GET", path, { headers: { host } })).status).toBe(403);
    }
  });

  test.each(["localhost", "localhost:1", "127.0.0.1:8080", "127.9.9.9", "[::1]:8080"])("%j is ours", async (host) => {
    await using service = await openService();
    expect((await service.send("GET", "/", { headers: { host } })).status).toBe(200);
  });
});

test("the public host is ours, and links begin with the public URL", async () => {
  const door = { publicUrl: "https://maps.example/heddle" };
  await using service = await openService({ door });
  const response = await service.send("GET", "/", { headers: { host: "maps.example" } });
  const { links } = await jsonOf(response);
  expect(links).toContainEqual(expect.objectContaining({ href: "https://maps.example/heddle/processes" }));
  expect((await service.send("GET", "/", { headers: { host: "192.0.2.1" } })).status).toBe(403);
  const body = { inputs: { text: "a" } };
  const headers = { host: "maps.example", origin: "https://maps.example" };
  expect((await service.send("POST", "/processes/echo/execution", { headers, body })).status).toBe(200);
});

test("a service that others may reach answers to its addresses, never to a name it does not know", async () => {
  const door = { isLoopback: false, listenHost: "0.0.0.0" };
  await using service = await openService({ door, allowAnonymous: "runner" });
  expect((await service.send("GET", "/", { headers: { host: "192.0.2.1:8080" } })).status).toBe(200);
  expect((await service.send("GET", "/", { headers: { host: "evil.example" } })).status).toBe(403);
});

test("links use the name that the client called", async () => {
  await using service = await openService();
  const { links } = await jsonOf(await service.send("GET", "/", { headers: { host: "localhost:1234" } }));
  expect(links).toContainEqual(expect.objectContaining({ href: "http://localhost:1234/jobs" }));
});

describe("CORS", () => {
  test("lets any page read and act when the operator says so, without credentials of the browser", async () => {
    await using service = await openService({ door: { corsOrigins: ["*"] } });
    for (const origin of ["https://app.example", "null", "http://localhost:3000"]) {
      const headers = { origin, "sec-fetch-site": "cross-site" };
      const body = { inputs: { text: "a" } };
      const response = await service.send("POST", "/processes/echo/execution", { headers, body });
      expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([200, "*"]);
      expect(response.headers.get("access-control-allow-credentials")).toBeNull();
      const asked = await service.send("OPTIONS", "/processes/echo/execution", { headers });
      expect(asked.headers.get("access-control-allow-origin")).toBe("*");
      expect(asked.headers.get("access-control-allow-headers")).toContain("Authorization");
    }
  });

  test("lets a page send each header that is read here, and read each that is sent", async () => {
    await using service = await openService({ door: { corsOrigins: ["https://app.example"] } });
    const headers = { origin: "https://app.example" };
    const asked = await service.send("OPTIONS", "/processes/echo/execution", { headers });
    const sendable = asked.headers.get("access-control-allow-headers")?.toLowerCase().split(", ");
    for (const name of ["accept-profile", "prefer", "idempotency-key", "content-encoding", "if-range", "x-auth-vault"])
      expect(sendable).toContain(name);
    const exposed = (await service.send("GET", "/processes", { headers })).headers;
    expect(exposed.get("access-control-expose-headers")).toContain("Content-Profile");
    expect(exposed.get("content-profile")).toBe("<https://www.opengis.net/def/profile/OGC/0/ogc-process-list>");
  });

  test("is off unless an origin was allowed", async () => {
    await using service = await openService();
    const headers = { origin: "https://app.example" };
    expect((await service.send("GET", "/", { headers })).headers.get("access-control-allow-origin")).toBeNull();
    const asked = await service.send("OPTIONS", "/processes", { headers });
    expect(asked.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("lets an allowed origin read and act, and no other", async () => {
    await using service = await openService({ door: { corsOrigins: ["https://app.example"] } });
    const headers = { origin: "https://app.example", "sec-fetch-site": "cross-site" };
    const body = { inputs: { text: "a" } };
    const response = await service.send("POST", "/processes/echo/execution", { headers, body });
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(response.headers.get("access-control-expose-headers")).toContain("Location");
    const asked = await service.send("OPTIONS", "/processes/echo/execution", { headers });
    expect([asked.status, asked.headers.get("access-control-allow-methods")]).toEqual([204, "POST, GET, HEAD"]);
    const other = await service.send("GET", "/nope", { headers: { origin: "https://evil.example" } });
    expect(other.headers.get("access-control-allow-origin")).toBeNull();
    expect(other.headers.get("vary")).toBe("Origin");
  });
});

describe("sign-in:", () => {
  const open = ["/", "/conformance", "/healthz", "/readyz", "/processes", "/processes/echo"];
  const closed = ["/jobs", "/jobs/x", "/jobs/x/results", "/jobs/x/results/y", "/jobs/x/log", "/outputs/x/y"];

  test("without a key ever made, everyone on this machine is admin", async () => {
    await using service = await openService();
    for (const path of [...open, "/jobs"]) expect((await service.send("GET", path)).status).toBe(200);
    expect((await service.send("POST", "/processes", { body: tool })).status).toBe(201);
  });

  test("once a key was made, strangers see only what is public, also when all keys are revoked", async () => {
    await using service = await openService();
    const key = await service.createKey("admin", "ann");
    const check = async () => {
      for (const path of open) expect((await service.send("GET", path)).status).toBe(200);
      for (const path of closed) {
        const response = await service.send("GET", path);
        expect(response.status).toBe(401);
        expect(response.headers.get("www-authenticate")).toStartWith("Bearer");
      }
      const body = { inputs: { text: "" } };
      expect((await service.send("POST", "/processes/echo/execution", { body })).status).toBe(401);
      expect((await service.send("POST", "/processes", { body: tool })).status).toBe(401);
      expect((await service.send("POST", "/vault", { body: "x" })).status).toBe(401);
      expect((await service.send("DELETE", "/processes/echo")).status).toBe(401);
    };
    await check();
    const { revokeKey } = await import("../../../src/operations/people/manage-keys.ts");
    await revokeKey(service.keys, key.split("_")[1] ?? "");
    service.clock.advance(1000);
    await check();
  });

  test("strangers do not see private processes; callers with a key do", async () => {
    await using service = await openService();
    const description = { ...echo.description, id: "secret" };
    await saveProcess(service.database, processOf(description, { visibility: "private" }), 0, { replace: true });
    const key = await service.createKey("viewer", "ann");
    expect((await service.send("GET", "/processes/secret")).status).toBe(404);
    expect(await (await service.send("GET", "/processes")).text()).not.toContain("secret");
    expect((await service.send("GET", "/processes/secret", { key })).status).toBe(200);
    expect(await (await service.send("GET", "/processes", { key })).text()).toContain("secret");
  });

  test("a wrong key is refused everywhere, never taken for none", async () => {
    await using service = await openService();
    const key = await service.createKey("admin", "ann");
    for (const wrong of [`${key}0`, "hdl_x_y", "", key.slice(0, -1)]) {
      expect((await service.send("GET", "/", { headers: { authorization: `Bearer ${wrong}` } })).status).toBe(401);
    }
    expect((await service.send("GET", "/", { headers: { authorization: "Basic YTpi" } })).status).toBe(401);
    expect((await service.send("GET", "/", { key })).status).toBe(200);
  });

  test("callers without a key have the role that was allowed", async () => {
    await using service = await openService({ allowAnonymous: "viewer", door: { isLoopback: false } });
    expect((await service.send("GET", "/jobs")).status).toBe(200);
    const body = { inputs: { text: "" } };
    expect((await service.send("POST", "/processes/echo/execution", { body })).status).toBe(403);
    expect((await service.send("POST", "/processes", { body: tool })).status).toBe(403);
  });
});

test("an error of our own is a fixed sentence, and the log keeps the cause", async () => {
  const logged: unknown[] = [];
  const quiet = () => {};
  const logger = { debug: quiet, info: quiet, warn: quiet, error: (_: string, facts: unknown) => logged.push(facts) };
  await using service = await openService({ logger });
  await service.database[Symbol.asyncDispose]();
  const response = await service.send("GET", "/processes");
  expect([500, 503]).toContain(response.status);
  expect(JSON.stringify(await jsonOf(response))).not.toContain("SQLITE");
});

test("a path without a route is 404, a method without one 405 naming those there are", async () => {
  await using service = await openService();
  expect((await service.send("GET", "/nope")).status).toBe(404);
  const response = await service.send("PATCH", "/processes/echo/execution");
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe("POST, GET, HEAD");
  expect((await jsonOf(response)).status).toBe(405);
});

test("a slash at the end does not matter", async () => {
  await using service = await openService();
  for (const path of ["/processes/", "/processes/echo/", "/conformance/", "/jobs/"]) {
    expect((await service.send("GET", path)).status).toBe(200);
  }
  const body = { inputs: { text: "a" } };
  expect((await service.send("POST", "/processes/echo/execution/", { body })).status).toBe(200);
});

test("HEAD is answered wherever GET is, with the length and without a body", async () => {
  await using service = await openService();
  const id = await submitEcho(service);
  for (const path of ["/", "/conformance", "/processes", "/processes/echo", "/jobs", `/jobs/${id}`, "/healthz", "/x"]) {
    const get = await service.send("GET", path);
    const head = await service.send("HEAD", path);
    expect(head.status).toBe(get.status);
    expect(Number(head.headers.get("content-length"))).toBe((await get.arrayBuffer()).byteLength);
    expect(await head.text()).toBe("");
  }
});

test("errors are problem details, or plain JSON for who asks for just that", async () => {
  await using service = await openService();
  const typeOf = async (accept: string | undefined) => {
    const response = await service.app.fetch(
      requestOf("GET", "/nope", accept === undefined ? {} : { headers: { accept } }),
    );
    return response.headers.get("content-type");
  };
  expect(await typeOf(undefined)).toBe("application/problem+json");
  expect(await typeOf("*/*")).toBe("application/problem+json");
  expect(await typeOf("application/problem+json, application/json")).toBe("application/problem+json");
  expect(await typeOf("application/json")).toBe("application/json");
});

test("a client that accepts neither JSON nor HTML gets 406", async () => {
  await using service = await openService();
  expect((await service.send("GET", "/processes", { headers: { accept: "image/png" } })).status).toBe(406);
});
