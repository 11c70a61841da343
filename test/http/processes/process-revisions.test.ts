import { describe, expect, test } from "bun:test";
import { parse } from "yaml";
import { address, jsonOf, openService, type Service } from "../service.ts";

const toolOf = (word: string, more: Readonly<Record<string, unknown>> = {}) => ({
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  id: "say",
  baseCommand: ["echo", word],
  // Another input, so that nobody takes it for a repair.
  inputs: { [word]: "string?" },
  outputs: { said: "stdout" },
  ...more,
});

async function deploy(service: Service, word: string, method: "POST" | "PUT" = "PUT"): Promise<void> {
  const response = await service.send(method, method === "PUT" ? "/processes/say" : "/processes", {
    body: toolOf(word),
  });
  expect(response.status).toBe(method === "PUT" ? 204 : 201);
}

async function statusOf(service: Service, path: string, method = "GET"): Promise<number> {
  return (await service.send(method, path)).status;
}

async function states(service: Service): Promise<readonly unknown[]> {
  const { revisions } = await jsonOf(await service.send("GET", "/processes/say/revisions"));
  if (!Array.isArray(revisions)) throw new Error("found no revisions");
  return revisions.map(({ version, state }) => `${version} ${state}`);
}

/** Three revisions of one process: 1.0.0, 2.0.0 and, current, 3.0.0. */
async function openWithRevisions(): Promise<Service> {
  const service = await openService();
  await deploy(service, "one", "POST");
  await deploy(service, "two");
  await deploy(service, "three");
  return service;
}

test("each revision stays readable by its version and by its digest, in the path and in the query", async () => {
  await using service = await openWithRevisions();
  expect(await states(service)).toEqual(["3.0.0 current", "2.0.0 deployed", "1.0.0 deployed"]);
  const first = await jsonOf(await service.send("GET", "/processes/say:1.0.0"));
  expect(first).toMatchObject({ version: "1.0.0", state: "deployed" });
  for (const path of [`say@${first.revision}`, `say?revision=${first.revision}`, "say?version=1.0.0"]) {
    expect((await jsonOf(await service.send("GET", `/processes/${path}`))).revision).toBe(first.revision);
  }
  expect((await jsonOf(await service.send("GET", "/processes/say"))).version).toBe("3.0.0");
  expect(await statusOf(service, "/processes/say:4.0.0")).toBe(404);
  expect(await statusOf(service, "/processes/say:1.0.0?version=2.0.0")).toBe(400);
});

test("an earlier revision is executed by its name, and its job names it", async () => {
  await using service = await openWithRevisions();
  const body = { inputs: {} };
  const response = await service.send("POST", "/processes/say:1.0.0/execution", {
    body,
    headers: { prefer: "respond-async" },
  });
  expect(response.status).toBe(201);
  const { revision } = await jsonOf(await service.send("GET", "/processes/say:1.0.0"));
  const job = await jsonOf(response);
  expect(job).toMatchObject({ processID: "say", processRevision: revision });
  expect(job.links).toContainEqual(
    expect.objectContaining({ rel: "describedby", href: `${address}/processes/say@${revision}` }),
  );
});

test("an undeployed process is gone, with all revisions that could be executed; they stay readable", async () => {
  await using service = await openWithRevisions();
  expect(await statusOf(service, "/processes/say", "DELETE")).toBe(204);
  expect(await statusOf(service, "/processes/say")).toBe(404);
  expect(await statusOf(service, "/processes/say", "DELETE")).toBe(404);
  expect(await statusOf(service, "/processes/say:2.0.0")).toBe(200);
  expect(await states(service).catch(() => "none")).toEqual(["3.0.0 withdrawn", "2.0.0 withdrawn", "1.0.0 withdrawn"]);
  for (const name of ["say", "say:2.0.0"]) {
    expect((await service.send("POST", `/processes/${name}/execution`, { body: { inputs: {} } })).status).toBe(404);
  }
  await deploy(service, "four", "POST");
  expect(await states(service)).toEqual(["1.0.0 current", "3.0.0 withdrawn", "2.0.0 withdrawn", "1.0.0 withdrawn"]);
});

