import { expect } from "bun:test";
import { relations } from "../../src/domain/links.ts";
import { expectOgcSchema } from "../support/ogc-schemas.ts";
import { requirement } from "../support/requirement.ts";
import {
  address,
  document,
  executeEcho,
  expectProblem,
  finishedJob,
  finishedJobOf,
  get,
  linksOf,
  post,
  useService,
} from "./service.ts";

useService();

const value = { transmissionMode: "value" } as const;
const reference = { transmissionMode: "reference" } as const;

requirement(["1.0 /req/core/landingpage-op", "2.0 /req/core/landingpage-op"], async () => {
  expect((await get("/")).status).toBe(200);
});

requirement(["1.0 /req/core/landingpage-success", "2.0 /req/core/landingpage-success"], async () => {
  const body = await document(await get("/"), 200, "LandingPage");
  expectOgcSchema("landingPage", body);
  const rels = linksOf(body).map((link) => link.rel);
  for (const rel of ["service-desc", "service-doc", relations.conformance, relations.processes])
    expect(rels).toContain(rel);
});

requirement(["1.0 /req/core/api-definition-op", "2.0 /req/core/api-definition-op"], async () => {
  const links = linksOf(await document(await get("/"), 200)).filter(({ rel }) => /^service-(desc|doc)$/.test(rel));
  for (const { href } of links) expect((await get(href)).status).toBe(200);
});

requirement(["1.0 /req/core/api-definition-success", "2.0 /req/core/api-definition-success"], async () => {
  const links = linksOf(await document(await get("/"), 200)).filter(({ rel }) => rel === "service-desc");
  for (const { href, type } of links) {
    const response = await get(href);
    expect(response.headers.get("content-type")).toBe(type ?? "");
    expect(await response.text()).toContain('"openapi":"3.');
  }
});

requirement(["1.0 /req/core/conformance-op", "2.0 /req/core/conformance-op"], async () => {
  expect((await get("/conformance")).status).toBe(200);
});

requirement(["1.0 /req/core/conformance-success", "2.0 /req/core/conformance-success"], async () => {
  const body = await document(await get("/conformance"), 200, "ConformanceClasses");
  expectOgcSchema("confClasses", body);
  expect(body.conformsTo).toContain("http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/core");
});

requirement(["1.0 /req/core/http", "2.0 /req/core/http"], async () => {
  const { hostname, port } = new URL(address());
  const answer = await new Promise<string>((resolve, reject) => {
    void Bun.connect({
      hostname,
      port: Number(port),
      socket: {
        open: (socket) => void socket.write(`GET / HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: close\r\n\r\n`),
        data: (socket, data) => {
          resolve(data.toString());
          socket.end();
        },
        error: (_socket, error) => reject(error),
      },
    });
  });
  expect(answer).toStartWith("HTTP/1.1 200 ");
});

requirement(["1.0 /req/core/process-list", "2.0 /req/core/process-list-op"], async () => {
  expect((await get("/processes")).status).toBe(200);
});

requirement(["1.0 /req/core/pl-limit-definition", "2.0 /req/core/pl-limit-definition"], async () => {
  for (const limit of ["0", "-1", "x"])
    await expectProblem(await get(`/processes?limit=${limit}`), 400, "invalid-query-parameter-value");
});

requirement(["1.0 /req/core/pl-limit-response", "2.0 /req/core/pl-limit-response"], async () => {
  const body = await document(await get("/processes?limit=1"), 200, "ProcessList");
  expect(body.processes).toHaveLength(1);
});

requirement(["1.0 /req/core/process-list-success", "2.0 /req/core/process-list-success"], async () => {
  const body = await document(await get("/processes"), 200, "ProcessList");
  expectOgcSchema("processList", body);
});

requirement(["1.0 /req/core/pl-links", "2.0 /req/core/pl-links"], async () => {
  const links = linksOf(await document(await get("/processes"), 200));
  expect(links.map(({ rel }) => rel)).toEqual(expect.arrayContaining(["self", "alternate"]));
  for (const { href, type } of links) expect((await get(href)).headers.get("content-type")).toStartWith(type ?? "?");
});

requirement(["1.0 /req/core/process", "2.0 /req/core/process-description-op"], async () => {
  expect((await get("/processes/echo")).status).toBe(200);
});

requirement(["1.0 /req/core/process-success", "2.0 /req/core/process-description-success"], async () => {
  expectOgcSchema("process", await document(await get("/processes/echo"), 200, "Process"));
});

requirement(
  ["1.0 /req/core/process-exception/no-such-process", "2.0 /req/core/process-exception/no-such-process"],
  async () => {
    await expectProblem(await get("/processes/nothing"), 404, "no-such-process");
  },
);

requirement(["1.0 /req/core/process-execute-op", "2.0 /req/core/process-execute-op"], async () => {
  expect((await executeEcho({ inputs: { text: "x" } })).status).toBe(200);
});

requirement(["1.0 /req/core/process-execute-request", "2.0 /req/core/process-execute-request"], async () => {
  const outputs = { text: { transmissionMode: "value" } };
  expect((await executeEcho({ inputs: { text: "x" }, outputs, response: "document" })).status).toBe(200);
});

