import { describe, expect, test } from "bun:test";
import { type FileSite, fileSite } from "../../support/servers/file-site.ts";
import { jsonOf, openService, type Service } from "../service.ts";

const tool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  id: "count",
  baseCommand: ["wc", "-l"],
  inputs: { table: { type: "File", inputBinding: { position: 1 } } },
  outputs: { lines: { type: "stdout" } },
};
const toolText = `cwlVersion: v1.2
class: CommandLineTool
id: count
baseCommand: [wc, -l]
inputs: {table: {type: File, inputBinding: {position: 1}}}
outputs: {lines: {type: stdout}}
`;
const workflowText = `cwlVersion: v1.2
class: Workflow
id: flow
doc: {$include: about.txt}
inputs: {table: File}
outputs: {lines: {type: File, outputSource: count/lines}}
steps:
  count: {run: tools/count.cwl, in: {table: table}, out: [lines]}
`;

const post = (service: Service, body: unknown, type = "application/ogcapppkg+json", query = "") =>
  service.send("POST", `/processes${query}`, { headers: { "content-type": type }, body });

async function deployed(service: Service, id: string) {
  return jsonOf(await service.send("GET", `/processes/${id}`));
}

describe("a unit is deployed", () => {
  const forms: readonly [string, unknown][] = [
    ["written out", tool],
    ["as an object in a value", { value: tool, mediaType: "application/cwl+json" }],
    ["as a text in a value", { value: toolText, mediaType: "application/cwl+yaml" }],
    ["as JSON text in a value", { value: JSON.stringify(tool), mediaType: "application/cwl" }],
    ["as an object in a unit", { unit: tool, type: "application/cwl+json" }],
    ["as a text in a unit", { unit: toolText, type: "application/cwl; charset=utf-8" }],
    ["in a list of one", [{ unit: tool }]],
  ];
  test.each(forms)("%s, in JSON and in YAML", async (_, executionUnit) => {
    await using service = await openService();
    for (const [id, type] of [
      ["json", "application/ogcapppkg+json"],
      ["yaml", "application/ogcapppkg+yaml"],
      ["other", "application/yaml"],
    ]) {
      const response = await post(service, JSON.stringify({ processDescription: { id }, executionUnit }), type);
      expect([response.status, await jsonOf(response)]).toMatchObject([201, { id, workflow: "count" }]);
    }
  });

  test("in a list of several, which become one graph", async () => {
    await using service = await openService();
    const { id: _id, ...workflow } = {
      cwlVersion: "v1.2",
      class: "Workflow",
      id: "",
      inputs: { table: "File" },
      outputs: { lines: { type: "File", outputSource: "count/lines" } },
      steps: { count: { run: "#count", in: { table: "table" }, out: ["lines"] } },
    };
    const executionUnit = [{ unit: tool }, { value: { ...workflow, id: "flow" }, mediaType: "application/cwl" }];
    const response = await post(service, { executionUnit });
    expect([response.status, await jsonOf(response)]).toMatchObject([
      201,
      { id: "flow", workflow: "flow", otherWorkflows: ["count"] },
    ]);
    const packed = await service.send("GET", "/processes/flow/package", { headers: { accept: "application/cwl" } });
    expect(Object.keys(await jsonOf(packed))).toContain("$graph");
  });

  test("what is wrong in one of several units is told with its place in the body", async () => {
    await using service = await openService();
    const response = await post(service, { executionUnit: [tool, { unit: { ...tool, id: "b", inputs: 5 } }] });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("/executionUnit/1/unit/inputs");
  });

  test.each([
    [{ unit: tool, type: "text/plain" }, "/executionUnit/type"],
    [{ unit: 5 }, "/executionUnit/unit"],
    [{ value: null }, "/executionUnit/value"],
    [{ value: tool, mediaType: "application/zip" }, "/executionUnit/mediaType"],
    [{ href: "ftp://x/y" }, "/executionUnit/href"],
    [{ href: 5 }, "/executionUnit/href"],
    [{ href: "http://a:b@127.0.0.1/x" }, "/executionUnit/href"],
    [[], "/executionUnit"],
    [[5], "/executionUnit"],
    [{ image: "debian" }, "/executionUnit/type"],
  ])("or refused with the place of what is wrong: %j", async (executionUnit, pointer) => {
    await using service = await openService();
    const response = await post(service, { processDescription: { id: "x" }, executionUnit });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining(`"${pointer}`)]);
    expect((await service.send("GET", "/processes/x")).status).toBe(404);
  });
});

