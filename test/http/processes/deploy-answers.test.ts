import { describe, expect, test } from "bun:test";
import { listRevisions } from "../../../src/store/processes/process-revisions.ts";
import { jsonOf, openService, type Service } from "../service.ts";

const ogc = "http://www.opengis.net/def/exceptions/ogcapi-processes-2/1.0";

const toolOf = (id: string, more: Readonly<Record<string, unknown>> = {}) => ({
  class: "CommandLineTool",
  id,
  baseCommand: ["echo", id],
  inputs: {},
  outputs: { said: "stdout" },
  ...more,
});
const workflowOf = (id: string) => ({
  class: "Workflow",
  id,
  inputs: {},
  outputs: { said: { type: "File", outputSource: "say/said" } },
  steps: { say: { run: "#tool", in: {}, out: ["said"] } },
});
const graph = (...processes: readonly unknown[]) => ({ cwlVersion: "v1.2", $graph: processes });

const post = (service: Service, body: unknown, query = "", type = "application/json") =>
  service.send("POST", `/processes${query}`, { headers: { "content-type": type }, body });
const put = (service: Service, path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  service.send("PUT", path, { headers: { "content-type": "application/json", ...headers }, body });

describe("of a graph is deployed", () => {
  const tool = toolOf("tool");
  const rows: readonly [string, unknown, string, { workflow: string; otherWorkflows: readonly string[] }][] = [
    [
      "the one that ?w= names",
      graph(tool, workflowOf("a"), workflowOf("b")),
      "?w=b",
      { workflow: "b", otherWorkflows: ["tool", "a"] },
    ],
    [
      "the one that ?w= names with #",
      graph(tool, workflowOf("a")),
      "?w=%23tool",
      { workflow: "tool", otherWorkflows: ["a"] },
    ],
    [
      "else main",
      graph(workflowOf("a"), tool, toolOf("main")),
      "?id=x",
      { workflow: "main", otherWorkflows: ["a", "tool"] },
    ],
    [
      "else the first Workflow",
      graph(tool, workflowOf("a"), workflowOf("b")),
      "",
      { workflow: "a", otherWorkflows: ["tool", "b"] },
    ],
    [
      "and not a main that is a tool of one of them",
      graph(toolOf("main"), { ...workflowOf("a"), steps: { say: { run: "#main", in: {}, out: ["said"] } } }),
      "",
      { workflow: "a", otherWorkflows: ["main"] },
    ],
    ["else the first process", graph(toolOf("x"), tool), "", { workflow: "x", otherWorkflows: ["tool"] }],
    ["the only one", { cwlVersion: "v1.2", ...tool }, "?w=tool", { workflow: "tool", otherWorkflows: [] }],
  ];
  test.each(rows)("%s, and the answer says which and lists the others", async (_, body, query, answer) => {
    await using service = await openService();
    const response = await post(service, body, query);
    expect([response.status, await jsonOf(response)]).toMatchObject([201, answer]);
  });

  test.each(["nope", "", "A", "tool/x", "../tool"])("nothing when ?w= names none: %j", async (name) => {
    await using service = await openService();
    const body = graph(toolOf("tool"), workflowOf("a"));
    const response = await post(service, body, `?w=${encodeURIComponent(name)}`);
    const problem = await jsonOf(response);
    expect([response.status, problem.type]).toEqual([400, `${ogc}/workflow-not-found`]);
    expect(problem.detail).toContain("tool, a");
    expect(JSON.stringify(await jsonOf(await service.send("GET", "/processes")))).not.toContain('"tool"');
  });

  test("the wanted one in the place of another, by PUT", async () => {
    await using service = await openService();
    const body = graph(toolOf("main"), toolOf("other"));
    expect((await post(service, body, "?id=x")).status).toBe(201);
    const unknown = await put(service, "/processes/x?w=nope", body);
    expect([unknown.status, (await jsonOf(unknown)).type]).toEqual([400, `${ogc}/workflow-not-found`]);
    expect((await put(service, "/processes/x?w=other&id=x", body)).status).toBe(204);
  });
});

describe("a process that is called main is named by", () => {
  const body = graph(toolOf("main"), toolOf("other"));
  test("the query, the description, the file's name, or the path", async () => {
    await using service = await openService();
    expect(await jsonOf(await post(service, body, "?id=by-query"))).toMatchObject({ id: "by-query" });
    const described = { processDescription: { id: "by-description" }, executionUnit: body };
    expect(await jsonOf(await post(service, described))).toMatchObject({ id: "by-description" });
    const headers = { "content-type": "application/cwl", "content-disposition": 'attachment; filename="by file.cwl"' };
    const sent = await service.send("POST", "/processes", { headers, body: JSON.stringify(body) });
    expect(await jsonOf(sent)).toMatchObject({ id: "by-file" });
    expect((await put(service, "/processes/by-query", body)).status).toBe(204);
  });

  test("nothing at all: 400", async () => {
    await using service = await openService();
    expect((await post(service, body)).status).toBe(400);
    const other = await post(service, { processDescription: { id: "one" }, executionUnit: body }, "?id=two");
    expect([other.status, await other.text()]).toEqual([400, expect.stringContaining("?id")]);
    expect((await post(service, body, "?id=a/b")).status).toBe(400);
  });
});

test("what a hint cannot do is a warning; what a requirement cannot, a fault", async () => {
  await using service = await openService();
  const tool = { cwlVersion: "v1.2", ...toolOf("tool") };
  const hinted = await post(service, { ...tool, hints: { FancyRequirement: {} } });
  const { warnings } = await jsonOf(hinted);
  expect([hinted.status, warnings]).toEqual([201, [expect.stringContaining("FancyRequirement")]]);
  const required = await post(service, { ...tool, id: "other", requirements: { FancyRequirement: {} } });
  expect([required.status, await required.text()]).toEqual([400, expect.stringContaining("FancyRequirement")]);
  const plain = await jsonOf(await post(service, { ...tool, id: "plain" }));
  expect(plain.warnings).toEqual([]);
});

describe("a dry run", () => {
  const tool = { cwlVersion: "v1.2", ...toolOf("tool"), hints: { FancyRequirement: {} } };

  test("of a deployment answers as it would be, and deploys nothing", async () => {
    await using service = await openService();
    const response = await post(service, tool, "?dryRun=true");
    expect([response.status, response.headers.get("location")]).toEqual([200, null]);
    expect(await jsonOf(response)).toMatchObject({ id: "tool", workflow: "tool", warnings: [expect.any(String)] });
    expect((await service.send("GET", "/processes/tool")).status).toBe(404);
    expect(await listRevisions(service.database, "tool", { limit: 9 })).toEqual([]);
  });

  test("of a replacement answers as it would be, and replaces nothing", async () => {
    await using service = await openService();
    expect((await put(service, "/processes/tool?dryRun=true", tool)).status).toBe(404);
    await post(service, tool);
    const response = await put(service, "/processes/tool?dryRun=true", { ...tool, label: "New" });
    expect([response.status, await jsonOf(response)]).toMatchObject([200, { title: "New", version: "1.0.1" }]);
    expect((await jsonOf(await service.send("GET", "/processes/tool"))).version).toBe("1.0.0");
  });

  test("finds what the deployment would be refused for", async () => {
    await using service = await openService();
    await post(service, tool);
    const none = { "if-none-match": "*", "content-type": "application/json" };
    const statuses = [
      (await post(service, tool, "?dryRun=true")).status,
      (await post(service, { ...tool, id: "echo" }, "?dryRun=true")).status,
      (await post(service, { ...tool, id: "x", inputs: 5 }, "?dryRun=true")).status,
      (await post(service, tool, "?dryRun=maybe")).status,
      (await service.send("POST", "/processes?dryRun=true", { headers: none, body: tool })).status,
      (await put(service, "/processes/tool?dryRun=true", tool, { "if-match": '"other"' })).status,
      (await put(service, "/processes/echo?dryRun=true", tool)).status,
    ];
    expect(statuses).toEqual([409, 403, 400, 400, 412, 412, 403]);
  });
});

test("who replaces a process may ask to see what came of it", async () => {
  await using service = await openService();
  const tool = { cwlVersion: "v1.2", ...toolOf("tool") };
  await post(service, tool);
  const prefer = { prefer: "return=representation" };
  const response = await put(service, "/processes/tool", { ...tool, label: "New" }, prefer);
  expect([response.status, await jsonOf(response)]).toMatchObject([200, { title: "New", warnings: [] }]);
});

test("authors, licence and source code of a package are metadata and links; what a description says wins", async () => {
  await using service = await openService();
  const tool = {
    cwlVersion: "v1.2",
    ...toolOf("tool"),
    label: "From the CWL",
    doc: "At length",
    "s:softwareVersion": "4.5",
    "s:keywords": ["one", "two"],
    "s:license": "https://example.org/licence",
    "s:codeRepository": "https://example.org/code",
    "s:author": [{ "s:name": "Ada", "s:email": "ada@example.org" }],
  };
  await post(service, tool);
  const own = await jsonOf(await service.send("GET", "/processes/tool"));
  expect(own).toMatchObject({
    title: "From the CWL",
    description: "At length",
    version: "4.5",
    keywords: ["one", "two"],
  });
  expect(own.links).toEqual(
    expect.arrayContaining([
      { rel: "license", href: "https://example.org/licence", title: "License" },
      { rel: "related", href: "https://example.org/code", title: "Source code" },
      { rel: "author", href: "mailto:ada@example.org", title: "Ada" },
    ]),
  );
  const words = {
    title: "Said",
    description: "Otherwise",
    version: "9",
    keywords: ["three"],
    metadata: [{ title: "X" }],
  };
  await post(service, { processDescription: { id: "other", ...words }, executionUnit: tool });
  expect(await jsonOf(await service.send("GET", "/processes/other"))).toMatchObject(words);
});

test("an input that the description names and the CWL has not is a fault with both names", async () => {
  await using service = await openService();
  const tool = { cwlVersion: "v1.2", ...toolOf("tool"), inputs: { colour: "string", size: "int" } };
  for (const part of ["inputs", "outputs"]) {
    const processDescription = { id: "tool", [part]: { colours: { title: "A colour" } } };
    const response = await post(service, { processDescription, executionUnit: tool });
    const text = await response.text();
    expect([response.status, text]).toEqual([400, expect.stringContaining(`/processDescription/${part}/colours`)]);
    expect(text).toContain(part === "inputs" ? "colour, size" : "said");
  }
});
