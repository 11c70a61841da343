import { describe, expect, test } from "bun:test";
import { isJsonObject } from "../../../src/domain/values/json.ts";
import { echo } from "../../../src/engines/builtin/echo.ts";
import { findProcess, findProcessRevision, saveProcess } from "../../../src/store/processes/processes.ts";
import { address, jsonOf, openService, processOf } from "../service.ts";

const tool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  id: "count",
  label: "Counts lines",
  baseCommand: ["wc", "-l"],
  inputs: { table: { type: "File", inputBinding: { position: 1 } }, name: { type: "string?" } },
  outputs: { lines: { type: "stdout" } },
  stdout: "lines.txt",
};
const yaml = `cwlVersion: v1.2
class: CommandLineTool
id: count
baseCommand: [wc, -l]
inputs:
  table:
    type: File
    inputBinding: {position: 1}
outputs:
  lines:
    type: stdout
`;
const ogc = "http://www.opengis.net/def/exceptions/ogcapi-processes-2/1.0";

test("the list has summaries with links, and tells which processes can change", async () => {
  await using service = await openService();
  await service.send("POST", "/processes", { body: tool });
  const { processes, links } = await jsonOf(await service.send("GET", "/processes"));
  expect(processes).toMatchObject([
    { id: "count", version: "1.0.0", title: "Counts lines", mutable: true },
    { id: "echo", version: "1.0.0", mutable: false, jobControlOptions: ["sync-execute", "async-execute", "dismiss"] },
  ]);
  expect(JSON.stringify(processes)).not.toContain('"inputs"');
  expect(links).toMatchObject([
    { href: `${address}/processes`, rel: "self", type: "application/json" },
    { href: `${address}/processes?f=html`, rel: "alternate", type: "text/html" },
  ]);
});

test("the list comes in pages", async () => {
  await using service = await openService();
  await service.send("POST", "/processes", { body: tool });
  const first = await jsonOf(await service.send("GET", "/processes?limit=1"));
  expect(first.processes).toMatchObject([{ id: "count" }]);
  expect(first.links).toContainEqual(
    expect.objectContaining({ rel: "next", href: `${address}/processes?limit=1&after=count` }),
  );
  const second = await jsonOf(await service.send("GET", "/processes?limit=1&after=count"));
  expect(second.processes).toMatchObject([{ id: "echo" }]);
  expect(JSON.stringify(second.links)).not.toContain("next");
});

test("a description has inputs, outputs and the link to execute", async () => {
  await using service = await openService();
  const description = await jsonOf(await service.send("GET", "/processes/echo"));
  expect(description).toMatchObject({ id: "echo", inputs: { text: { schema: { type: "string" } } } });
  expect(description.links).toContainEqual({
    href: `${address}/processes/echo/execution`,
    rel: "http://www.opengis.net/def/rel/ogc/1.0/execute",
    type: "application/json",
    title: "Execute this process",
  });
});