describe("a revision that is withdrawn", () => {
  test("is executed by nobody; the others are as before", async () => {
    await using service = await openWithRevisions();
    expect(await statusOf(service, "/processes/say:2.0.0", "DELETE")).toBe(204);
    expect(await statusOf(service, "/processes/say:2.0.0", "DELETE")).toBe(404);
    expect(await states(service)).toEqual(["3.0.0 current", "2.0.0 withdrawn", "1.0.0 deployed"]);
    const run = (name: string) => service.send("POST", `/processes/${name}/execution`, { body: { inputs: {} } });
    expect((await run("say:2.0.0")).status).toBe(404);
  });

  test("leaves nothing in its place when it is the current one", async () => {
    await using service = await openWithRevisions();
    expect(await statusOf(service, "/processes/say:3.0.0", "DELETE")).toBe(204);
    expect(await statusOf(service, "/processes/say")).toBe(404);
    const restored = await service.send("POST", "/processes/say/revisions/2.0.0/restore");
    expect(await jsonOf(restored)).toMatchObject({ id: "say", version: "2.0.0" });
    expect(await states(service)).toEqual(["2.0.0 current", "3.0.0 withdrawn", "1.0.0 deployed"]);
  });

  test("is not another user's to withdraw or to restore", async () => {
    await using service = await openWithRevisions();
    const ann = await service.createKey("deployer", "ann");
    const headers = { authorization: `Bearer ${ann}` };
    expect((await service.send("DELETE", "/processes/say:2.0.0", { headers })).status).toBe(403);
    expect((await service.send("POST", "/processes/say/revisions/1.0.0/restore", { headers })).status).toBe(403);
  });
});

