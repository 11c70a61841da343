import { describe, expect, test } from "bun:test";
import { fileSite } from "../../support/servers/file-site.ts";
import { jsonOf, openService, type Service } from "../service.ts";

const tool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  id: "other",
  baseCommand: ["wc", "-l"],
  inputs: { table: { type: "File", inputBinding: { position: 1 } } },
  outputs: { lines: { type: "stdout" } },
};

function workflow(run: string, id = "flow") {
  return {
    cwlVersion: "v1.2",
    class: "Workflow",
    id,
    requirements: { SubworkflowFeatureRequirement: {} },
    inputs: { table: "File" },
    outputs: { lines: { type: "File", outputSource: "count/lines" } },
    steps: { count: { run, in: { table: "table" }, out: ["lines"] } },
  };
}

async function deploy(service: Service, unit: unknown, method = "POST", path = "/processes", key?: string) {
  const response = await service.send(method, path, {
    headers: { "content-type": "application/ogcapppkg+json" },
    body: { executionUnit: { unit } },
    ...(key === undefined ? {} : { key }),
  });
  return { status: response.status, text: await response.text() };
}

async function packed(service: Service, id: string) {
  return jsonOf(await service.send("GET", `/processes/${id}/package`, { headers: { accept: "application/cwl+json" } }));
}

async function revisionOf(service: Service, id: string): Promise<string> {
  return String((await jsonOf(await service.send("GET", `/processes/${id}`))).revision);
}

describe("a step runs a deployed process", () => {
  const names = (revision: string) => [
    "other",
    "other:1.0.0",
    `other@${revision}`,
    "http://127.0.0.1:8080/processes/other",
    "https://127.0.0.1:8080/processes/other",
    "http://127.0.0.1:8080/processes/other/",
    "http://127.0.0.1:8080/processes/other:1.0.0",
    "http://127.0.0.1:8080/processes/other%3A1.0.0",
    "http://127.0.0.1:8080/processes/other?version=1.0.0",
    `http://127.0.0.1:8080/processes/other?revision=${revision}`,
  ];

  test("by its id, by a revision's name, or by its address", async () => {
    await using service = await openService();
    await deploy(service, tool);
    const revision = await revisionOf(service, "other");
    for (const [index, name] of names(revision).entries()) {
      const made = await deploy(service, workflow(name, `flow${index}`));
      expect([name, made.status, made.text.slice(0, 300)]).toMatchObject([name, 201, expect.any(String)]);
      expect(await jsonOf(await service.send("GET", `/processes/flow${index}`))).toMatchObject({
        runs: [{ step: "count", process: `other@${revision}`, version: "1.0.0" }],
      });
      const { $graph: graph } = await packed(service, `flow${index}`);
      expect(graph).toMatchObject([
        { id: `flow${index}`, steps: { count: { run: `#other@${revision}` } } },
        { id: `other@${revision}`, class: "CommandLineTool", baseCommand: ["wc", "-l"] },
      ]);
    }
  });

  test("in a graph, a text, several files and the web, each of which may have the file itself", async () => {
    await using service = await openService();
    await deploy(service, tool);
    const graph = { cwlVersion: "v1.2", $graph: [workflow("other", "main"), { ...tool, id: "own" }] };
    expect(await deploy(service, graph, "POST", "/processes?id=graph")).toMatchObject({ status: 201 });
    const text = JSON.stringify(workflow("other", "text"));
    expect(await deploy(service, text)).toMatchObject({ status: 201 });
    await using site = fileSite({ "/flow.cwl": JSON.stringify(workflow("other", "web")) });
    const linked = await service.send("POST", "/processes", {
      headers: { "content-type": "application/ogcapppkg+json" },
      body: { executionUnit: { href: `${site.url}/flow.cwl`, type: "application/cwl" } },
    });
    expect([linked.status, await linked.text()]).toMatchObject([201, expect.any(String)]);
    for (const withFile of [false, true]) {
      const form = new FormData();
      form.append("main.cwl", new File([JSON.stringify(workflow("other", `files-${withFile}`))], "main.cwl"));
      if (withFile) form.append("other", new File([JSON.stringify({ ...tool, id: "file" })], "other"));
      const sent = await service.send("POST", "/processes", { body: form });
      expect([sent.status, await sent.text()]).toMatchObject([201, expect.any(String)]);
    }
    const pinned = `other@${await revisionOf(service, "other")}`;
    for (const id of ["graph", "text", "web", "files-false"]) {
      expect(await jsonOf(await service.send("GET", `/processes/${id}`))).toMatchObject({
        runs: [{ process: pinned }],
      });
    }
    expect(await jsonOf(await service.send("GET", "/processes/files-true"))).not.toHaveProperty("runs");
  });

  test("that runs others, with its own names and without writing any of them twice", async () => {
    await using service = await openService();
    await deploy(service, tool);
    const inner = {
      cwlVersion: "v1.0",
      $graph: [
        { ...workflow("#main-tool", "inner"), cwlVersion: "v1.2" },
        { ...tool, id: "main-tool" },
      ],
    };
    expect(await deploy(service, inner)).toMatchObject({ status: 201 });
    const both = workflow("inner", "both");
    const steps = { ...both.steps, again: { run: "other", in: { table: "count/lines" }, out: ["lines"] } };
    expect(await deploy(service, { ...both, steps })).toMatchObject({ status: 201 });
    expect(
      await deploy(service, {
        ...workflow("both", "all"),
        steps: { ...workflow("both").steps, more: { run: "other", in: { table: "table" }, out: ["lines"] } },
      }),
    ).toMatchObject({ status: 201 });
    const { $graph: graph } = await packed(service, "all");
    const ids = (Array.isArray(graph) ? graph : []).map(({ id }) => String(id).replaceAll(/[0-9a-f]{60}/g, ""));
    expect(ids.map((id) => id.replace(/sha256:[0-9a-f]{4}/, "")).toSorted()).toEqual(
      ["all", "both@", "inner@", "inner@/main-tool", "other@"].toSorted(),
    );
  });

  test("and stays with the revision that was live, whatever becomes of the other", async () => {
    await using service = await openService();
    await deploy(service, tool);
    await deploy(service, workflow("other"));
    const before = await packed(service, "flow");
    await deploy(service, { ...tool, baseCommand: ["wc", "-w"] }, "PUT", "/processes/other");
    await service.send("DELETE", "/processes/other");
    expect(await packed(service, "flow")).toEqual(before);
    expect(await deploy(service, workflow("other", "late"))).toMatchObject({ status: 400 });
  });

  test("also a built-in, which the package has as an operation", async () => {
    await using service = await openService();
    const unit = {
      cwlVersion: "v1.2",
      class: "Workflow",
      id: "said",
      inputs: { word: "string" },
      outputs: { word: { type: "string", outputSource: "say/text" } },
      steps: { say: { run: "echo", in: { text: "word" }, out: ["text"] } },
    };
    expect(await deploy(service, unit)).toMatchObject({ status: 201 });
    const { $graph: graph } = await packed(service, "said");
    expect(graph).toMatchObject([{ id: "said" }, { class: "Operation", id: expect.stringMatching(/^echo@sha256:/) }]);
  });

  test("that another server has, by an address of its file", async () => {
    await using service = await openService();
    await using site = fileSite({ "/tools/count.cwl": JSON.stringify(tool) });
    for (const unit of [
      workflow(`${site.url}/tools/count.cwl`, "object"),
      JSON.stringify(workflow(`${site.url}/tools/count.cwl`, "text")),
    ]) {
      expect(await deploy(service, unit)).toMatchObject({ status: 201 });
    }
    expect(await jsonOf(await service.send("GET", "/processes/object"))).toMatchObject({
      sources: [{ href: `${site.url}/tools/count.cwl`, digest: expect.stringMatching(/^sha256:/) }],
    });
    const gone = await deploy(service, workflow(`${site.url}/tools/gone.cwl`, "gone"));
    expect(gone.status).toBe(400);
    expect(gone.text).toContain("/executionUnit/unit/steps/count/run");
  });
});

