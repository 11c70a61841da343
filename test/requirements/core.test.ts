import { expect } from "bun:test";
import { relations } from "../../src/domain/links.ts";
import { expectOgcSchema } from "../support/packages/ogc-schemas.ts";
import {
  absent,
  header,
  ignoresHeader,
  ignoresMember,
  ignoresQuery,
  member,
  on,
  status,
  withoutLink,
  withText,
} from "./faults.ts";
import { requirement } from "./requirement.ts";
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

requirement(
  ["1.0 /req/core/landingpage-op", "2.0 /req/core/landingpage-op", "Common /req/landing-page/root-op"],
  [on("GET /", absent)],
  async () => {
    expect((await get("/")).status).toBe(200);
  },
);

requirement(
  ["1.0 /req/core/landingpage-success", "2.0 /req/core/landingpage-success", "Common /req/landing-page/root-success"],
  [
    on("GET /", withoutLink("service-desc")),
    on("GET /", withoutLink("service-doc")),
    on("GET /", withoutLink("/conformance")),
    on("GET /", withoutLink("/processes")),
    on("GET /", member("/links")),
  ],
  async () => {
    const body = await document(await get("/"), 200, "LandingPage");
    expectOgcSchema("landingPage", body);
    const rels = linksOf(body).map((link) => link.rel);
    for (const rel of ["service-desc", "service-doc", relations.conformance, relations.processes])
      expect(rels).toContain(rel);
  },
);

requirement(
  ["1.0 /req/core/api-definition-op", "2.0 /req/core/api-definition-op", "Common /req/landing-page/api-definition-op"],
  [on("GET /api", absent), on("GET /api.html", absent)],
  async () => {
    const links = linksOf(await document(await get("/"), 200)).filter(({ rel }) => /^service-(desc|doc)$/.test(rel));
    for (const { href } of links) expect((await get(href)).status).toBe(200);
  },
);

requirement(
  [
    "1.0 /req/core/api-definition-success",
    "2.0 /req/core/api-definition-success",
    "Common /req/landing-page/api-definition-success",
  ],
  [on("GET /api", header("content-type", "application/json")), on("GET /api", member("/openapi"))],
  async () => {
    const links = linksOf(await document(await get("/"), 200)).filter(({ rel }) => rel === "service-desc");
    for (const { href, type } of links) {
      const response = await get(href);
      expect(response.headers.get("content-type")).toBe(type ?? "");
      expect(await response.text()).toContain('"openapi":"3.');
    }
  },
);

requirement(
  ["1.0 /req/core/conformance-op", "2.0 /req/core/conformance-op", "Common /req/landing-page/conformance-op"],
  [on("GET /conformance", absent)],
  async () => {
    expect((await get("/conformance")).status).toBe(200);
  },
);

requirement(
  [
    "1.0 /req/core/conformance-success",
    "2.0 /req/core/conformance-success",
    "Common /req/landing-page/conformance-success",
  ],
  [
    on("GET /conformance", member("/conformsTo")),
    on("GET /conformance", withText("processes-1/1.0/conf/core", "none")),
  ],
  async () => {
    const body = await document(await get("/conformance"), 200, "ConformanceClasses");
    expectOgcSchema("confClasses", body);
    expect(body.conformsTo).toContain("http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/core");
  },
);

requirement(
  ["1.0 /req/core/http", "2.0 /req/core/http", "Common /req/core/http"],
  [on("GET /", status(505))],
  async () => {
    const { hostname, port } = new URL(address());
    const answer = await new Promise<string>((resolve, reject) => {
      void Bun.connect({
        hostname,
        port: Number(port),
        socket: {
          open: (socket) =>
            void socket.write(`GET / HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: close\r\n\r\n`),
          data: (socket, data) => {
            resolve(data.toString());
            socket.end();
          },
          error: (_socket, error) => reject(error),
        },
      });
    });
    expect(answer).toStartWith("HTTP/1.1 200 ");
  },
);