requirement(["1.0 /req/core/process-execute-inputs"], async () => {
  const inputs = { text: { href: "data:text/plain,there", type: "text/plain" }, number: 5 };
  const body = await document(await executeEcho({ inputs, response: "document" }), 200);
  expect(body).toEqual({ text: "there", number: 5 });
});

requirement(["1.0 /req/core/process-execute-input-array", "2.0 /req/core/process-execute-input-array"], async () => {
  const body = await document(await executeEcho({ inputs: { text: "", array: [7] }, response: "document" }), 200);
  expect(body.array).toEqual([7]);
});

requirement(
  ["1.0 /req/core/process-execute-input-inline-object", "2.0 /req/core/process-execute-input-inline-object"],
  async () => {
    const object = { value: { p: 1 } };
    const body = await document(await executeEcho({ inputs: { text: "", object }, response: "document" }), 200);
    expect(body.object).toEqual(object);
  },
);

requirement(
  ["1.0 /req/core/process-execute-input-mixed-type", "2.0 /req/core/process-execute-input-multiple-types"],
  async () => {
    const mixed = { value: "<gml:Point/>", mediaType: "application/gml+xml" };
    const body = await document(await executeEcho({ inputs: { text: "", mixed }, response: "document" }), 200);
    expect(body.mixed).toEqual(mixed);
    const wrong = { value: "x", mediaType: "image/png" };
    expect((await executeEcho({ inputs: { text: "", mixed: wrong } })).status).toBe(400);
  },
);

requirement(
  ["1.0 /req/core/process-execute-input-inline-binary", "2.0 /req/core/process-execute-input-inline-binary"],
  async () => {
    const image = Buffer.from([137, 80, 78, 71]).toString("base64");
    const response = await executeEcho({ inputs: { text: "", image }, outputs: { image: value } });
    expect(response.headers.get("content-type")).toBe("image/png");
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([137, 80, 78, 71]);
    expect((await executeEcho({ inputs: { text: "", image: "not base64!" } })).status).toBe(400);
  },
);