describe("a patch", () => {
  const patch = async (service: Service, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    service.send("PATCH", "/processes/say", {
      body: JSON.stringify(body),
      headers: { "content-type": "application/merge-patch+json", ...headers },
    });

  test("changes what a process says of itself in a revision of its own; null removes", async () => {
    await using service = await openWithRevisions();
    const changed = await patch(service, { title: "Says", keywords: ["word"], heddle: { slots: 2 } });
    expect(await jsonOf(changed)).toMatchObject({ title: "Says", version: "3.0.1", heddle: { slots: 2 } });
    expect(await jsonOf(await patch(service, { title: null, heddle: { slots: null } }))).not.toHaveProperty("title");
    expect(await states(service)).toEqual([
      "3.0.2 current",
      "3.0.1 deployed",
      "3.0.0 deployed",
      "2.0.0 deployed",
      "1.0.0 deployed",
    ]);
    const { bytes } = await packageOf(service, "say");
    expect(JSON.parse(bytes)).toEqual(toolOf("three"));
  });

  test("changes who sees a process without a new revision", async () => {
    await using service = await openWithRevisions();
    expect((await patch(service, { visibility: "private" })).status).toBe(200);
    expect((await states(service)).length).toBe(3);
    expect((await jsonOf(await service.send("GET", "/processes?visibility=private"))).processes).toMatchObject([
      { id: "say" },
    ]);
  });

  test.each([
    [{ inputs: {} }, "/inputs"],
    [{ id: "other" }, "/id"],
    [{ title: 1 }, "/title"],
    [{ visibility: null }, "/visibility"],
    [{ heddle: { slots: 0 } }, "/heddle/slots"],
    [[], ""],
  ])("%j is refused with the field", async (body, pointer) => {
    await using service = await openWithRevisions();
    const response = await patch(service, body);
    expect(response.status).toBe(400);
    expect((await jsonOf(response)).errors).toMatchObject([{ pointer }]);
    expect((await states(service)).length).toBe(3);
  });
});

async function packageOf(service: Service, name: string, accept?: string) {
  const headers: Record<string, string> = accept === undefined ? {} : { accept };
  const response = await service.send("GET", `/processes/${name}/package`, { headers });
  return { status: response.status, type: response.headers.get("content-type"), bytes: await response.text() };
}

describe("a package is read", () => {
  const yaml = `# as it was written
cwlVersion: v1.2
class: CommandLineTool
id: say
baseCommand: [echo, hello]
inputs: {}
outputs: {said: stdout}
`;

  test("as it was deployed: the same bytes under the same type", async () => {
    await using service = await openService();
    const headers = { "content-type": "application/cwl+yaml" };
    await service.send("POST", "/processes", { body: yaml, headers });
    expect(await packageOf(service, "say")).toEqual({ status: 200, type: "application/cwl+yaml", bytes: yaml });
    const asJson = await packageOf(service, "say", "application/cwl+json");
    expect(JSON.parse(asJson.bytes)).toMatchObject({ class: "CommandLineTool", baseCommand: ["echo", "hello"] });
    expect((await packageOf(service, "say", "image/png")).status).toBe(406);
  });

  test("as packed CWL in YAML", async () => {
    await using service = await openWithRevisions();
    const { bytes, type } = await packageOf(service, "say:2.0.0", "application/yaml");
    expect(type).toBe("application/yaml");
    expect(bytes).toStartWith("cwlVersion: v1.2\n");
    expect(parse(bytes)).toMatchObject({ baseCommand: ["echo", "two"] });
  });

  test("by those who may execute, and of no built-in", async () => {
    await using service = await openWithRevisions();
    expect((await packageOf(service, "echo")).status).toBe(404);
    const viewer = { authorization: `Bearer ${await service.createKey("viewer", "vic")}` };
    expect((await service.send("GET", "/processes/say/package", { headers: viewer })).status).toBe(403);
  });
});

describe("a change says what it was meant for", () => {
  test("by If-Match: what changed meanwhile is 412, what did not is changed", async () => {
    await using service = await openWithRevisions();
    const etag = (await service.send("GET", "/processes/say")).headers.get("etag") ?? "";
    const page = await service.send("GET", "/processes/say?f=html");
    expect(etag).toStartWith('"');
    const put = (match: string) =>
      service.send("PUT", "/processes/say", { body: toolOf("x"), headers: { "if-match": match } });
    expect((await put(`"other"`)).status).toBe(412);
    expect((await put(`W/${etag}`)).status).toBe(412);
    expect((await put(`"other", ${etag}`)).status).toBe(204);
    expect((await put(etag)).status).toBe(412);
    expect((await put(page.headers.get("etag") ?? "")).status).toBe(412);
    expect((await service.send("DELETE", "/processes/say", { headers: { "if-match": etag } })).status).toBe(412);
    expect((await service.send("DELETE", "/processes/say", { headers: { "if-match": "*" } })).status).toBe(204);
  });

  test("by If-None-Match: * for what must not be there", async () => {
    await using service = await openService();
    const post = () => service.send("POST", "/processes", { body: toolOf("x"), headers: { "if-none-match": "*" } });
    expect((await post()).status).toBe(201);
    expect((await post()).status).toBe(412);
  });
});

test("no revision is replaced or changed itself", async () => {
  await using service = await openWithRevisions();
  const response = await service.send("PUT", "/processes/say:1.0.0", { body: toolOf("x") });
  expect(response.status).toBe(403);
});

describe("strangers see no revision", () => {
  const openFor = async () => {
    const service = await openService({ allowAnonymous: "runner" });
    const headers = { authorization: `Bearer ${await service.createKey("deployer", "ann")}` };
    const send = async (method: string, path: string, body?: unknown, type = "application/cwl+json") => {
      const typed = body === undefined ? headers : { ...headers, "content-type": type };
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const { status } = await service.send(method, path, { headers: typed, ...sent });
      if (status >= 300) throw new Error(`${method} ${path}: ${status}`);
    };
    const isHidden = async () => {
      const paths = ["/processes/say:1.0.0", "/processes/say:1.0.0/package", "/processes/say:1.0.0/execution?f=html"];
      for (const path of paths) expect([path, await statusOf(service, path)]).toEqual([path, 404]);
    };
    return { service, send, isHidden, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
  };
  const mergePatch = "application/merge-patch+json";

  test("of a process that was made private, also when it is undeployed", async () => {
    await using opened = await openFor();
    await opened.send("POST", "/processes", toolOf("one"));
    await opened.send("PUT", "/processes/say", toolOf("two"));
    expect(await statusOf(opened.service, "/processes/say:1.0.0")).toBe(200);
    await opened.send("PATCH", "/processes/say", { visibility: "private" }, mergePatch);
    await opened.isHidden();
    await opened.send("DELETE", "/processes/say");
    await opened.isHidden();
  });

  test("that was private, when the process is public by now", async () => {
    await using opened = await openFor();
    await opened.send("POST", "/processes", toolOf("one"));
    await opened.send("PATCH", "/processes/say", { visibility: "private" }, mergePatch);
    await opened.send("PUT", "/processes/say", toolOf("two"));
    await opened.send("PATCH", "/processes/say", { visibility: "public" }, mergePatch);
    expect(await statusOf(opened.service, "/processes/say")).toBe(200);
    await opened.isHidden();
    expect(await states(opened.service)).toEqual(["2.0.0 current"]);
  });
});