requirement(
  ["1.0 /req/core/process-list", "2.0 /req/core/process-list-op"],
  [on("GET /processes", absent)],
  async () => {
    expect((await get("/processes")).status).toBe(200);
  },
);

requirement(
  ["1.0 /req/core/pl-limit-definition", "2.0 /req/core/pl-limit-definition"],
  [on("GET /processes", ignoresQuery("limit")), on("GET /processes", member("/type", "about:blank"))],
  async () => {
    for (const limit of ["0", "-1", "x"])
      await expectProblem(await get(`/processes?limit=${limit}`), 400, "invalid-query-parameter-value");
  },
);

requirement(
  ["1.0 /req/core/pl-limit-response", "2.0 /req/core/pl-limit-response"],
  [on("GET /processes", ignoresQuery("limit"))],
  async () => {
    const body = await document(await get("/processes?limit=1"), 200, "ProcessList");
    expect(body.processes).toHaveLength(1);
  },
);

requirement(
  ["1.0 /req/core/process-list-success", "2.0 /req/core/process-list-success"],
  [
    on("GET /processes", member("/processes/*/id")),
    on("GET /processes", member("/processes/*/version")),
    on("GET /processes", member("/links")),
  ],
  async () => {
    const body = await document(await get("/processes"), 200, "ProcessList");
    expectOgcSchema("processList", body);
  },
);

requirement(
  ["1.0 /req/core/pl-links", "2.0 /req/core/pl-links"],
  [on("GET /processes", withoutLink("self")), on("GET /processes", withoutLink("alternate"))],
  async () => {
    const links = linksOf(await document(await get("/processes"), 200));
    expect(links.map(({ rel }) => rel)).toEqual(expect.arrayContaining(["self", "alternate"]));
    for (const { href, type } of links) expect((await get(href)).headers.get("content-type")).toStartWith(type ?? "?");
  },
);

requirement(
  ["1.0 /req/core/process", "2.0 /req/core/process-description-op"],
  [on("GET /processes/*", absent)],
  async () => {
    expect((await get("/processes/echo")).status).toBe(200);
  },
);

requirement(
  ["1.0 /req/core/process-success", "2.0 /req/core/process-description-success"],
  [
    on("GET /processes/*", status(500)),
    on("GET /processes/*", member("/id")),
    on("GET /processes/*", member("/version")),
  ],
  async () => {
    expectOgcSchema("process", await document(await get("/processes/echo"), 200, "Process"));
  },
);

requirement(
  ["1.0 /req/core/process-exception/no-such-process", "2.0 /req/core/process-exception/no-such-process"],
  [on("GET /processes/*", status(200)), on("GET /processes/*", member("/type", "about:blank"))],
  async () => {
    await expectProblem(await get("/processes/nothing"), 404, "no-such-process");
  },
);

requirement(
  ["1.0 /req/core/process-execute-op", "2.0 /req/core/process-execute-op"],
  [on("POST /processes/*/execution", absent)],
  async () => {
    expect((await executeEcho({ inputs: { text: "x" } })).status).toBe(200);
  },
);

requirement(
  ["1.0 /req/core/process-execute-request", "2.0 /req/core/process-execute-request"],
  [
    on("POST /processes/*/execution", ignoresMember("/inputs")),
    on("POST /processes/*/execution", ignoresMember("/outputs")),
    on("POST /processes/*/execution", ignoresMember("/response")),
  ],
  async () => {
    const request = { inputs: { text: "x", number: 1 }, outputs: { text: value }, response: "document" };
    expect(await document(await executeEcho(request), 200)).toEqual({ text: "x" });
  },
);

requirement(
  ["1.0 /req/core/process-execute-inputs"],
  [
    on("POST /processes/*/execution", member("/text", "data:text/plain,there")),
    on("POST /processes/*/execution", ignoresMember("/inputs/number")),
  ],
  async () => {
    const inputs = { text: { href: "data:text/plain,there", type: "text/plain" }, number: 5 };
    const body = await document(await executeEcho({ inputs, response: "document" }), 200);
    expect(body).toEqual({ text: "there", number: 5 });
  },
);

