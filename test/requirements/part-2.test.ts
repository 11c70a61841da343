import { expect } from "bun:test";
import { expectOgcSchema } from "../support/packages/ogc-schemas.ts";
import { absent, header, ignoresHeader, ignoresMember, ignoresQuery, member, on, status, withBody } from "./faults.ts";
import { requirement } from "./requirement.ts";
import { address, document, get, linksOf, useService } from "./service.ts";

useService();

const exceptions = "http://www.opengis.net/def/exceptions/ogcapi-processes-2/1.0";
const packageType = "application/ogcapppkg+json";
const cwlType = "application/cwl+json";

const tool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  label: "Says a word",
  baseCommand: "echo",
  inputs: { word: { type: "string", inputBinding: {} } },
  outputs: { said: { type: "stdout" } },
};
const graph = {
  cwlVersion: "v1.2",
  $graph: [
    { ...tool, id: "say" },
    ...["first", "second"].map((id) => ({
      class: "Workflow",
      id,
      label: id,
      inputs: { word: "string" },
      outputs: { said: { type: "File", outputSource: "say/said" } },
      steps: { say: { run: "#say", in: { word: "word" }, out: ["said"] } },
    })),
  ],
};
const image = {
  type: "docker",
  image: "example/say:1",
  deployment: "local",
  config: { cpuMin: 1, cpuMax: 2, memoryMin: 1, memoryMax: 2, storageTempMin: 1, storageOutputsMin: 1, jobTimeout: 60 },
  bindings: {
    inputBindings: { word: { prefix: "--word", position: 1 } },
    outputBindings: { said: { glob: "said.txt" } },
  },
};
const described = {
  inputs: { word: { schema: { type: "string" } } },
  outputs: { said: { schema: { type: "string", contentMediaType: "text/plain" } } },
};

function packageOf(id: string, more: Readonly<Record<string, unknown>> = {}) {
  return { processDescription: { id, title: "A word", ...more }, executionUnit: { unit: tool, type: cwlType } };
}

function send(method: string, path: string, body: unknown, type = packageType): Promise<Response> {
  return fetch(`${address()}${path}`, { method, headers: { "content-type": type }, body: JSON.stringify(body) });
}

let drawn = 0;

/** Proves something with an id of its own, under which nothing is deployed before or after. */
function withId(proof: (id: string) => Promise<void>): () => Promise<void> {
  return async () => {
    drawn += 1;
    const id = `deployed-${drawn}`;
    try {
      await proof(id);
    } finally {
      await fetch(`${address()}/processes/${id}`, { method: "DELETE" });
    }
  };
}

async function deploy(id: string, body: unknown = packageOf(id), type = packageType): Promise<Response> {
  const response = await send("POST", `/processes?id=${id}`, body, type);
  expect(response.status).toBe(201);
  return response;
}

async function expectProblem(response: Response, code: number, type: string): Promise<void> {
  expect((await document(response, code, "Exception")).type).toBe(`${exceptions}/${type}`);
}

async function described200(id: string) {
  return document(await get(`/processes/${id}`), 200, "Process");
}

requirement(
  [
    "Part 2 /req/deploy-replace-undeploy/deploy-post-op",
    "Part 2 /req/deploy-replace-undeploy/deploy-body",
    "Part 2 /req/ogcapppkg/deploy-body",
  ],
  [on("POST /processes", status(405)), on("POST /processes", ignoresMember("/executionUnit"))],
  withId(async (id) => {
    await deploy(id);
    expect(await described200(id)).toMatchObject({ title: "A word", inputs: { word: {} }, outputs: { said: {} } });
  }),
);

requirement(
  ["Part 2 /req/deploy-replace-undeploy/deploy-content-type", "Part 2 /req/ogcapppkg/body", "Part 2 /req/cwl/body"],
  [on("POST /processes", ignoresHeader("content-type"))],
  async () => {
    for (const type of [packageType, "application/json", "application/ogcapppkg+yaml"]) {
      await withId(async (id) => void (await deploy(id, packageOf(id), type)))();
    }
    for (const type of ["application/cwl", "application/cwl+json", "application/cwl+yaml"]) {
      await withId(async (id) => void (await deploy(id, tool, type)))();
    }
  },
);