requirement(
  ["1.0 /req/core/process-execute-input-inline-bbox", "2.0 /req/core/process-execute-input-inline-bbox"],
  async () => {
    const bbox = { bbox: [51.9, 7, 52.1, 7.2], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84" };
    const body = await document(await executeEcho({ inputs: { text: "", bbox }, response: "document" }), 200);
    expect(body.bbox).toEqual(bbox);
  },
);

requirement(
  ["1.0 /req/core/process-execute-input-validation", "2.0 /req/core/process-execute-input-validation"],
  async () => {
    for (const inputs of [{ text: 5 }, { text: "", number: "many" }, { text: "", array: ["a"] }]) {
      expect((await executeEcho({ inputs })).status).toBe(400);
    }
    const referenced = { text: "", number: { href: "data:application/json,%22many%22", type: "application/json" } };
    expect((await executeEcho({ inputs: referenced })).status).toBeGreaterThanOrEqual(400);
  },
);

requirement(
  ["1.0 /req/core/process-execute-default-execution-mode", "2.0 /req/core/process-execute-default-execution-mode"],
  async () => {
    expect((await executeEcho({ inputs: { text: "x" } })).status).toBe(200);
  },
);

requirement(
  ["1.0 /req/core/process-execute-auto-execution-mode", "2.0 /req/core/process-execute-auto-execution-mode"],
  async () => {
    const response = await executeEcho({ inputs: { text: "x" } }, { prefer: "respond-async" });
    expect(response.status).toBe(201);
  },
);

requirement(
  ["1.0 /req/core/process-execute-default-outputs", "2.0 /req/core/process-execute-omitted-outputs"],
  async () => {
    const body = await document(
      await executeEcho({ inputs: { text: "x", number: 1, flag: true }, response: "document" }),
      200,
    );
    expect(Object.keys(body).sort()).toEqual(["flag", "number", "text"]);
  },
);

requirement(["1.0 /req/core/process-execute-sync-raw-value-one"], async () => {
  const response = await executeEcho({ inputs: { text: "x" }, outputs: { text: value }, response: "raw" });
  expect(response.headers.get("content-type")).toStartWith("text/plain");
  expect(await response.text()).toBe("x");
});

requirement(["1.0 /req/core/process-execute-sync-raw-value-multi"], async () => {
  const response = await executeEcho({ inputs: { text: "x", number: 1 }, outputs: { text: value, number: value } });
  expect(response.headers.get("content-type")).toStartWith("multipart/related");
  const text = await response.text();
  expect(text).toContain("Content-ID: text\r\n");
  expect(text).toContain("Content-ID: number\r\n");
});

requirement(["1.0 /req/core/process-execute-sync-raw-ref"], async () => {
  const response = await post("/processes/tool/execution", {
    inputs: {},
    outputs: { file: reference },
    response: "raw",
  });
  expect(response.status).toBe(204);
  const url = /<([^>]+)>/.exec(response.headers.get("link") ?? "")?.[1] ?? "";
  expect(await (await get(url)).text()).toBe("hello");
});

requirement(["1.0 /req/core/process-execute-sync-raw-mixed-multi"], async () => {
  const outputs = { text: value, file: reference };
  const response = await post("/processes/tool/execution", { inputs: {}, outputs, response: "raw" });
  expect(response.headers.get("content-type")).toStartWith("multipart/related");
  expect(await response.text()).toMatch(/Content-ID: file\r\nContent-Location: http[^\r]+\r\n\r\n\r\n--/);
});

requirement(["1.0 /req/core/process-execute-sync-document"], async () => {
  const body = await document(await executeEcho({ inputs: { text: "x" }, response: "document" }), 200, "Results");
  expect(body).toEqual({ text: "x" });
});

requirement(
  ["1.0 /req/core/process-execute-success-async", "2.0 /req/core/process-execute-success-async"],
  async () => {
    const response = await executeEcho({ inputs: { text: "x" } }, { prefer: "respond-async" });
    const location = response.headers.get("location") ?? "";
    expectOgcSchema("statusInfo", await document(response, 201, "StatusInfo"));
    expect((await get(location)).status).toBe(200);
  },
);

requirement(["1.0 /req/core/job-results-success-sync", "2.0 /req/core/job-results-success-sync"], async () => {
  const response = await executeEcho({ inputs: { text: "x" } });
  const monitor = /<([^>]+)>; rel="monitor"/.exec(response.headers.get("link") ?? "")?.[1] ?? "";
  await document(await get(monitor), 200, "StatusInfo");
});

requirement(["1.0 /req/core/job", "2.0 /req/core/job-op"], async () => {
  expect((await get(await finishedJob("echo", { text: "x" }))).status).toBe(200);
});

requirement(["1.0 /req/core/job-success", "2.0 /req/core/job-success"], async () => {
  const body = await document(await get(await finishedJob("echo", { text: "x" })), 200, "StatusInfo");
  expectOgcSchema("statusInfo", body);
});

requirement(["1.0 /req/core/job-exception-no-such-job", "2.0 /req/core/job-exception-no-such-job"], async () => {
  await expectProblem(await get("/jobs/00000000-0000-7000-8000-000000000000"), 404, "no-such-job");
});

requirement(["1.0 /req/core/job-results", "2.0 /req/core/job-results-op"], async () => {
  expect((await get(`${await finishedJob("echo", { text: "x" })}/results`)).status).toBe(200);
});

requirement(["1.0 /req/core/job-results-async-raw-value-one"], async () => {
  const job = await finishedJobOf("echo", { inputs: { text: "x" }, outputs: { text: value }, response: "raw" });
  expect(await (await get(`${job}/results`)).text()).toBe("x");
});

requirement(["1.0 /req/core/job-results-async-raw-value-multi"], async () => {
  const job = await finishedJobOf("echo", {
    inputs: { text: "x", number: 1 },
    outputs: { text: value, number: value },
  });
  expect((await get(`${job}/results`)).headers.get("content-type")).toStartWith("multipart/related");
});

requirement(["1.0 /req/core/job-results-async-raw-ref"], async () => {
  const job = await finishedJobOf("tool", { inputs: {}, outputs: { file: reference }, response: "raw" });
  const response = await get(`${job}/results`);
  expect(response.status).toBe(204);
  expect(response.headers.get("link")).toContain("/file/said.txt>");
});

requirement(["1.0 /req/core/job-results-async-raw-mixed-multi"], async () => {
  const job = await finishedJobOf("tool", { inputs: {}, outputs: { text: value, file: reference }, response: "raw" });
  expect(await (await get(`${job}/results`)).text()).toContain("Content-Location: ");
});

requirement(["1.0 /req/core/job-results-async-document"], async () => {
  const job = await finishedJobOf("echo", { inputs: { text: "x" }, response: "document" });
  expect(await document(await get(`${job}/results`), 200)).toEqual({ text: "x" });
});

requirement(
  ["1.0 /req/core/job-results-exception/no-such-job", "2.0 /req/core/job-results-exception-no-such-job"],
  async () => {
    await expectProblem(await get("/jobs/00000000-0000-7000-8000-000000000000/results"), 404, "no-such-job");
  },
);

requirement(
  ["1.0 /req/core/job-results-exception/results-not-ready", "2.0 /req/core/job-results-exception/results-not-ready"],
  async () => {
    const response = await post("/processes/tool/execution", { inputs: { seconds: 5 } }, { prefer: "respond-async" });
    const job = response.headers.get("location") ?? "";
    await expectProblem(await get(`${job}/results`), 404, "result-not-ready");
    await fetch(job, { method: "DELETE" });
  },
);

requirement(["1.0 /req/core/job-results-failed", "2.0 /req/core/job-results-failed"], async () => {
  const body = await document(await get(`${await finishedJob("tool", { code: 3 })}/results`), 500, "Exception");
  expect(body).toMatchObject({ exitCode: 3 });
});

requirement(["1.0 /req/core/test-process", "2.0 /req/core/test-process"], async () => {
  const body = await document(await executeEcho({ inputs: { text: "teststring" }, response: "document" }), 200);
  expect(body.text).toBe("teststring");
});