describe("a step is refused, with its name", () => {
  const wrong = [
    "nosuch",
    "other:9.9",
    "other@sha256:0000",
    "other@",
    "other#main",
    "http://127.0.0.1:8080/processes/nosuch",
    "http://127.0.0.1:8080/processes/other/package",
    "http://127.0.0.1:8080/processes/%zz",
    "../other",
    "",
    "file:///etc/passwd",
    "ftp://127.0.0.1/other",
  ];
  test.each(wrong)("run: %p", async (run) => {
    await using service = await openService();
    await deploy(service, tool);
    const made = await deploy(service, workflow(run));
    expect([run, made.status]).toEqual([run, 400]);
    expect(made.text).toContain("count");
    expect((await service.send("GET", "/processes/flow")).status).toBe(404);
  });

  test("when the process is private and a stranger deploys", async () => {
    await using service = await openService({ allowAnonymous: "deployer" });
    const key = await service.createKey("deployer", "ana");
    const body = { processDescription: { visibility: "private" }, executionUnit: { unit: tool } };
    const headers = { "content-type": "application/ogcapppkg+json" };
    expect((await service.send("POST", "/processes", { key, headers, body })).status).toBe(201);
    expect(await deploy(service, workflow("other", "strange"))).toMatchObject({ status: 400 });
    expect(await deploy(service, workflow("other", "known"), "POST", "/processes", key)).toMatchObject({ status: 201 });
  });

  test("when the process is itself, or runs it", async () => {
    await using service = await openService();
    await deploy(service, tool);
    await deploy(service, workflow("other", "a"));
    await deploy(service, workflow("a", "b"));
    await deploy(service, workflow("b", "c"));
    for (const run of ["a", "a:1.0.0", "b", "c"]) {
      const made = await deploy(service, workflow(run, "a"), "PUT", "/processes/a");
      expect([run, made.status]).toEqual([run, 400]);
      expect(made.text).toContain('step \\"count\\"');
    }
  });

  test("when the processes are too many levels", async () => {
    await using service = await openService();
    await deploy(service, tool);
    let last = "other";
    let level = 0;
    let made = { status: 201, text: "" };
    while (made.status === 201 && level < 20) {
      level += 1;
      made = await deploy(service, workflow(last, `level-${level}`));
      last = `level-${level}`;
    }
    expect([level, made.status]).toEqual([11, 400]);
    expect(made.text).toContain("levels of deployed processes");
  });

  test("a document's own process of a pinned name stands in for no other", async () => {
    await using service = await openService();
    await deploy(service, tool);
    const pinned = `other@${await revisionOf(service, "other")}`;
    const evil = {
      cwlVersion: "v1.2",
      $graph: [workflow(`#${pinned}`, "evil"), { ...tool, id: pinned, baseCommand: ["rm"] }],
    };
    expect(await deploy(service, evil)).toMatchObject({ status: 201 });
    const both = workflow("evil", "both");
    const steps = { ...both.steps, second: { run: "other", in: { table: "table" }, out: ["lines"] } };
    expect(await deploy(service, { ...both, steps })).toMatchObject({ status: 201 });
    const { $graph: graph } = await packed(service, "both");
    const found = (Array.isArray(graph) ? graph : []).find(({ id }) => id === pinned);
    expect(found).toMatchObject({ baseCommand: ["wc", "-l"] });
  });
});