requirement(
  ["Part 2 /req/deploy-replace-undeploy/deploy-response-success"],
  [on("POST /processes", status(200)), on("POST /processes", header("location"))],
  withId(async (id) => {
    const response = await deploy(id);
    expect(response.headers.get("location")).toBe(`${address()}/processes/${id}`);
  }),
);

requirement(
  ["Part 2 /req/deploy-replace-undeploy/deploy-response-body"],
  [
    on("POST /processes", member("/id")),
    on("POST /processes", member("/version")),
    on("POST /processes", withBody("{}")),
  ],
  withId(async (id) => {
    const body = await document(await deploy(id), 201, "ProcessSummary");
    expectOgcSchema("processSummary", body);
    expect(body).toMatchObject({ id, title: "A word" });
    expect(linksOf(body)).toContainEqual(
      expect.objectContaining({ rel: "self", href: `${address()}/processes/${id}` }),
    );
  }),
);

requirement(
  ["Part 2 /req/deploy-replace-undeploy/deploy-response-pid"],
  [on("POST /processes", ignoresMember("/processDescription/id")), on("POST /processes", member("/id", "other"))],
  withId(async (id) => {
    const response = await send("POST", "/processes", packageOf(id));
    expect(await document(response, 201, "ProcessSummary")).toMatchObject({ id });
    expect(await described200(id)).toMatchObject({ id });
  }),
);

requirement(
  ["Part 2 /req/deploy-replace-undeploy/deploy-response-duplicate"],
  [on("POST /processes", member("/type")), on("POST /processes", status(400))],
  withId(async (id) => {
    await send("POST", "/processes", packageOf(id));
    await expectProblem(await send("POST", "/processes", packageOf(id)), 409, "duplicated-process");
  }),
);

requirement(
  ["Part 2 /req/deploy-replace-undeploy/deploy-response-immutable"],
  [on("POST /processes", member("/type")), on("POST /processes", status(409))],
  async () => {
    await expectProblem(await send("POST", "/processes", packageOf("echo")), 403, "immutable-process");
  },
);

requirement(
  ["Part 2 /req/deploy-replace-undeploy/deploy-unsupported-media-type"],
  [on("POST /processes", member("/type")), on("POST /processes", status(400)), on("PUT /processes/*", status(404))],
  async () => {
    const headers = { "content-type": "text/plain" };
    for (const [method, path] of [
      ["POST", "/processes"],
      ["PUT", "/processes/nothing-here"],
    ]) {
      const response = await fetch(`${address()}${path}`, { method: method ?? "", headers, body: "" });
      await expectProblem(response, 415, "unsupported-media-type");
    }
  },
);

requirement(
  [
    "Part 2 /req/deploy-replace-undeploy/replace-put-op",
    "Part 2 /req/deploy-replace-undeploy/replace-body",
    "Part 2 /req/deploy-replace-undeploy/replace-response",
    "Part 2 /req/ogcapppkg/replace-body",
  ],
  [
    on("PUT /processes/*", status(405)),
    on("PUT /processes/*", status(500)),
    on("PUT /processes/*", ignoresMember("/processDescription/title")),
  ],
  withId(async (id) => {
    await deploy(id);
    const response = await send("PUT", `/processes/${id}`, packageOf(id, { title: "Another word" }));
    expect([200, 204]).toContain(response.status);
    expect(await described200(id)).toMatchObject({ title: "Another word" });
  }),
);

requirement(
  ["Part 2 /req/deploy-replace-undeploy/replace-content-type", "Part 2 /req/cwl/replace-body"],
  [on("PUT /processes/*", ignoresHeader("content-type")), on("PUT /processes/*", ignoresMember("/label"))],
  withId(async (id) => {
    await deploy(id);
    const replaced = await send("PUT", `/processes/${id}`, { ...tool, label: "As CWL" }, "application/cwl");
    expect(replaced.status).toBe(204);
    expect(await described200(id)).toMatchObject({ title: "As CWL" });
  }),
);