describe("a link to CWL", () => {
  const files = { "/p/flow.cwl": workflowText, "/p/about.txt": "All about it", "/p/tools/count.cwl": toolText };
  const link = (site: FileSite, path = "/p/flow.cwl") => ({ executionUnit: { href: `${site.url}${path}` } });

  test("is fetched with all that it runs and includes, and the digests are kept", async () => {
    await using service = await openService();
    await using site = fileSite(files);
    const response = await post(service, {
      executionUnit: { href: `${site.url}/p/flow.cwl?token=secret`, type: "application/cwl" },
    });
    expect([response.status, await jsonOf(response)]).toMatchObject([201, { id: "flow", workflow: "flow" }]);
    const described = await deployed(service, "flow");
    expect(described).toMatchObject({ description: "All about it" });
    const digest = (text: string) => `sha256:${new Bun.CryptoHasher("sha256").update(text).digest("hex")}`;
    expect(described.sources).toEqual([
      { href: `${site.url}/p/flow.cwl`, digest: digest(workflowText) },
      { href: `${site.url}/p/about.txt`, digest: digest("All about it") },
      { href: `${site.url}/p/tools/count.cwl`, digest: digest(toolText) },
    ]);
  });

  test("is followed through redirects, and what it runs lies beside the last one", async () => {
    await using service = await openService();
    await using site = fileSite({ ...files, "/latest": { redirect: "/p/flow.cwl" } });
    expect((await post(service, link(site, "/latest"))).status).toBe(201);
  });

  test("may stand in the description, as older servers have it", async () => {
    await using service = await openService();
    await using site = fileSite(files);
    const href = `${site.url}/p/flow.cwl`;
    const one = { processDescription: { process: { id: "one", href } } };
    expect((await post(service, one)).status).toBe(201);
    const two = { processDescription: { id: "two", owsContext: { offering: { content: { href } } } } };
    expect((await post(service, two)).status).toBe(201);
    expect((await post(service, { executionUnit: [{ href }], processDescription: { id: "three" } })).status).toBe(201);
  });

  test("names a process that is called main after its file", async () => {
    await using service = await openService();
    await using site = fileSite({ "/x/my-tool.cwl": toolText.replace("id: count", "id: main") });
    expect(await jsonOf(await post(service, link(site, "/x/my-tool.cwl")))).toMatchObject({ id: "my-tool" });
  });

  const loop = toolText.replace("inputs: {", "inputs: {$import: loop.cwl, ");
  const broken: readonly [string, Parameters<typeof fileSite>[0], number, string][] = [
    ["an HTML page", { "/p/flow.cwl": { text: "<!doctype html><p>Sign in", type: "text/html" } }, 422, "an HTML page"],
    ["an HTML page that says it is text", { "/p/flow.cwl": "<html><p>Sign in" }, 422, "an HTML page"],
    ["another type", { "/p/flow.cwl": { text: toolText, type: "image/png" } }, 422, "image/png"],
    ["nothing", { "/p/flow.cwl": "" }, 422, "found nothing"],
    ["404", {}, 422, "status 404"],
    ["503", { "/p/flow.cwl": { text: "", status: 503 } }, 422, "status 503"],
    ["bytes that are no text", { "/p/flow.cwl": { text: new Uint8Array([0xff, 0xfe, 0, 1]) } }, 422, "0xFF"],
    ["JSON that is no CWL", { "/p/flow.cwl": "[1, 2]" }, 400, "wanted a CWL document"],
    ["a redirect inward", { "/p/flow.cwl": { redirect: "http://10.0.0.1/flow.cwl" } }, 422, "--allow-fetch"],
    ["a redirect to itself", { "/p/flow.cwl": { redirect: "/p/flow.cwl" } }, 422, "redirects"],
    ["more than is read", { "/p/flow.cwl": `# ${"x".repeat(1_100_000)}` }, 422, "1048576 bytes"],
    ["a step that is not there", { "/p/flow.cwl": workflowText, "/p/about.txt": "" }, 400, "tools/count.cwl"],
    ["a step that is an HTML page", { ...files, "/p/tools/count.cwl": "<html>" }, 400, "an HTML page"],
    [
      "a file of the server",
      { "/p/flow.cwl": workflowText.replace("about.txt", "file:///etc/passwd") },
      400,
      "file:///etc/passwd",
    ],
    [
      "an address inside",
      { "/p/flow.cwl": workflowText.replace("about.txt", "http://169.254.169.254/x") },
      400,
      "--allow-fetch",
    ],
    ["a document that imports itself", { "/p/flow.cwl": loop.replace("loop.cwl", "flow.cwl") }, 400, "circle"],
    [
      "documents that import each other",
      { "/p/flow.cwl": loop.replace("loop.cwl", "b.cwl"), "/p/b.cwl": "{$import: flow.cwl}" },
      400,
      "circle",
    ],
    [
      "a workflow that runs itself",
      { ...files, "/p/flow.cwl": workflowText.replace("tools/count.cwl", "flow.cwl") },
      400,
      "run themselves",
    ],
    [
      "files of too many values together",
      {
        "/p/flow.cwl": `${toolText}doc: [${Array.from({ length: 8 }, (_, n) => `{$import: ${n}.yml}`).join(", ")}]\n`,
        ...Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`/p/${n}.yml`, `[${"x,".repeat(15_000)}]`])),
      },
      400,
      "too many values",
    ],
    [
      "imports that double each time",
      {
        "/p/flow.cwl": toolText.replace("inputs: {", "doc: {$import: 0.yml}\ninputs: {"),
        ...Object.fromEntries(
          Array.from({ length: 30 }, (_, n) => [`/p/${n}.yml`, `[{$import: ${n + 1}.yml}, {$import: ${n + 1}.yml}]`]),
        ),
        "/p/30.yml": "[x]",
      },
      400,
      "imports",
    ],
  ];
  test.each(broken)("that answers %s is refused, and nothing is deployed", async (_, content, status, words) => {
    await using service = await openService();
    await using site = fileSite(content);
    const response = await post(service, { ...link(site), processDescription: { id: "x" } });
    expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(words)]);
    expect((await service.send("GET", "/processes/x")).status).toBe(404);
  });

  test("whose files change while they are read is 409; one that is asked for again is not fetched twice", async () => {
    await using service = await openService();
    let count = 0;
    await using site = fileSite({ ...files, "/p/about.txt": () => `Version ${count++}` });
    const response = await post(service, link(site));
    expect([response.status, await response.text()]).toEqual([409, expect.stringContaining("/p/about.txt")]);
    expect((await service.send("GET", "/processes/flow")).status).toBe(404);
  });

  test("is not fetched for who may not deploy", async () => {
    await using service = await openService();
    await using site = fileSite(files);
    const key = await service.createKey("runner", "ann");
    const headers = { authorization: `Bearer ${key}` };
    for (const [method, path] of [
      ["POST", "/processes"],
      ["PUT", "/processes/flow"],
    ] as const) {
      expect((await service.send(method, path, { headers, body: link(site) })).status).toBe(403);
    }
    expect(site.asked).toEqual([]);
  });

  test("that ends in /processes/ID stays a process of another server, unless it says that it is CWL", async () => {
    await using service = await openService();
    await using site = fileSite({ "/processes/count": toolText });
    const href = `${site.url}/processes/count`;
    expect((await post(service, { executionUnit: { href } })).status).toBe(422);
    expect((await post(service, { executionUnit: { href, type: "application/cwl" } })).status).toBe(201);
  });
});