requirement(
  ["1.0 /req/core/process-execute-input-array", "2.0 /req/core/process-execute-input-array"],
  [on("POST /processes/*/execution", member("/array", 7))],
  async () => {
    const body = await document(await executeEcho({ inputs: { text: "", array: [7] }, response: "document" }), 200);
    expect(body.array).toEqual([7]);
  },
);

requirement(
  ["1.0 /req/core/process-execute-input-inline-object", "2.0 /req/core/process-execute-input-inline-object"],
  [on("POST /processes/*/execution", member("/object", { p: 1 })), on("POST /processes/*/execution", absent)],
  async () => {
    const object = { value: { p: 1 } };
    const body = await document(await executeEcho({ inputs: { text: "", object }, response: "document" }), 200);
    expect(body.object).toEqual(object);
  },
);

requirement(
  ["1.0 /req/core/process-execute-input-mixed-type", "2.0 /req/core/process-execute-input-multiple-types"],
  [
    on("POST /processes/*/execution", member("/mixed/mediaType", "application/geo+json")),
    on("POST /processes/*/execution", status(200)),
  ],
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
  [
    on("POST /processes/*/execution", header("content-type", "text/plain")),
    on("POST /processes/*/execution", status(200)),
  ],
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
  [on("POST /processes/*/execution", member("/bbox/crs")), on("POST /processes/*/execution", member("/bbox/bbox"))],
  async () => {
    const bbox = { bbox: [51.9, 7, 52.1, 7.2], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84" };
    const body = await document(await executeEcho({ inputs: { text: "", bbox }, response: "document" }), 200);
    expect(body.bbox).toEqual(bbox);
  },
);

requirement(
  ["1.0 /req/core/process-execute-input-validation", "2.0 /req/core/process-execute-input-validation"],
  [on("POST /processes/*/execution", status(200))],
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
  [on("POST /processes/*/execution", status(201))],
  async () => {
    expect((await executeEcho({ inputs: { text: "x" } })).status).toBe(200);
  },
);

requirement(
  ["1.0 /req/core/process-execute-auto-execution-mode", "2.0 /req/core/process-execute-auto-execution-mode"],
  [on("POST /processes/*/execution", ignoresHeader("prefer"))],
  async () => {
    const response = await executeEcho({ inputs: { text: "x" } }, { prefer: "respond-async" });
    expect(response.status).toBe(201);
  },
);

requirement(
  ["1.0 /req/core/process-execute-default-outputs", "2.0 /req/core/process-execute-omitted-outputs"],
  [on("POST /processes/*/execution", member("/flag"))],
  async () => {
    const body = await document(
      await executeEcho({ inputs: { text: "x", number: 1, flag: true }, response: "document" }),
      200,
    );
    expect(Object.keys(body).sort()).toEqual(["flag", "number", "text"]);
  },
);

requirement(
  ["1.0 /req/core/process-execute-sync-raw-value-one"],
  [
    on("POST /processes/*/execution", header("content-type", "application/json")),
    on("POST /processes/*/execution", withText("x", "{}")),
  ],
  async () => {
    const response = await executeEcho({ inputs: { text: "x" }, outputs: { text: value }, response: "raw" });
    expect(response.headers.get("content-type")).toStartWith("text/plain");
    expect(await response.text()).toBe("x");
  },
);

requirement(
  ["1.0 /req/core/process-execute-sync-raw-value-multi"],
  [
    on("POST /processes/*/execution", header("content-type", "application/json")),
    on("POST /processes/*/execution", withText("Content-ID: number", "Content-ID: other")),
  ],
  async () => {
    const response = await executeEcho({ inputs: { text: "x", number: 1 }, outputs: { text: value, number: value } });
    expect(response.headers.get("content-type")).toStartWith("multipart/related");
    const text = await response.text();
    expect(text).toContain("Content-ID: text\r\n");
    expect(text).toContain("Content-ID: number\r\n");
  },
);

requirement(
  ["1.0 /req/core/process-execute-sync-raw-ref"],
  [on("POST /processes/*/execution", status(200)), on("POST /processes/*/execution", header("link"))],
  async () => {
    const response = await post("/processes/tool/execution", {
      inputs: {},
      outputs: { file: reference },
      response: "raw",
    });
    expect(response.status).toBe(204);
    const url = /<([^>]+)>/.exec(response.headers.get("link") ?? "")?.[1] ?? "";
    expect(await (await get(url)).text()).toBe("hello");
  },
);

requirement(
  ["1.0 /req/core/process-execute-sync-raw-mixed-multi"],
  [
    on("POST /processes/*/execution", header("content-type", "application/json")),
    on("POST /processes/*/execution", withText("Content-Location", "Location")),
  ],
  async () => {
    const outputs = { text: value, file: reference };
    const response = await post("/processes/tool/execution", { inputs: {}, outputs, response: "raw" });
    expect(response.headers.get("content-type")).toStartWith("multipart/related");
    expect(await response.text()).toMatch(/Content-ID: file\r\nContent-Location: http[^\r]+\r\n\r\n\r\n--/);
  },
);

requirement(
  ["1.0 /req/core/process-execute-sync-document"],
  [on("POST /processes/*/execution", ignoresMember("/response"))],
  async () => {
    const body = await document(
      await executeEcho({ inputs: { text: "x" }, outputs: { text: value }, response: "document" }),
      200,
      "Results",
    );
    expect(body).toEqual({ text: "x" });
  },
);

requirement(
  ["1.0 /req/core/process-execute-success-async", "2.0 /req/core/process-execute-success-async"],
  [
    on("POST /processes/*/execution", status(200)),
    on("POST /processes/*/execution", header("location")),
    on("POST /processes/*/execution", member("/jobID")),
    on("GET /jobs/*", absent),
  ],
  async () => {
    const response = await executeEcho({ inputs: { text: "x" } }, { prefer: "respond-async" });
    const location = response.headers.get("location") ?? "";
    const accepted = await document(response, 201, "StatusInfo");
    expectOgcSchema("statusInfo", accepted);
    expect(location).toBe(`${address()}/jobs/${accepted.jobID}`);
    expect((await get(location)).status).toBe(200);
  },
);

requirement(
  ["1.0 /req/core/job-results-success-sync", "2.0 /req/core/job-results-success-sync"],
  [on("POST /processes/*/execution", header("link")), on("GET /jobs/*", absent)],
  async () => {
    const inputs = { text: "x", number: 1 };
    const several = { outputs: { text: value, number: value } };
    for (const asked of [
      {},
      { response: "raw", outputs: { text: value } },
      several,
      { ...several, response: "document" },
    ]) {
      const response = await executeEcho({ inputs, ...asked });
      const monitor = /<([^>]+)>; rel="monitor"/.exec(response.headers.get("link") ?? "")?.[1] ?? "";
      await document(await get(monitor), 200, "StatusInfo");
    }
  },
);

requirement(["1.0 /req/core/job", "2.0 /req/core/job-op"], [on("GET /jobs/*", absent)], async () => {
  expect((await get(await finishedJob("echo", { text: "x" }))).status).toBe(200);
});

requirement(
  ["1.0 /req/core/job-success", "2.0 /req/core/job-success"],
  [
    on("GET /jobs/*", member("/jobID")),
    on("GET /jobs/*", member("/id")),
    on("GET /jobs/*", member("/status")),
    on("GET /jobs/*", member("/type")),
    on("GET /jobs/*", member("/processingEntityType")),
  ],
  async () => {
    const body = await document(await get(await finishedJob("echo", { text: "x" })), 200, "StatusInfo");
    expectOgcSchema("statusInfo", body);
  },
);

requirement(
  ["1.0 /req/core/job-exception-no-such-job", "2.0 /req/core/job-exception-no-such-job"],
  [on("GET /jobs/*", status(200)), on("GET /jobs/*", member("/type", "about:blank"))],
  async () => {
    await expectProblem(await get("/jobs/00000000-0000-7000-8000-000000000000"), 404, "no-such-job");
  },
);

requirement(
  ["1.0 /req/core/job-results", "2.0 /req/core/job-results-op"],
  [on("GET /jobs/*/results", absent)],
  async () => {
    expect((await get(`${await finishedJob("echo", { text: "x" })}/results`)).status).toBe(200);
  },
);

requirement(
  ["1.0 /req/core/job-results-async-raw-value-one"],
  [on("GET /jobs/*/results", withText("x", "{}"))],
  async () => {
    const job = await finishedJobOf("echo", { inputs: { text: "x" }, outputs: { text: value }, response: "raw" });
    expect(await (await get(`${job}/results`)).text()).toBe("x");
  },
);

requirement(
  ["1.0 /req/core/job-results-async-raw-value-multi"],
  [on("GET /jobs/*/results", header("content-type", "application/json"))],
  async () => {
    const job = await finishedJobOf("echo", {
      inputs: { text: "x", number: 1 },
      outputs: { text: value, number: value },
    });
    expect((await get(`${job}/results`)).headers.get("content-type")).toStartWith("multipart/related");
  },
);

requirement(
  ["1.0 /req/core/job-results-async-raw-ref"],
  [on("GET /jobs/*/results", status(200)), on("GET /jobs/*/results", header("link"))],
  async () => {
    const job = await finishedJobOf("tool", { inputs: {}, outputs: { file: reference }, response: "raw" });
    const response = await get(`${job}/results`);
    expect(response.status).toBe(204);
    expect(response.headers.get("link")).toContain("/file/said.txt>");
  },
);

requirement(
  ["1.0 /req/core/job-results-async-raw-mixed-multi"],
  [on("GET /jobs/*/results", withText("Content-Location", "Location"))],
  async () => {
    const job = await finishedJobOf("tool", { inputs: {}, outputs: { text: value, file: reference }, response: "raw" });
    expect(await (await get(`${job}/results`)).text()).toContain("Content-Location: ");
  },
);

requirement(
  ["1.0 /req/core/job-results-async-document"],
  [on("GET /jobs/*/results", member("/text")), on("GET /jobs/*/results", header("content-type", "text/plain"))],
  async () => {
    const job = await finishedJobOf("echo", { inputs: { text: "x" }, response: "document" });
    expect(await document(await get(`${job}/results`), 200)).toEqual({ text: "x" });
  },
);

requirement(
  ["1.0 /req/core/job-results-exception/no-such-job", "2.0 /req/core/job-results-exception-no-such-job"],
  [on("GET /jobs/*/results", status(200)), on("GET /jobs/*/results", member("/type", "about:blank"))],
  async () => {
    await expectProblem(await get("/jobs/00000000-0000-7000-8000-000000000000/results"), 404, "no-such-job");
  },
);

requirement(
  ["1.0 /req/core/job-results-exception/results-not-ready", "2.0 /req/core/job-results-exception/results-not-ready"],
  [on("GET /jobs/*/results", status(200)), on("GET /jobs/*/results", member("/type", "about:blank"))],
  async () => {
    const response = await executeEcho({ inputs: { text: "", pause: 5 } }, { prefer: "respond-async" });
    const job = response.headers.get("location") ?? "";
    await expectProblem(await get(`${job}/results`), 404, "result-not-ready");
    await fetch(job, { method: "DELETE" });
  },
);

requirement(
  ["1.0 /req/core/job-results-failed", "2.0 /req/core/job-results-failed"],
  [
    on("GET /jobs/*/results", status(200)),
    on("GET /jobs/*/results", member("/type")),
    on("GET /jobs/*/results", member("/exitCode")),
  ],
  async () => {
    const body = await document(await get(`${await finishedJob("tool", { code: 3 })}/results`), 500, "Exception");
    expect(body).toMatchObject({ exitCode: 3 });
  },
);

requirement(
  ["1.0 /req/core/test-process", "2.0 /req/core/test-process"],
  [on("POST /processes/*/execution", member("/text"))],
  async () => {
    const body = await document(await executeEcho({ inputs: { text: "teststring" }, response: "document" }), 200);
    expect(body.text).toBe("teststring");
  },
);