requirement(
  ["Part 2 /req/deploy-replace-undeploy/undeploy-delete-op", "Part 2 /req/deploy-replace-undeploy/undeploy-response"],
  [on("DELETE /processes/*", status(405)), on("DELETE /processes/*", status(200))],
  withId(async (id) => {
    await deploy(id);
    expect((await fetch(`${address()}/processes/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await get(`/processes/${id}`)).status).toBe(404);
    const builtin = await fetch(`${address()}/processes/echo`, { method: "DELETE" });
    expect(builtin.status).toBe(403);
  }),
);

requirement(
  ["Part 2 /req/deploy-replace-undeploy/static-indicator"],
  [on("GET /processes", member("/processes/*/mutable")), on("GET /processes", member("/processes/*/mutable", true))],
  async () => {
    const { processes } = await document(await get("/processes"), 200, "ProcessList");
    expect(processes).toContainEqual(expect.objectContaining({ id: "echo", mutable: false }));
    expect(processes).toContainEqual(expect.objectContaining({ id: "tool", mutable: true }));
  },
);

requirement(
  [
    "Part 2 /req/deploy-replace-undeploy/package-get-op",
    "Part 2 /req/deploy-replace-undeploy/package-response-success",
    "Part 2 /req/deploy-replace-undeploy/package-response-body",
    "Part 2 /req/ogcapppkg/package-response-body",
  ],
  [
    on("GET /processes/*/package", absent),
    on("GET /processes/*/package", header("content-type", "text/plain")),
    on("GET /processes/*/package", member("/executionUnit")),
  ],
  withId(async (id) => {
    await deploy(id);
    const response = await get(`/processes/${id}/package`);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, packageType]);
    expect(await response.json()).toEqual(packageOf(id));
  }),
);

requirement(
  ["Part 2 /req/cwl/package-response-body"],
  [
    on("GET /processes/*/package", header("content-type", packageType)),
    on("GET /processes/*/package", member("/baseCommand")),
  ],
  withId(async (id) => {
    await deploy(id, tool, cwlType);
    const response = await get(`/processes/${id}/package`);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, cwlType]);
    expect(await response.json()).toEqual(tool);
  }),
);

requirement(
  ["Part 2 /req/cwl/deploy-body"],
  [on("POST /processes", ignoresMember("/inputs/word")), on("POST /processes", status(400))],
  withId(async (id) => {
    await deploy(id, tool, "application/cwl");
    expect(await described200(id)).toMatchObject({ title: "Says a word", inputs: { word: {} }, outputs: { said: {} } });
  }),
);

requirement(
  ["Part 2 /req/cwl/execution-unit"],
  [on("POST /processes", ignoresMember("/executionUnit")), on("POST /processes", status(400))],
  async () => {
    const files = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => Response.json(tool) });
    const units = [
      { href: `http://127.0.0.1:${files.port}/tool.cwl`, type: "application/cwl" },
      { value: tool, mediaType: cwlType },
    ];
    try {
      for (const executionUnit of units) {
        await withId(async (id) => {
          await deploy(id, { processDescription: { id }, executionUnit });
          expect(await described200(id)).toMatchObject({ title: "Says a word", inputs: { word: {} } });
        })();
      }
    } finally {
      await files.stop(true);
    }
  },
);

requirement(["Part 2 /req/cwl/deploy-w-param"], [on("POST /processes", ignoresQuery("w"))], async () => {
  const titles: unknown[] = [];
  for (const query of ["", "&w=second", "&w=first", "&w=say"]) {
    await withId(async (id) => {
      expect((await send("POST", `/processes?id=${id}${query}`, graph, cwlType)).status).toBe(201);
      titles.push((await described200(id)).title);
    })();
  }
  expect(titles).toEqual(["first", "second", "first", "Says a word"]);
});

requirement(
  ["Part 2 /req/cwl/deploy-exception-workflow-not-found"],
  [
    on("POST /processes", ignoresQuery("w")),
    on("POST /processes", member("/type")),
    on("POST /processes", status(404)),
  ],
  withId(async (id) => {
    const response = await send("POST", `/processes?id=${id}&w=third`, graph, cwlType);
    await expectProblem(response, 400, "workflow-not-found");
    expect((await get(`/processes/${id}`)).status).toBe(404);
  }),
);

requirement(["Part 2 /req/ogcapppkg/schema"], [on("POST /processes", status(400))], async () => {
  const files = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => Response.json(tool) });
  const link = { href: `http://127.0.0.1:${files.port}/tool.cwl`, type: "application/cwl" };
  const qualified = { value: tool, mediaType: cwlType };
  const both = [{ value: { ...tool, id: "one" }, mediaType: cwlType }, { value: { ...tool, id: "two" } }];
  try {
    for (const executionUnit of [image, link, qualified, [link], [qualified], both]) {
      await withId(
        async (id) => void (await deploy(id, { processDescription: { process: { id, ...described } }, executionUnit })),
      )();
    }
    for (const executionUnit of [undefined, null, 5, "text", [], [null]]) {
      const response = await send("POST", "/processes", { processDescription: { id: "none" }, executionUnit });
      expect(response.status).toBe(400);
    }
  } finally {
    await files.stop(true);
  }
});

requirement(
  ["Part 2 /req/ogcapppkg/process-description"],
  [
    on("POST /processes", ignoresMember("/processDescription/process/title")),
    on("GET /processes/*", member("/keywords")),
  ],
  withId(async (id) => {
    const process = { id, title: "Given", description: "At length", version: "4.2", keywords: ["word"] };
    await deploy(id, { processDescription: { process }, executionUnit: [{ unit: tool }] });
    expect(await described200(id)).toMatchObject(process);
  }),
);

const dockerPackage = (id: string, unit: unknown = image) => ({
  processDescription: { id, ...described },
  deploymentProfile: "http://www.opengis.net/profiles/eoc/dockerizedApplication",
  executionUnit: unit,
});

requirement(
  ["Part 2 /req/ogcapppkg/profile-docker"],
  [on("POST /processes", ignoresMember("/deploymentProfile"))],
  withId(async (id) => {
    await deploy(id, dockerPackage(id));
    const other = { ...dockerPackage(`${id}-other`), deploymentProfile: "http://example.org/profile" };
    expect((await send("POST", "/processes", other)).status).toBe(400);
    const unit = { ...dockerPackage(`${id}-other`), executionUnit: tool };
    expect((await send("POST", "/processes", unit)).status).toBe(400);
  }),
);

requirement(
  ["Part 2 /req/docker/execution-unit"],
  [
    on("POST /processes", ignoresMember("/executionUnit/image")),
    on("GET /processes/*/package", member("/requirements")),
  ],
  withId(async (id) => {
    await deploy(id, dockerPackage(id));
    const packed = await document(await get(`/processes/${id}/package`, { accept: cwlType }), 200);
    expect(packed).toMatchObject({ requirements: { DockerRequirement: { dockerPull: "example/say:1" } } });
  }),
);

requirement(
  ["Part 2 /req/docker/schema"],
  [
    on("POST /processes", ignoresMember("/executionUnit/config/jobTimeout")),
    on("POST /processes", ignoresMember("/executionUnit/bindings/inputBindings/word")),
  ],
  withId(async (id) => {
    await deploy(id, dockerPackage(id));
    const packed = await document(await get(`/processes/${id}/package`, { accept: cwlType }), 200);
    expect(packed).toMatchObject({
      inputs: { word: { type: "string", inputBinding: { prefix: "--word", position: 1 } } },
      outputs: { said: { type: "File", outputBinding: { glob: "said.txt" } } },
      requirements: {
        ResourceRequirement: { coresMin: 1, coresMax: 2, ramMin: 1024, ramMax: 2048, tmpdirMin: 1024, outdirMin: 1024 },
        ToolTimeLimit: { timelimit: 60 },
      },
    });
    const wrong = [{ image: 5 }, { config: { cpuMin: 0 } }, { bindings: [] }, { deployment: 5 }];
    for (const change of wrong) {
      const response = await send("POST", "/processes", dockerPackage(`${id}-wrong`, { ...image, ...change }));
      expect(response.status).toBe(400);
    }
  }),
);