describe("a unit that is an image", () => {
  const described = {
    id: "ndvi",
    inputs: {
      image: { schema: { type: "string", contentMediaType: "image/tiff" } },
      factor: { schema: { type: "number" }, minOccurs: 0 },
      names: { schema: { type: "string" }, maxOccurs: 5 },
      area: { schema: { type: "object" } },
    },
    outputs: {
      result: { schema: { type: "string", contentMediaType: "image/tiff" } },
      mean: { schema: { type: "number" } },
    },
  };
  const executionUnit = {
    type: "docker",
    image: "example/ndvi:1",
    deployment: "cloud",
    config: { cpuMin: 2, cpuMax: 4, memoryMin: 1, jobTimeout: 60, gpus: 1 },
    bindings: {
      inputBindings: { image: { prefix: "image=" }, names: { itemSeparator: "," } },
      outputBindings: { result: { glob: "*.tif" }, mean: { glob: "mean.txt" } },
    },
  };
  const body = {
    processDescription: described,
    executionUnit,
    deploymentProfile: "http://www.opengis.net/profiles/eoc/dockerizedApplication",
  };

  test("becomes a tool of what is described", async () => {
    await using service = await openService();
    const response = await post(service, body);
    const answer = await jsonOf(response);
    expect([response.status, answer]).toMatchObject([201, { id: "ndvi" }]);
    expect(JSON.stringify(answer.warnings)).toContain("cloud");
    expect(JSON.stringify(answer.warnings)).toContain("/executionUnit/config/gpus");
    expect(JSON.stringify(answer.warnings)).toContain("widened");
    expect(await deployed(service, "ndvi")).toMatchObject({
      inputs: { image: { minOccurs: 1 }, factor: { minOccurs: 0 }, names: { maxOccurs: 5 }, area: {} },
    });
    const packed = await service.send("GET", "/processes/ndvi/package", { headers: { accept: "application/cwl" } });
    expect(await jsonOf(packed)).toMatchObject({
      class: "CommandLineTool",
      requirements: {
        DockerRequirement: { dockerPull: "example/ndvi:1" },
        ResourceRequirement: { coresMin: 2, coresMax: 4, ramMin: 1024 },
        ToolTimeLimit: { timelimit: 60 },
      },
      inputs: {
        image: { type: "File", inputBinding: { prefix: "image=", separate: false } },
        factor: { type: ["null", "double"] },
        names: { type: { type: "array", items: "string" }, inputBinding: { itemSeparator: "," } },
      },
    });
  });

  test.each([
    [{ ...body, executionUnit: { ...executionUnit, image: undefined } }, "/executionUnit/image"],
    [{ ...body, executionUnit: { ...executionUnit, config: { cpuMin: -1 } } }, "/executionUnit/config/cpuMin"],
    [
      { ...body, executionUnit: { ...executionUnit, config: { cpuMin: 4, cpuMax: 2 } } },
      "/executionUnit/config/cpuMax",
    ],
    [{ ...body, executionUnit: { ...executionUnit, bindings: { inputBindings: { nope: {} } } } }, "inputBindings/nope"],
    [{ ...body, executionUnit: { ...executionUnit, bindings: {} } }, "outputBindings/result/glob"],
    [{ ...body, executionUnit: { ...executionUnit, bindings: 5 } }, "/executionUnit/bindings"],
    [{ ...body, processDescription: { id: "x" } }, "/processDescription/outputs"],
    [{ ...body, deploymentProfile: "http://example.org/other" }, "/deploymentProfile"],
    [{ ...body, executionUnit: tool }, "/executionUnit"],
  ])("is refused with the place of what is wrong: %#", async (wrong, pointer) => {
    await using service = await openService();
    const response = await post(service, wrong);
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining(pointer)]);
  });
});

test("a document without an id takes that of the path, whatever its file is called", async () => {
  await using service = await openService();
  const unnamed = toolText.replace("id: count\n", "");
  await using site = fileSite({ "/a%20b.cwl": unnamed });
  const body = { executionUnit: { href: `${site.url}/a%20b.cwl` } };
  expect(await jsonOf(await post(service, body))).toMatchObject({ id: "a-20b" });
  const headers = { "content-type": "application/json" };
  await service.send("POST", "/processes?id=mine", { headers, body });
  expect((await service.send("PUT", "/processes/mine", { headers, body })).status).toBe(204);
});