describe("a process is deployed from", () => {
  const described = { id: "count", title: "Lines", inputs: { table: { title: "A table" } } };
  const bodies: readonly [string, string, unknown][] = [
    ["CWL as JSON", "application/cwl+json", JSON.stringify(tool)],
    ["CWL as YAML", "application/cwl+yaml", yaml],
    ["CWL of no stated form", "application/cwl", yaml],
    ["CWL sent as plain JSON", "application/json", tool],
    ["a package with bare CWL", "application/ogcapppkg+json", { processDescription: described, executionUnit: tool }],
    ["a package with a unit", "application/ogcapppkg+json", { executionUnit: { unit: tool, type: "application/cwl" } }],
    ["a package with a list", "application/json", { processDescription: described, executionUnit: [{ unit: tool }] }],
    [
      "a package with the older description",
      "application/json",
      { processDescription: { process: described }, executionUnit: [tool] },
    ],
  ];
  test.each(bodies)("%s", async (_, type, body) => {
    await using service = await openService();
    const response = await service.send("POST", "/processes", { headers: { "content-type": type }, body });
    expect([response.status, await jsonOf(response)]).toMatchObject([201, { id: "count", mutable: true }]);
    expect(response.headers.get("location")).toBe(`${address}/processes/count`);
    const process = await findProcess(service.database, "count");
    expect(process?.fileInputs).toEqual(["table"]);
    expect(process?.revision).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});

test("what a deployer says of inputs is merged with the CWL", async () => {
  await using service = await openService();
  const processDescription = {
    id: "mine",
    title: "Mine",
    version: "2.1",
    jobControlOptions: ["async-execute"],
    inputs: { table: { title: "A table", schema: { type: "string", contentMediaType: "text/csv" } } },
  };
  await service.send("POST", "/processes", { body: { processDescription, executionUnit: tool } });
  expect(await jsonOf(await service.send("GET", "/processes/mine"))).toMatchObject({
    title: "Mine",
    version: "2.1",
    jobControlOptions: ["async-execute"],
    inputs: {
      table: { title: "A table", schema: { contentMediaType: "text/csv" }, minOccurs: 1 },
      name: { minOccurs: 0 },
    },
  });
});

test("an id that is taken is 409, one of a built-in 403", async () => {
  await using service = await openService();
  expect((await service.send("POST", "/processes", { body: tool })).status).toBe(201);
  const again = await service.send("POST", "/processes", { body: tool });
  expect([again.status, (await jsonOf(again)).type]).toEqual([409, `${ogc}/duplicated-process`]);
  const builtin = await service.send("POST", "/processes", { body: { ...tool, id: "echo" } });
  expect([builtin.status, (await jsonOf(builtin)).type]).toEqual([403, `${ogc}/immutable-process`]);
});

test("replacing makes a new revision and keeps the old one for its jobs", async () => {
  await using service = await openService();
  await service.send("POST", "/processes", { body: tool });
  const before = await findProcess(service.database, "count");
  const response = await service.send("PUT", "/processes/count", { body: { ...tool, label: "Counts better" } });
  expect(response.status).toBe(204);
  expect((await jsonOf(await service.send("GET", "/processes/count"))).title).toBe("Counts better");
  const old = await findProcessRevision(service.database, "count", before?.revision ?? "");
  expect(old?.description.title).toBe("Counts lines");
});

test("replacing needs a process that is there, can change and keeps its id", async () => {
  await using service = await openService();
  expect((await service.send("PUT", "/processes/count", { body: tool })).status).toBe(404);
  expect((await service.send("PUT", "/processes/echo", { body: tool })).status).toBe(403);
  await service.send("POST", "/processes", { body: tool });
  const body = { processDescription: { id: "other" }, executionUnit: tool };
  expect((await service.send("PUT", "/processes/count", { body })).status).toBe(400);
});

test("an id in the body that differs from the path is refused, wherever it stands", async () => {
  await using service = await openService();
  await service.send("POST", "/processes", { body: tool });
  const described = (id: string) => ({ processDescription: { id }, executionUnit: tool });
  const { id: _id, ...nameless } = tool;
  for (const [body, status] of [
    [{ ...tool, id: "other" }, 400],
    [{ ...tool, id: "#other" }, 400],
    [described("other"), 400],
    [{ processDescription: { process: { id: "other" } }, executionUnit: [tool] }, 400],
    [{ executionUnit: { unit: { ...tool, id: "other" } } }, 400],
    [described("count"), 204],
    [{ ...tool, id: "main" }, 204],
    [nameless, 204],
    [{ processDescription: { id: "count" }, executionUnit: { ...tool, id: "other" } }, 204],
  ] as const) {
    expect((await service.send("PUT", "/processes/count", { body })).status).toBe(status);
  }
});

test("replacing without a version raises the last one when anything changed", async () => {
  await using service = await openService();
  const put = async (body: unknown) => {
    expect((await service.send("PUT", "/processes/count", { body })).status).toBe(204);
    return (await jsonOf(await service.send("GET", "/processes/count"))).version;
  };
  const versioned = (version: string) => ({ processDescription: { id: "count", version }, executionUnit: tool });
  await service.send("POST", "/processes", { body: tool });
  expect(await put(tool)).toBe("1.0.0");
  expect(await put({ ...tool, label: "a" })).toBe("1.0.1");
  expect(await put({ ...tool, label: "a" })).toBe("1.0.1");
  expect(await put(versioned("v3.4"))).toBe("v3.4");
  expect(await put({ ...tool, label: "b" })).toBe("v3.5");
  expect(await put(versioned("7-beta"))).toBe("7-beta");
  expect(await put({ ...tool, label: "c" })).toBe("8-beta");
  expect(await put(versioned("latest"))).toBe("latest");
  expect(await put({ ...tool, label: "d" })).toBe("latest.1");
});

test("what is private stays so when it is replaced, unless the request says otherwise", async () => {
  await using service = await openService();
  const packaged = (visibility?: string, label = "a") => ({
    processDescription: { id: "count", ...(visibility === undefined ? {} : { visibility }) },
    executionUnit: { ...tool, label },
  });
  await service.send("POST", "/processes", { body: packaged("private") });
  await service.send("PUT", "/processes/count", { body: packaged(undefined, "b") });
  expect((await findProcess(service.database, "count"))?.visibility).toBe("private");
  await service.send("PUT", "/processes/count", { body: packaged("public", "c") });
  expect((await findProcess(service.database, "count"))?.visibility).toBe("public");
});

test("undeploying removes a process, and never a built-in", async () => {
  await using service = await openService();
  await service.send("POST", "/processes", { body: tool });
  expect((await service.send("DELETE", "/processes/count")).status).toBe(204);
  expect((await service.send("GET", "/processes/count")).status).toBe(404);
  expect((await service.send("DELETE", "/processes/count")).status).toBe(404);
  const builtin = await service.send("DELETE", "/processes/echo");
  expect([builtin.status, (await jsonOf(builtin)).type]).toEqual([403, `${ogc}/immutable-process`]);
});

describe("a deployment that cannot be is", () => {
  const bodies: readonly [string, number, { body?: unknown; type?: string }, string][] = [
    ["of an unknown type", 415, { body: "x", type: "text/plain" }, "unsupported-media-type"],
    ["not JSON", 400, { body: "{", type: "application/json" }, "JSON"],
    ["empty", 400, { body: {} }, "/executionUnit"],
    ["null", 400, { body: "null", type: "application/json" }, "InvalidParameterValue"],
    ["a link to nowhere", 422, { body: { executionUnit: { href: "http://x/y.cwl" } } }, "/executionUnit/href"],
    ["several units of one id", 400, { body: { executionUnit: [tool, tool] } }, "twice"],
    ["an id with path characters", 400, { body: { ...tool, id: "a/../b" } }, "/id"],
    [
      "an id of a package with path characters",
      400,
      { body: { processDescription: { id: "a/b" }, executionUnit: tool } },
      "/processDescription/id",
    ],
    ["without an id", 400, { body: { ...tool, id: undefined } }, "/id"],
    ["an unknown member", 400, { body: { executionUnit: tool, colour: 1 } }, "/colour"],
    [
      "an input that the CWL lacks",
      400,
      { body: { processDescription: { id: "x", inputs: { nope: {} } }, executionUnit: tool } },
      "/processDescription/inputs/nope",
    ],
    ["a CWL without outputs", 400, { body: { executionUnit: { ...tool, class: "Nope" } } }, "/executionUnit/class"],
    ["YAML that is none", 400, { body: "a: [", type: "application/cwl+yaml" }, "package.cwl"],
    ["a body over the limit", 413, { body: { ...tool, doc: "x".repeat(70_000) } }, "65536"],
  ];
  test.each(bodies)("%s: %d", async (_, status, { body, type }, words) => {
    await using service = await openService();
    const headers = type === undefined ? {} : { "content-type": type };
    const response = await service.send("POST", "/processes", { headers, body });
    const problem = await jsonOf(response);
    expect([response.status, problem.status]).toEqual([status, status]);
    expect(JSON.stringify(problem)).toContain(words);
  });

  test("CWL with errors: 400 with the line and field of each", async () => {
    await using service = await openService();
    const body = yaml.replace("type: File", "type: Fil").replace("baseCommand", "baseComand");
    const headers = { "content-type": "application/cwl+yaml" };
    const { errors } = await jsonOf(await service.send("POST", "/processes", { headers, body }));
    const pointers = Array.isArray(errors) ? errors.filter(isJsonObject).map((error) => String(error.pointer)) : [];
    expect(pointers.some((pointer) => pointer.startsWith("package.cwl:4"))).toBe(true);
    expect(pointers.some((pointer) => pointer.startsWith("package.cwl:7"))).toBe(true);
  });
});

test("the same definition has the same revision, another one another", async () => {
  await using service = await openService();
  const revisionOf = async (body: unknown) => {
    await service.send("POST", "/processes", { body });
    const process = await findProcess(service.database, "count");
    await service.send("DELETE", "/processes/count");
    return process?.revision;
  };
  const { label, ...unlabelled } = tool;
  expect(await revisionOf(tool)).toBe((await revisionOf({ label, ...unlabelled })) ?? "");
  expect(await revisionOf(tool)).not.toBe((await revisionOf(unlabelled)) ?? "");
});

test("processes are listed by their visibility, of those that the caller may see", async () => {
  await using service = await openService({ allowAnonymous: "viewer" });
  for (const [id, visibility] of [
    ["a", "private"],
    ["b", "public"],
    ["c", "private"],
  ] as const) {
    await saveProcess(service.database, processOf({ ...echo.description, id }, { visibility }), 0, { replace: false });
  }
  const key = await service.createKey("viewer", "ada");
  const listed = async (query: string, options: { readonly key?: string } = {}) => {
    const { processes, links } = await jsonOf(await service.send("GET", `/processes${query}`, options));
    return { ids: [processes].flat().map((one) => Object(one).id), links: JSON.stringify(links) };
  };
  expect((await listed("", { key })).ids).toEqual(["a", "b", "c", "echo"]);
  expect((await listed("?visibility=public", { key })).ids).toEqual(["b", "echo"]);
  expect((await listed("?visibility=private", { key })).ids).toEqual(["a", "c"]);
  const first = await listed("?visibility=private&limit=1", { key });
  expect([first.ids, first.links.includes("visibility=private&limit=1&after=a")]).toEqual([["a"], true]);
  expect((await listed("?visibility=private&limit=1&page=1", { key })).ids).toEqual(["c"]);
  expect((await listed("?visibility=private")).ids).toEqual([]);
  expect((await listed("?visibility=public")).ids).toEqual(["b", "echo"]);
});
